/** A server in memory: source files, workers' generations, coverage of all that its app has. No process, no time. */

import { createHash } from "node:crypto";
import type { Together } from "../../src/core/combined.ts";
import type { Flush } from "../../src/core/effect.ts";
import type { Worker } from "../../src/core/fact.ts";
import { type FailureKind, failure } from "../../src/core/failure.ts";
import { FAST_PATHS, fastPathsFact } from "../../src/core/fast-paths.ts";
import { lossReasons } from "../../src/core/loss.ts";
import {
  type Below,
  type FileReport,
  PLAIN_VIEW,
  type Report,
  type SourceText,
  type Summary,
} from "../../src/core/report.ts";
import { fail, ok, type Result } from "../../src/core/result.ts";
import type { SelfCheck } from "../../src/core/self-check.ts";
import type { OtherData } from "../../src/ports/also.ts";
import type { Say } from "../../src/ports/say.ts";
import type {
  ChangedFile,
  Check,
  Exported,
  Found,
  Freshness,
  ReportFile,
  Restart,
  Server,
} from "../../src/ports/server.ts";
import { Operations } from "./operations.ts";

/** To the fake's Python, this word is a SyntaxError, and that one an error at import. */
export const SYNTAX_ERROR = "def (";
export const IMPORT_ERROR = "import nothing_of_that_name";

const ALL_TAKEN = Object.fromEntries(
  FAST_PATHS.filter((name) => name.startsWith("server.")).map((name) => [name, null]),
);

export class FakeServer implements Server {
  readonly operations = new Operations();
  readonly root: string;
  /** Text of each source file by its path from the root. */
  readonly files: Map<string, string>;
  workers = 2;
  /** Workers that will be lost at the next flush. */
  losing = 0;
  /** Why nothing can be found, while that is so. */
  missing: ReturnType<typeof failure> | null = null;
  /** What the next check of a report finds, and coverage.py's own percentage then. */
  difference: { readonly line: string; readonly percent: number } | null = null;
  /** The percentage that the total must reach. */
  limit: number | null = null;
  #found = false;
  #generation = 1;
  #age = 0;
  #requests = 0;
  #reported: Report | null = null;

  constructor(root: string, files: Readonly<Record<string, string>>) {
    this.root = root;
    this.files = new Map(Object.entries(files));
  }

  /** It serves a request. */
  request(): void {
    this.#requests += 1;
  }

  find(signal: AbortSignal): Promise<Result<Found>> {
    return this.operations.run("find", signal, async () => {
      if (this.missing) return fail(this.missing);
      this.#found = true;
      return ok({ name: "fake server", master: 7, warnings: [], coverage: null });
    });
  }

  check(files: readonly ChangedFile[], signal: AbortSignal): Promise<Result<Check>> {
    return this.#whenFound("check", signal, async () => {
      const seen = files.map(({ path, sha256 }) => ({ path: this.#shown(path), sha256 }));
      const known = seen.filter(({ path, sha256 }) => this.files.has(path) || sha256 === null);
      const failures = known.flatMap(({ path }) => this.#compile(path));
      const lagging = known.filter(({ path, sha256 }) => this.#hash(path) !== sha256).map(({ path }) => path);
      return ok({ failures, unloaded: [], lagging });
    });
  }

  freshness(files: readonly string[], signal: AbortSignal): Promise<Result<Freshness>> {
    return this.#whenFound("freshness", signal, async () => {
      const changed = files.find((path) => this.files.has(this.#shown(path)));
      const generation = this.#generation;
      const stale = changed === undefined ? null : `${changed} has changed`;
      const why = stale ?? (this.#requests > 0 ? "a worker has served" : null);
      return ok<Freshness>({ fresh: why === null, why: why ?? "nothing has changed", generation });
    });
  }

  restart(say: Say, signal: AbortSignal): Promise<Result<Restart>> {
    return this.#whenFound("restart", signal, async () => {
      say(fastPathsFact(ALL_TAKEN));
      this.#generation += 1;
      this.#requests = 0;
      const workers = this.#fork();
      const broken = [...this.files].some(
        ([path, text]) => this.#compile(path).length > 0 || text.includes(IMPORT_ERROR),
      );
      const traceback =
        "Traceback (most recent call last):\nModuleNotFoundError: No module named 'nothing_of_that_name'";
      const bootErrors = broken ? workers.map((worker) => ({ ...worker, traceback })) : [];
      const booted = broken ? [] : workers;
      return ok({
        generation: this.#generation,
        workers: booted,
        bootErrors,
        configError: null,
        reads: [],
        ms: 5,
      });
    });
  }

  flush(say: Say, signal: AbortSignal): Promise<Result<Flush>> {
    return this.#whenFound("flush", signal, async () => {
      const lost = this.#fork()
        .slice(0, this.losing)
        .map((worker) => ({ ...worker, cause: "unknown" }));
      this.losing = 0;
      const written = this.workers - lost.length;
      say(fastPathsFact(ALL_TAKEN));
      for (let count = 1; count <= written; count += 1) {
        say({ type: "coverage.file", written: count, expected: this.workers, pid: 100 + count });
      }
      const flush = {
        generation: this.#generation,
        generations: [this.#generation],
        reasons: [],
        expected: this.workers,
        written,
        lost,
        requests: this.#requests,
        reached: this.#requests > 0,
        address: "127.0.0.1:8000",
        notes: [],
      };
      this.#generation += 1;
      this.#requests = 0;
      return ok(flush);
    });
  }

  collect(flush: Flush, partial: boolean, say: Say, signal: AbortSignal): Promise<Result<Report>> {
    return this.#whenFound("collect", signal, async () => {
      say(fastPathsFact({ "coverage.keep_rows": null }));
      const files = [...this.files]
        .filter(([path]) => path.endsWith(".py"))
        .map(([path, text]) => this.#fileReport(path, text));
      const missing = lossReasons(flush);
      const report: Report = {
        totals: sum(files.map((file) => file.summary)),
        files,
        complete: missing.length === 0,
        reasons: [...missing, ...flush.notes],
        partial,
        generations: flush.generations,
        requests: flush.requests,
        view: PLAIN_VIEW,
        below: partial ? null : this.#below(100),
      };
      this.#reported = report;
      return ok(report);
    });
  }

