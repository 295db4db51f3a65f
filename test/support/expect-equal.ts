import { expect } from "vitest";
import type { JsonReport } from "./coverage-py.ts";
import type { Report } from "./facts.ts";

/** Coverage.py's own names, those that a report of ours has too (its JSON has more; of what is missing as text the text report is the judge). */
const SUMMARY = [
  "covered_lines",
  "num_statements",
  "percent_covered",
  "percent_covered_display",
  "missing_lines",
  "excluded_lines",
  "num_branches",
  "num_partial_branches",
  "covered_branches",
  "missing_branches",
] as const;

function summary(from: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(SUMMARY.map((name) => [name, from[name]]));
}

/** Asserts that a report says what coverage.py says: totals, and each file's summary, lines and branches. */
export function expectEqual(report: Report, judge: JsonReport): void {
  expect(report.totals).toEqual(summary(judge.totals));
  const files = report.files.map(({ path, inside: _, missing: __, sha256: ___, ...file }) => [path, file]);
  const judged = Object.entries(judge.files).map(([path, file]) => [
    path,
    {
      summary: summary(file.summary),
      missing_lines: file.missing_lines,
      excluded_lines: file.excluded_lines,
      executed_lines: file.executed_lines,
      missing_branches: file.missing_branches,
    },
  ]);
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(judged));
}
