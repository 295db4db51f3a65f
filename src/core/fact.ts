/**
 * The facts: everything that gunicov tells the world, in one union. Every surface (Ink, text, NDJSON)
 * reads these and nothing else. Documented for users in docs/protocol.md.
 */
import type { Diff } from "./changed-lines.ts";
import type { Combined } from "./combined.ts";
import type { CoverageSettings } from "./coverage-settings.ts";
import type { Failure } from "./failure.ts";
import type { Found } from "./found.ts";
import type { FileReport, Report } from "./report.ts";
import type { TestsSummary } from "./tests-summary.ts";

export const FACT_VERSION = 1;

export type Outcome = "passed" | "failed" | "error" | "skipped";
export type Xfail = "xfailed" | "xpassed";
export type CycleOutcome = "passed" | "failed" | "incomplete" | "error" | "cancelled";
export type Reason = "start" | "change" | "rerun" | "back";
export type Step = "checking" | "restarting" | "testing" | "flushing" | "collecting" | "reporting";

export interface CheckFailure {
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
  readonly message: string;
  readonly text: string | null;
}

export interface Worker {
  /** gunicorn's own number of the worker, unique in a master's life. */
  readonly age: number;
  readonly pid: number | null;
}

export interface LostWorker extends Worker {
  readonly cause: string;
}

export interface TestResult {
  readonly id: string;
  readonly outcome: Outcome;
  readonly ms: number;
  /** The first line of the assertion; empty where it passed. */
  readonly message: string;
  /** `path:line`; empty where not known. */
  readonly place: string;
  /** pytest's whole report of it. */
  readonly output: string;
  /** Epoch milliseconds, by the clock where the tests run. */
  readonly started: number;
  readonly ended: number;
  /** Of `ms`, what its fixtures took before and after it. */
  readonly setup_ms: number;
  readonly teardown_ms: number;
  /** It was expected to fail, and did (then it counts as skipped) or did not; its reason is the message. */
  readonly xfail: Xfail | null;
}

/** Something that is done for speed alone. */
export interface FastPath {
  /** The key of the configuration that switches it off. */
  readonly name: string;
  readonly used: boolean;
  /** Why it was not used; null: it was. */
  readonly why: string | null;
}

/** How the command of another measurement has ended. */
export interface CommandRan {
  readonly name: string;
  readonly ok: boolean;
  /** Why it gives nothing that can be relied on; empty: it does. */
  readonly message: string;
  readonly ms: number;
  /** The end of what it has printed. */
  readonly output: string;
}

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly errors: number;
  readonly skipped: number;
}

/** `xfailed` are among the skipped, `xpassed` among the passed. */
export interface ExpectedCounts {
  readonly xfailed: number;
  readonly xpassed: number;
}

export type FactBody =
  | {
      readonly type: "cycle.started";
      readonly reason: Reason;
      readonly files: readonly string[];
      readonly selected: number;
    }
  | { readonly type: "check.failed"; readonly failures: readonly CheckFailure[] }
  | { readonly type: "server.restarting"; readonly why: string }
  | {
      readonly type: "server.ready";
      readonly generation: number;
      readonly workers: readonly Worker[];
      readonly ms: number;
      readonly restarted: boolean;
      /** Where coverage.py's settings are others than those that were said last. */
      readonly coverage?: CoverageSettings;
    }
  | { readonly type: "server.waiting"; readonly worker: Worker; readonly why: string }
  | { readonly type: "server.boot-error"; readonly traceback: string; readonly workers: number }
  | { readonly type: "server.lost"; readonly message: string; readonly fix: string }
  | { readonly type: "tests.lost"; readonly message: string; readonly fix: string }
  | {
      readonly type: "server.back";
      readonly name: string;
      readonly master: number;
      readonly warnings: readonly string[];
      /** What is measured there; null: not known. */
      readonly coverage: CoverageSettings | null;
    }
  | ({ readonly type: "error" } & Failure)
  | { readonly type: "warning"; readonly message: string }
  /** What nobody has to act on: which configuration is used, say. */
  | { readonly type: "note"; readonly message: string }
  /** Once, at the start, where no configuration says where the server is. */
  | ({ readonly type: "found" } & Found)
  | { readonly type: "tests.started"; readonly total: number | null }
  | ({ readonly type: "test.finished" } & TestResult)
  /** Before `tests.finished`, where there is anything. */
  | ({ readonly type: "tests.told" } & TestsSummary)
  | ({ readonly type: "tests.finished"; readonly ms: number } & TestCounts & ExpectedCounts)
  | {
      readonly type: "coverage.file";
      readonly written: number;
      readonly expected: number;
      readonly pid: number | null;
    }
  | {
      readonly type: "coverage.complete";
      readonly expected: number;
      readonly written: number;
      readonly lost: readonly LostWorker[];
    }
  | {
      readonly type: "coverage.incomplete";
      readonly expected: number;
      readonly written: number;
      readonly lost: readonly LostWorker[];
      readonly reasons: readonly string[];
    }
  | ({ readonly type: "report" } & Omit<Report, "files"> & { readonly files: readonly FileReport[] })
  /** After `report`, where changed lines are to be judged. */
  | ({ readonly type: "diff" } & Diff)
  /** In `watch`, instead of it: nobody has to act on it. */
  | { readonly type: "diff.unknown"; readonly base: string; readonly message: string }
  /** After `report`, where other measurements are configured: what was said of them before holds no more. */
  | { readonly type: "also.started"; readonly names: readonly string[] }
  | { readonly type: "also.running"; readonly name: string; readonly command: readonly string[] }
  | ({ readonly type: "also.ran" } & CommandRan)
  /** After these, the end. */
  | ({ readonly type: "combined" } & Combined)
  /** Which fast paths the cycle has taken, as far as it came; not where it was cancelled. */
  | { readonly type: "cycle.fast-paths"; readonly paths: readonly FastPath[] }
  | {
      readonly type: "cycle.finished";
      readonly outcome: CycleOutcome;
      readonly exit_code: number;
      readonly ms: number;
      /** Milliseconds spent in each step that ran. */
      readonly phases: Partial<Record<Step, number>>;
    };

export type FactType = FactBody["type"];

/** A fact as it is published: numbered, dated (epoch milliseconds), with its cycle. */
export type Fact = {
  readonly v: typeof FACT_VERSION;
  readonly seq: number;
  readonly cycle: number;
  readonly at: number;
} & FactBody;
