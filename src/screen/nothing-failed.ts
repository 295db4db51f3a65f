import type { ScreenContent } from "../core/screen-content.ts";

/** What is said where the list of failures is empty: that nothing has failed only where that is known. */
export function nothingFailed({ tests, cycle, last }: ScreenContent, filter: string): string {
  const some = tests.results.failing.length + tests.before.length > 0;
  if (some && filter !== "") return "Nothing that failed matches the filter.";
  if (cycle.running) return "Nothing has failed so far.";
  if (tests.results.size === 0) return "No test has ended yet.";
  return last?.outcome === "cancelled"
    ? "Nothing had failed when the cycle was cancelled."
    : "Nothing has failed.";
}
