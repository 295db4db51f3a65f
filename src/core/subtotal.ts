/** Counts of some of a report's files together, as coverage.py would show them. */
import { hasBranches, type Report, type Summary } from "./report.ts";

/** The sum of files of a report; its percentage has as many digits as the report's total. */
export function subtotal(summaries: readonly Summary[], { totals }: Report): Summary {
  const sum = (pick: (one: Summary) => number | undefined) =>
    summaries.reduce((total, one) => total + (pick(one) ?? 0), 0);
  const statements = sum((one) => one.num_statements);
  const lines = sum((one) => one.covered_lines);
  const branches = sum((one) => one.num_branches);
  const taken = sum((one) => one.covered_branches);
  const all = statements + branches;
  const percent = all === 0 ? 100 : (100 * (lines + taken)) / all;
  const digits = totals.percent_covered_display.split(".")[1]?.length ?? 0;
  const counts = {
    covered_lines: lines,
    num_statements: statements,
    percent_covered: percent,
    percent_covered_display: display(percent, digits),
    missing_lines: sum((one) => one.missing_lines),
    excluded_lines: sum((one) => one.excluded_lines),
  };
  if (!hasBranches(totals)) return counts;
  return {
    ...counts,
    num_branches: branches,
    num_partial_branches: sum((one) => one.num_partial_branches),
    covered_branches: taken,
    missing_branches: sum((one) => one.missing_branches),
  };
}

/** coverage.py's rule: rounded half to even, but never to 0 or 100 where it is not exactly that. */
function display(percent: number, digits: number): string {
  const scale = 10 ** digits;
  const scaled = percent * scale;
  if (percent > 0 && scaled < 1) return (1 / scale).toFixed(digits);
  if (percent < 100 && scaled > 100 * scale - 1) return (100 - 1 / scale).toFixed(digits);
  const floor = Math.floor(scaled);
  const half = scaled - floor === 0.5;
  return ((half ? floor + (floor % 2) : Math.round(scaled)) / scale).toFixed(digits);
}
