/** Reports on the host: under `.gunicov/`, and where the command line asks for them. */
import { appendFile, lstat, realpath, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { failure } from "../../core/failure.ts";
import {
  type CoverageKind,
  isCoverageKind,
  type OwnKind,
  type WantedReport,
} from "../../core/report-kind.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ScreenContent } from "../../core/screen-content.ts";
import { makeDirectory } from "../../directories.ts";
import type { Publisher } from "../../ports/publisher.ts";
import type { Exported, ReportFile } from "../../ports/server.ts";
import { codequality } from "../../reports/codequality.ts";
import { type CycleResult, resultOf } from "../../reports/cycle-result.ts";
import { findingsOf } from "../../reports/findings.ts";
import { junit } from "../../reports/junit.ts";
import { markdown } from "../../reports/markdown.ts";

export interface Asked {
  readonly reports: readonly WantedReport[];
  /** A file to which each cycle's summary is added, in Markdown; null: none. */
  readonly summary: string | null;
  /** The path in the repository of a path as facts have it. */
  readonly locate: (path: string) => string;
  /** A file that stands for what is of none. */
  readonly otherwise: string;
}

/**
 * gunicov's own directory in the project: nobody wants it in a repository. Throws where the project has a link in its
 * place, which would lead gunicov to write elsewhere.
 */
export async function ownDirectory(root: string): Promise<string> {
  const directory = join(root, ".gunicov");
  await makeDirectory(directory);
  if (!(await lstat(directory)).isDirectory()) throw new Error(`${directory} is a link, and not followed`);
  await replace(join(directory, ".gitignore"), "*\n");
  return directory;
}

export class HostPublisher implements Publisher {
  readonly #root: string;
  readonly #asked: Asked;

  constructor(root: string, asked: Asked) {
    this.#root = root;
    this.#asked = asked;
  }

  get wanted(): readonly CoverageKind[] {
    return [...new Set(this.#asked.reports.map(({ kind }) => kind).filter(isCoverageKind))];
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

  async publish(content: ScreenContent, exported: Exported | null): Promise<Result<void>> {
    const result = resultOf(content);
    const { summary, reports } = this.#asked;
    let first: Result<void> = ok(undefined);
    if (summary !== null)
      first = await attempt("the step's summary", () => appendFile(summary, markdown(result)));
    for (const { kind, path } of reports) {
      const written = await attempt(`the ${kind} report`, async () => {
        if (!isCoverageKind(kind)) await replace(path, this.#own(kind, result));
        else if (exported !== null) await this.#ofCoverage(kind, path, exported);
      });
      if (first.ok) first = written;
    }
    return first;
  }

  #own(kind: OwnKind, result: CycleResult): string {
    switch (kind) {
      case "junit":
        return junit(result);
      case "markdown":
        return markdown(result);
      case "codequality":
        return codequality(findingsOf(result, this.#asked.locate), this.#asked.otherwise);
    }
  }

  async #ofCoverage(kind: CoverageKind, path: string, { json, files }: Exported): Promise<void> {
    if (kind === "json") return await replace(path, json);
    if (kind === "html") return await writeAll(path, below("html/", files));
    const file = files.find((one) => one.path === `coverage.${kind}`);
    if (file === undefined) throw new Error("the helper did not send it");
    await replace(path, file.data);
  }
}

/** The files of a directory, by their paths in it. */
function below(directory: string, files: readonly ReportFile[]): readonly ReportFile[] {
  return files.flatMap(({ path, data }) =>
    path.startsWith(directory) ? [{ path: path.slice(directory.length), data }] : [],
  );
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
  await makeDirectory(directory);
  const real = await realpath(directory);
  for (const { path, data } of files) {
    const place = resolve(real, path);
    if (!place.startsWith(real + sep)) throw new Error(`${path} lies outside`);
    await makeDirectory(dirname(place));
    if ((await realpath(dirname(place))) !== dirname(place)) throw new Error(`${dirname(place)} is a link`);
    await replace(place, data);
  }
}

/** Two writes of one file at the same time each have a name of their own. */
let writes = 0;

/** Readers see the old file or the new one, never half of it. A link in its place is replaced, not followed. */
export async function replace(path: string, content: string | Uint8Array): Promise<void> {
  await makeDirectory(dirname(path));
  writes += 1;
  const fresh = `${path}.${process.pid}-${writes}.new`;
  await rm(fresh, { force: true });
  await writeFile(fresh, content, { flag: "wx" });
  await rename(fresh, path);
}
