/** What a cycle has come to, as far as it came: all that reports of gunicov's own are made of. */
import type { Diff } from "../core/changed-lines.ts";
import type { Combined } from "../core/combined.ts";
import type { Failure } from "../core/failure.ts";
import type { Report } from "../core/report.ts";
import { type LogEntry, logDuring, type ScreenContent } from "../core/screen-content.ts";
import type { Finished } from "../core/test-results.ts";

export interface CycleResult {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** How many tests were selected; 0: all. */
  readonly selected: number;
  /** In the order in which they ended. */
  readonly tests: readonly Finished[];
  /** Null: it has none. */
  readonly report: Report | null;
  readonly diff: Diff | null;
  readonly combined: Combined | null;
  /** What ended the cycle, or what is wrong besides. */
  readonly error: Failure | null;
  readonly warnings: readonly string[];
  /** What the server logged while a test ran. */
  readonly logOf: (test: Finished) => readonly LogEntry[];
}

/** The cycle under way, of what the facts have told so far. */
export function resultOf(content: ScreenContent): CycleResult {
  const { number, startedAt, selected } = content.cycle;
  const newest = [content.partial, content.report].find((one) => one?.cycle === number);
  const { gone, error } = content;
  return {
    startedAt,
    selected,
    tests: content.tests.results.values().filter((test) => test.cycle === number),
    report: newest?.value ?? null,
    diff: content.diff?.cycle === number ? content.diff.value : null,
    combined: content.combined?.cycle === number ? content.combined.value : null,
    error: error ?? (gone === null ? null : { kind: "server-lost", ...gone }),
    warnings: content.warnings,
    logOf: (test) => logDuring(content.log, test),
  };
}
