/** Data files of other measurements, as the configuration names them. */
import { readFile, stat } from "node:fs/promises";
import { relative } from "node:path";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Also, OtherData } from "../../ports/also.ts";

interface Named {
  readonly name: string;
  readonly data: readonly string[];
}

export class HostAlso implements Also {
  readonly #root: string;
  readonly #all: readonly Named[];

  constructor(root: string, all: readonly Named[]) {
    this.#root = root;
    this.#all = all;
  }

  get wanted(): boolean {
    return this.#all.length > 0;
  }

  async read(): Promise<Result<readonly OtherData[]>> {
    const found: OtherData[] = [];
    for (const { name, data } of this.#all) {
      const files = [];
      for (const file of data) {
        const path = relative(this.#root, file);
        try {
          // Before its bytes: what is written meanwhile is newer than it says.
          const { mtimeMs } = await stat(file);
          files.push({ path, bytes: await readFile(file), mtime: mtimeMs / 1000 });
        } catch (error) {
          return fail(notThere(name, path, error));
        }
      }
      found.push({ name, files });
    }
    return ok(found);
  }
}

function notThere(name: string, path: string, error: unknown) {
  const code = error instanceof Error && "code" in error ? error.code : "";
  const what = code === "ENOENT" ? `there is no ${path}` : `${path} can't be read (${code || error})`;
  const fix =
    "Run the tests that write it before gunicov, or correct `data` under [[tool.gunicov.also]]: from the project's root.";
  return failure("config", `${name}: ${what}.`, fix);
}
