/** Rows of the coverage table: a report's files, filtered and sorted. */
import type { Delta, FileDelta } from "../core/delta.ts";
import { compareNames, orderedFiles, skipped } from "../core/order.ts";
import type { FileReport, Report, Summary } from "../core/report.ts";
import { clean } from "../core/text.ts";

export const FILE_COLUMNS = ["path", "statements", "missed", "branches", "partial", "percent"] as const;
export type FileColumn = (typeof FILE_COLUMNS)[number];

export interface Sort<Column extends string> {
  readonly column: Column;
  readonly descending: boolean;
}

export interface FileRow {
  readonly path: string;
  /** The path as it may be printed. */
  readonly name: string;
  readonly summary: Summary;
  readonly missing: string;
  readonly file: FileReport;
  /** Null: nothing has changed in it, or there is nothing to compare with. */
  readonly delta: FileDelta | null;
  /** coverage.py's configuration leaves it out of the table. */
  readonly skipped: boolean;
}

/** The column of each word of coverage.py's `sort`. */
const WORDS: Readonly<Record<string, FileColumn>> = {
  name: "path",
  stmts: "statements",
  miss: "missed",
  branch: "branches",
  brpart: "partial",
  cover: "percent",
};

/** The order in which a report comes. */
export function sortOf({ view }: Report): Sort<FileColumn> {
  const descending = view.sort.startsWith("-");
  return { column: WORDS[view.sort.replace("-", "")] ?? "path", descending };
}

export type Grade = "good" | "fair" | "poor";

/** How well a percentage is seen: 90 and more is good, 75 and more fair. The marks for people only; no rule rests on them. */
export function grade(percent: number): Grade {
  if (percent >= 90) return "good";
  return percent >= 75 ? "fair" : "poor";
}

/** The report's files as rows, in the order of coverage.py's configuration. */
export function fileRows(report: Report, delta: Delta | null = null): readonly FileRow[] {
  return orderedFiles(report).map((file) => ({
    path: file.path,
    name: clean(file.path),
    summary: file.summary,
    missing: file.missing,
    file,
    delta: delta?.files.get(file.path) ?? null,
    skipped: skipped(file, report) !== null,
  }));
}

/**
 * Rows whose path holds the filter, whatever the case, sorted; rows that are equal stay in order of their paths. Without
 * `sort` they stay in their own order; those that the configuration skips are there if `all`.
 */
export function arrangeFiles(
  rows: readonly FileRow[],
  filter: string,
  sort: Sort<FileColumn> | null,
  all = true,
): readonly FileRow[] {
  const wanted = rows.filter((row) => (all || !row.skipped) && matches(row.name, filter));
  if (sort === null) return wanted;
  return sortRows(
    wanted,
    sort,
    (row) => fileValue(row, sort.column),
    (row) => row.path,
  );
}

/** All of it was run, branches too. */
export function isCovered({ summary }: Pick<FileRow, "summary">): boolean {
  return summary.missing_lines === 0 && (summary.missing_branches ?? 0) === 0;
}

/** Whether a text holds what is looked for, whatever the case. Nothing looked for: always. */
export function matches(text: string, wanted: string): boolean {
  return wanted === "" || text.toLowerCase().includes(wanted.toLowerCase());
}

/** A sorted copy by value, then by name; descending turns the values around, never the names. */
export function sortRows<Row, Column extends string>(
  rows: readonly Row[],
  sort: Sort<Column>,
  value: (row: Row) => string | number,
  name: (row: Row) => string,
): readonly Row[] {
  const sign = sort.descending ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: value(row), name: name(row) }));
  keyed.sort((a, b) => sign * compare(a.value, b.value) || compareNames(a.name, b.name));
  return keyed.map(({ row }) => row);
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "string" && typeof b === "string") return compareNames(a, b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function fileValue(row: FileRow, column: FileColumn): string | number {
  switch (column) {
    case "path":
      return row.path;
    case "statements":
      return row.summary.num_statements;
    case "missed":
      return row.summary.missing_lines;
    case "branches":
      return row.summary.num_branches ?? 0;
    case "partial":
      return row.summary.num_partial_branches ?? 0;
    case "percent":
      return row.summary.percent_covered;
  }
}
