/** Reports on the host: under `.gunicov/`, and where the command line asks for them. */
import { lstat, mkdir, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Publisher } from "../../ports/publisher.ts";
import type { ReportFile } from "../../ports/server.ts";

export interface Wanted {
  /** Directory, absolute; null: not asked for. */
  readonly html: string | null;
  /** File, absolute. */
  readonly json: string | null;
}

/**
 * gunicov's own directory in the project: nobody wants it in a repository. Throws where the project has a link in its
 * place, which would lead gunicov to write elsewhere.
 */
export async function ownDirectory(root: string): Promise<string> {
  const directory = join(root, ".gunicov");
  await mkdir(directory, { recursive: true });
  if (!(await lstat(directory)).isDirectory()) throw new Error(`${directory} is a link, and not followed`);
  await replace(join(directory, ".gitignore"), "*\n");
  return directory;
}

export class HostPublisher implements Publisher {
  readonly #root: string;
  readonly #wanted: Wanted;

  constructor(root: string, wanted: Wanted) {
    this.#root = root;
    this.#wanted = wanted;
  }

  get wanted(): { readonly html: boolean; readonly json: boolean } {
    return { html: this.#wanted.html !== null, json: this.#wanted.json !== null };
  }

  async html(files: readonly ReportFile[]): Promise<Result<string>> {
    return await attempt("the HTML report", async () => {
      const directory = join(await ownDirectory(this.#root), "html");
      await rm(directory, { recursive: true, force: true });
      await writeAll(directory, files);
      return join(directory, "index.html");
    });
  }

  async keep({ json, data }: { readonly json: string; readonly data: Uint8Array }): Promise<Result<void>> {
    return await attempt("the result for editors", async () => {
      const directory = await ownDirectory(this.#root);
      await replace(join(directory, ".coverage"), data);
      await replace(join(directory, "coverage.json"), json);
    });
  }

  async publish(reports: {
    readonly html: readonly ReportFile[] | null;
    readonly json: string | null;
  }): Promise<Result<void>> {
    const { html, json } = this.#wanted;
    return await attempt("a report", async () => {
      if (html !== null && reports.html !== null) await writeAll(html, reports.html);
      if (json !== null && reports.json !== null) await replace(json, reports.json);
    });
  }
}

async function attempt<T>(what: string, write: () => Promise<T>): Promise<Result<T>> {
  try {
    return ok(await write());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(failure("config", `Can't write ${what}: ${why}.`, "Check the path and its permissions."));
  }
}

/** The directory may be a link of the user's; what lies in it may not lead out of it. */
async function writeAll(directory: string, files: readonly ReportFile[]): Promise<void> {
  await mkdir(directory, { recursive: true });
  const real = await realpath(directory);
  for (const { path, data } of files) {
    const place = resolve(real, path);
    if (!place.startsWith(real + sep)) throw new Error(`${path} lies outside`);
    await mkdir(dirname(place), { recursive: true });
    if ((await realpath(dirname(place))) !== dirname(place)) throw new Error(`${dirname(place)} is a link`);
    await replace(place, data);
  }
}

/** Two writes of one file at the same time each have a name of their own. */
let writes = 0;

/** Readers see the old file or the new one, never half of it. A link in its place is replaced, not followed. */
export async function replace(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  writes += 1;
  const fresh = `${path}.${process.pid}-${writes}.new`;
  await rm(fresh, { force: true });
  await writeFile(fresh, content, { flag: "wx" });
  await rename(fresh, path);
}
