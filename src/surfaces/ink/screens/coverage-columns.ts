/** Columns of the coverage table. */

import type { Diff } from "../../../core/changed-lines.ts";
import { type Delta, linesText } from "../../../core/delta.ts";
import { skipped } from "../../../core/order.ts";
import { hasBranches, type Report, type Summary } from "../../../core/report.ts";
import { subtotal } from "../../../core/subtotal.ts";
import { clean } from "../../../core/text.ts";
import type { Beside } from "../../../screen/beside.ts";
import { level } from "../../../screen/glyphs.ts";
import { type Span, span, spansWidth } from "../../../screen/span.ts";
import { type FileRow, grade, matches } from "../../../screen/table.ts";
import { displayWidth, truncateStart } from "../../../screen/width.ts";
import { meter } from "../parts/meter.ts";
import type { Column } from "../parts/table.tsx";
import { besideColumns, besideTotals } from "./beside-columns.ts";
import { changedColumn, changedTotal } from "./changed-column.ts";

/** The widest that missing lines may get: further, nobody reads them. */
const MISSING = 60;
const BAR = 12;

/** `diff`: changed lines have a column; null: they are judged just now. The columns for a table of `width`: where that is small, the path leaves room for the percentage. */
export function coverageColumns(
  rows: readonly FileRow[],
  report: Report,
  width: number,
  beside: Beside | null = null,
  delta: Delta | null = null,
  diff?: Diff | null,
): readonly Column<FileRow>[] {
  const branches = hasBranches(report.totals) ? [BRANCHES, PARTIAL] : [];
  return [
    pathColumn(rows, report, width),
    STATEMENTS,
    MISSED,
    ...(delta === null ? [] : [CHANGE]),
    ...branches,
    percentColumn(report),
    ...(diff === undefined ? [] : [changedColumn(diff)]),
    ...besideColumns(beside),
    BARS,
    ...(delta === null ? [] : linesColumn(rows)),
    missingColumn(rows),
  ];
}

/** Cells of the total rows, by column: the files that are filtered by, then the whole. */
export function totalsOf(
  report: Report,
  shown: number,
  filter: string,
  beside: Beside | null = null,
  delta: Delta | null = null,
  diff?: Diff | null,
): readonly Readonly<Record<string, readonly Span[]>>[] {
  const label = totalLabel(report, shown, filter);
  const whole = {
    ...totalCells(report, report.totals, label, delta?.missed ?? null),
    ...besideTotals(beside),
    ...(diff === undefined ? {} : { changed: changedTotal(diff) }),
  };
  if (filter === "") return [whole];
  const files = report.files.filter(({ path }) => matches(clean(path), filter));
  const sum = subtotal(
    files.map(({ summary }) => summary),
    report,
  );
  const missed =
    delta === null ? null : files.reduce((all, { path }) => all + (delta.files.get(path)?.missed ?? 0), 0);
  return [totalCells(report, sum, filteredLabel(report, files.length), missed), whole];
}

function totalCells(
  report: Report,
  totals: Summary,
  label: readonly Span[],
  change: number | null,
): Readonly<Record<string, readonly Span[]>> {
  const { complete } = report;
  const strong = (value: number | undefined) => [span(`${value ?? ""}`, "strong")];
  return {
    path: label,
    statements: strong(totals.num_statements),
    missed: strong(totals.missing_lines),
    change: change === null ? [] : changeCell(change),
    branches: strong(totals.num_branches),
    partial: strong(totals.num_partial_branches),
    percent: percentCell(totals, complete, percentWidth(report)),
    bar: bar(totals),
    missing: complete ? [] : [span("incomplete", "warning")],
  };
}

/** How much it is is seen by its level too, with or without colour. A figure that data is missing from is marked as such. */
function percentCell(summary: Summary, complete: boolean, width: number): readonly Span[] {
  const how = grade(summary.percent_covered);
  const display = summary.percent_covered_display.padStart(width);
  if (!complete) return [span(`? ${display}?`, "warning")];
  return [span(`${level(summary.percent_covered / 100)} ${display}`, how)];
}

/** Room for the longest: coverage.py's `precision` decides. */
function percentWidth({ totals, files }: Report): number {
  return files.reduce(
    (most, { summary }) => Math.max(most, summary.percent_covered_display.length),
    Math.max(4, totals.percent_covered_display.length),
  );
}

function bar(summary: Summary): readonly Span[] {
  return meter(summary.percent_covered / 100, BAR, grade(summary.percent_covered));
}

