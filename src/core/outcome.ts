import type { Diff } from "./changed-lines.ts";
import type { Combined } from "./combined.ts";
import type { CycleOutcome, TestCounts } from "./fact.ts";
import { FAILURE_EXIT, type Failure } from "./failure.ts";
import type { Report } from "./report.ts";

/** What a cycle ended with, as far as it came. */
export interface Ending {
  readonly cancelled: boolean;
  readonly failure: Failure | null;
  readonly tests: TestCounts | null;
  /** The tests passed, and their command did not end well. */
  readonly ended: boolean;
  readonly report: Report | null;
  readonly diff: Diff | null;
  readonly combined: Combined | null;
}

/** Exit code of a gunicov that has broken down itself (EX_SOFTWARE of sysexits.h), whatever it was asked for. */
export const CRASHED = 70;

/** Exit codes, from the first that applies to the last (docs/protocol.md). */
const ORDER = [130, 2, 3, 1, 4, 5] as const;

/** Exit code of a cycle: 0 passed and complete, else the first that applies of 130, 2, 3, 1, 4, 5. */
export function exitCode(ending: Ending): number {
  const codes = new Set<number>();
  if (ending.cancelled) codes.add(130);
  if (ending.failure) codes.add(FAILURE_EXIT[ending.failure.kind]);
  if (ending.ended || (ending.tests && ending.tests.failed + ending.tests.errors > 0)) codes.add(1);
  if (ending.report?.complete === false || ending.combined?.complete === false) codes.add(4);
  if (ending.report?.below || ending.diff?.below || ending.combined?.below) codes.add(5);
  return ORDER.find((code) => codes.has(code)) ?? 0;
}

/** The word for it. Coverage below `fail_under` is a failed cycle: all of its numbers are whole. */
export function cycleOutcome(code: number): CycleOutcome {
  switch (code) {
    case 0:
      return "passed";
    case 130:
      return "cancelled";
    case 1:
    case 5:
      return "failed";
    case 4:
      return "incomplete";
    default:
      return "error";
  }
}
