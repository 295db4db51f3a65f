/** gunicov checks itself: what it has shown, against coverage.py's own JSON report of the same data. */
import type { Report } from "./report.ts";

export interface SelfCheck {
  /** A line each; none: it says the same, of all files that were not edited since. */
  readonly differences: readonly string[];
  /** coverage.py's own numbers, where ours were others; null: they can't be had any more. */
  readonly report: Report | null;
}

/** What is said of differences, of which there is at least one. */
export function differenceWarning(differences: readonly string[]): string {
  const [first = ""] = differences;
  const more = differences.length > 1 ? `; ${differences.length - 1} more` : "";
  const now = "coverage.py's own are shown from now on, which takes longer";
  return `gunicov's numbers were not coverage.py's (${first}${more}): ${now}. Please report this bug of gunicov.`;
}
