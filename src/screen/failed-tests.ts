/** Tests that have failed: in the last cycle to begin, and before it, where they have not been told anew. */
import type { TestResult } from "../core/fact.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Finished } from "../core/test-results.ts";

export interface FailedTest {
  readonly test: TestResult;
  /** Why it is not of that cycle; absent: it is. */
  readonly earlier?: string;
}

/** Those of before come last: what is known now comes first. */
export function failedTests(
  failing: readonly Finished[],
  before: readonly Finished[],
  { number, running, selected }: ScreenContent["cycle"],
): readonly FailedTest[] {
  const isOld = (test: Finished) => test.cycle !== number;
  // Which tests were selected is not told: of a selection only that it was another cycle is sure.
  const why = (test: Finished) => (selected > 0 ? `failed in cycle ${test.cycle}` : again(running));
  const earlier = [...before, ...failing.filter(isOld)];
  return [
    ...failing.filter((test) => !isOld(test)).map((test) => ({ test })),
    ...earlier.map((test) => ({ test, earlier: why(test) })),
  ];
}

function again(running: boolean): string {
  return running ? "failed before, running again" : "failed before, not run since";
}
