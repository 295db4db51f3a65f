/** What is kept of a cycle, all of it of that one cycle: how it ended, its tests, its coverage. */
import type { CycleOutcome, FastPath, Step, TestCounts } from "./fact.ts";
import type { Report } from "./report.ts";

/** A cycle's own coverage, without the files. */
export type CycleCoverage = Pick<
  Report,
  "totals" | "complete" | "reasons" | "partial" | "requests" | "below"
>;

export interface CycleEnd {
  readonly cycle: number;
  readonly outcome: CycleOutcome;
  readonly exitCode: number;
  readonly ms: number;
  readonly phases: Partial<Record<Step, number>>;
  readonly fastPaths: readonly FastPath[];
  readonly tests: TestCounts;
  /** How many tests were selected; 0 means all. */
  readonly selected: number;
  /** Null: it came to no report. */
  readonly coverage: CycleCoverage | null;
}

export function coverageOf(report: Report): CycleCoverage {
  const { totals, complete, reasons, partial, requests, below } = report;
  return { totals, complete, reasons, partial, requests, below };
}