  /** What was wrong with where workers save, and is fixed as soon as somebody waits for that. */
  broken = false;

  /** What it says that it writes. */
  writes: readonly string[] = [];

  async writtenByServer(files: readonly string[]): Promise<readonly string[]> {
    return files.filter((file) => this.writes.includes(file));
  }

  recordWritable(_pause: number, _broken: boolean, signal: AbortSignal): Promise<Result<boolean>> {
    return this.operations.run("recordWritable", signal, async () => {
      const { broken } = this;
      this.broken = false;
      return ok(broken);
    });
  }

  html(signal: AbortSignal): Promise<Result<readonly ReportFile[]>> {
    return this.#whenFound("html", signal, async () =>
      this.#reported === null
        ? fail(noReport())
        : ok([{ path: "index.html", data: Buffer.from("<!DOCTYPE html>") }]),
    );
  }

  export(signal: AbortSignal): Promise<Result<Exported>> {
    return this.#whenFound("export", signal, async () => {
      if (this.#reported === null) return fail(noReport());
      const files = Object.fromEntries(
        this.#reported.files.map((file) => [`${this.root}/${file.path}`, file]),
      );
      const json = JSON.stringify({ totals: this.#reported.totals, files });
      const check = this.#check(this.#reported);
      return ok({ json, data: Buffer.from("SQLite format 3\0"), files: [], check });
    });
  }

  #check(reported: Report): SelfCheck {
    if (this.difference === null) return { differences: [], report: null };
    const { line, percent } = this.difference;
    this.difference = null;
    const totals = { ...reported.totals, percent_covered: percent };
    return { differences: [line], report: { ...reported, totals, below: this.#below(percent) } };
  }

  #below(percent: number): Below | null {
    if (this.limit === null || percent >= this.limit) return null;
    return { total: `${percent}`, fail_under: this.limit, by: "coverage" };
  }

  /** What other measurements have covered of it. */
  together: Together | null = null;

  combine(_others: readonly OtherData[], signal: AbortSignal): Promise<Result<Together>> {
    return this.#whenFound("combine", signal, async () =>
      this.together === null ? fail(noReport()) : ok(this.together),
    );
  }

  source(path: string): Promise<Result<SourceText>> {
    return this.#whenFound("source", null, async () => {
      const text = this.files.get(path);
      return text === undefined
        ? fail(failure("bad-request", `${path} is not measured.`, "Choose another."))
        : ok({ text, sha256: sha256(text) });
    });
  }

  async close(): Promise<void> {
    this.operations.log.push("server closed");
    this.#found = false;
  }

  async #whenFound<T>(
    name: string,
    signal: AbortSignal | null,
    work: () => Promise<Result<T>>,
  ): Promise<Result<T>> {
    if (this.#found) return await this.operations.run(name, signal, work);
    const kind: FailureKind = "server-lost";
    return fail(failure(kind, "The server is not connected.", "Press a to look for it again."));
  }

  #shown(path: string): string {
    return path.startsWith(`${this.root}/`) ? path.slice(this.root.length + 1) : path;
  }

  #hash(path: string): string | null {
    const text = this.files.get(path);
    return text === undefined ? null : sha256(text);
  }

  #compile(path: string): Check["failures"] {
    const lines = (this.files.get(path) ?? "").split("\n");
    const index = lines.findIndex((line) => line.includes(SYNTAX_ERROR));
    if (index < 0 || !path.endsWith(".py")) return [];
    return [
      {
        path,
        line: index + 1,
        column: 5,
        message: "SyntaxError: invalid syntax",
        text: lines[index] ?? null,
      },
    ];
  }

  #fork(): readonly Worker[] {
    return Array.from({ length: this.workers }, () => {
      this.#age += 1;
      return { age: this.#age, pid: 100 + this.#age };
    });
  }

  /** Every line that is not blank is a statement, and was run. */
  #fileReport(path: string, text: string): FileReport {
    const executed = text.split("\n").flatMap((line, index) => (line.trim() === "" ? [] : [index + 1]));
    const count = executed.length;
    return {
      path,
      inside: `${this.root}/${path}`,
      summary: summary(count),
      missing: "",
      missing_lines: [],
      excluded_lines: [],
      executed_lines: executed,
      missing_branches: [],
      sha256: sha256(text),
    };
  }
}

function summary(statements: number): Summary {
  return {
    covered_lines: statements,
    num_statements: statements,
    percent_covered: 100,
    percent_covered_display: "100",
    missing_lines: 0,
    excluded_lines: 0,
  };
}

function sum(all: readonly Summary[]): Summary {
  return summary(all.reduce((total, one) => total + one.num_statements, 0));
}

function noReport() {
  return failure("no-report", "There is no report yet.", "Wait for a cycle to end.");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
