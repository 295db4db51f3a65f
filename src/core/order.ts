/** Which files coverage.py's own table would show, and in which order. */
import type { FileReport, Report, Summary } from "./report.ts";

/** A file's figure by which coverage.py's `sort` goes; null: by name. */
const FIGURES: Readonly<Record<string, (summary: Summary) => number>> = {
  stmts: (summary) => summary.num_statements,
  miss: (summary) => summary.missing_lines,
  branch: (summary) => summary.num_branches ?? 0,
  brpart: (summary) => summary.num_partial_branches ?? 0,
  cover: (summary) => summary.percent_covered,
};

/** The report's files in the order of its configuration, all of them. */
export function orderedFiles({ files, view }: Report): readonly FileReport[] {
  const descending = view.sort.startsWith("-");
  const figure = FIGURES[view.sort.replace("-", "")];
  const sorted = figure
    ? files.toSorted((a, b) => figure(a.summary) - figure(b.summary) || compare(a.path, b.path))
    : files.toSorted((a, b) => compareNames(a.path, b.path));
  return descending ? sorted.reverse() : sorted;
}

/** Why the configuration leaves a file out of the table: it misses nothing, or has nothing; null: it is shown. */
export function skipped({ summary }: FileReport, { view }: Report): "covered" | "empty" | null {
  const full = summary.missing_lines === 0 && (summary.num_partial_branches ?? 0) === 0;
  if (view.skip_covered && full) return "covered";
  return view.skip_empty && summary.num_statements === 0 ? "empty" : null;
}

/** As people count: `a2` before `a10`, like coverage.py. */
export function compareNames(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one = "", other = ""] = [left[index], right[index]];
    const order = index % 2 === 1 ? Number(one) - Number(other) : compare(one, other);
    if (order !== 0) return order;
  }
  return left.length - right.length || compare(a, b);
}

function compare<T extends string | number>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
