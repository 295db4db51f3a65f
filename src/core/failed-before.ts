/** Tests that failed, and have not been told anew: they are not forgotten because a cycle has begun. */
import type { CycleOutcome } from "./fact.ts";
import type { Finished, TestResults } from "./test-results.ts";

/** When all tests are to run again: those that had failed by then, once each. */
export function allAgain(before: readonly Finished[], results: TestResults): readonly Finished[] {
  const open = before.filter(({ id }) => results.get(id) === undefined);
  return open.length === 0 ? results.failing : [...open, ...results.failing];
}

/** A test is told anew. */
export function toldAnew(before: readonly Finished[], id: string): readonly Finished[] {
  return before.some((test) => test.id === id) ? before.filter((test) => test.id !== id) : before;
}

/** After a cycle that ran all tests to their end none is left: what it has not told is not there any more. */
export function afterCycle(
  before: readonly Finished[],
  ended: {
    readonly outcome: CycleOutcome;
    readonly selected: number;
    readonly told: number;
    readonly total: number | null;
  },
): readonly Finished[] {
  const ranAll = ended.outcome !== "cancelled" && ended.outcome !== "error" && ended.selected === 0;
  const whole = ranAll && (ended.total === null || ended.told >= ended.total);
  return whole && before.length > 0 ? [] : before;
}