/** Says also how many files the configuration leaves out of the table, and the key that shows them. */
function totalLabel(report: Report, shown: number, filter: string): readonly Span[] {
  const { files } = report;
  const total = span("TOTAL", "strong");
  if (shown === files.length || filter !== "") return [total];
  const key = files.some((file) => skipped(file, report) !== null) ? ", x: all" : "";
  return [total, span(` (${shown} of ${files.length}${key})`, "dim")];
}

function filteredLabel(report: Report, matching: number): readonly Span[] {
  return [span("filtered", "strong"), span(` (${matching} of ${report.files.length})`, "dim")];
}

function pathColumn(rows: readonly FileRow[], report: Report, width: number): Column<FileRow> {
  const longest = Math.max(
    spansWidth(totalLabel(report, rows.length, "")),
    spansWidth(filteredLabel(report, rows.length)),
    widest(rows, (row) => row.name),
  );
  return {
    id: "path",
    title: "file",
    align: "left",
    min: Math.min(longest, Math.max(8, Math.floor(width / 4))),
    max: longest,
    priority: 100,
    cell: (row, room) => [span(truncateStart(row.name, room))],
  };
}

function percentColumn(report: Report): Column<FileRow> {
  const { complete } = report;
  const digits = percentWidth(report);
  const width = digits + (complete ? 2 : 3);
  const cell = (row: FileRow) => percentCell(row.summary, complete, digits);
  return { id: "percent", title: "cover", align: "right", min: width, max: width, priority: 90, cell };
}

function missingColumn(rows: readonly FileRow[]): Column<FileRow> {
  const longest = Math.min(
    MISSING,
    Math.max(
      12,
      widest(rows, (row) => row.missing),
    ),
  );
  const cell = (row: FileRow) => [span(row.missing, "missed")];
  return { id: "missing", title: "missing", align: "left", min: 11, max: longest, priority: 60, cell };
}

const STATEMENTS = numbers("statements", "stmts", 70, (summary) => summary.num_statements, "plain");
const MISSED = numbers("missed", "miss", 80, (summary) => summary.missing_lines, "missed");
const BRANCHES = numbers("branches", "branch", 50, (summary) => summary.num_branches ?? 0, "plain");
const PARTIAL = numbers("partial", "part", 55, (summary) => summary.num_partial_branches ?? 0, "fair");
const CHANGE: Column<FileRow> = {
  id: "change",
  title: "Δ",
  align: "right",
  // With no more than that, 80 columns still have all of coverage.py's columns.
  min: 3,
  max: 3,
  priority: 75,
  cell: ({ delta }) => changeCell(delta?.missed ?? 0),
};

/** `+1` missed line more stands out, `-2` is what one hopes for. */
function changeCell(missed: number): readonly Span[] {
  if (missed === 0) return [span("·", "dim")];
  return missed > 0 ? [span(`+${missed}`, "missed")] : [span(`${missed}`, "good")];
}

/** Lines newly missed and newly hit, where any file has some. */
function linesColumn(rows: readonly FileRow[]): readonly Column<FileRow>[] {
  const text = ({ delta }: FileRow) => (delta === null ? "" : linesText(delta));
  const longest = widest(rows, text);
  if (longest === 0) return [];
  const width = Math.max(6, Math.min(24, longest));
  const cell = (row: FileRow) => [span(text(row), (row.delta?.missed ?? 0) > 0 ? "missed" : "good")];
  return [
    { id: "lines", title: "Δ lines", align: "left", min: 8, max: Math.max(8, width), priority: 45, cell },
  ];
}

const BARS: Column<FileRow> = {
  id: "bar",
  title: "",
  align: "left",
  min: BAR,
  max: BAR,
  priority: 40,
  cell: (row) => bar(row.summary),
};

function numbers(
  id: string,
  title: string,
  priority: number,
  value: (summary: Summary) => number,
  tone: "plain" | "missed" | "fair",
): Column<FileRow> {
  // One more than the title: the mark of the order stands behind it.
  const width = title.length + 1;
  const cell = ({ summary }: FileRow) => [span(`${value(summary)}`, value(summary) === 0 ? "dim" : tone)];
  return { id, title, align: "right", min: width, max: width, priority, cell };
}

function widest(rows: readonly FileRow[], text: (row: FileRow) => string): number {
  return rows.reduce((most, row) => Math.max(most, displayWidth(text(row))), 0);
}
