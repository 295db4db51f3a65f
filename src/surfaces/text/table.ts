/** The report as a plain table, in the columns that coverage.py's own has. */
import { ALL, type Combined, whereText } from "../../core/combined.ts";
import { orderedFiles, skipped } from "../../core/order.ts";
import { hasBranches, type Report, type Summary, trust } from "../../core/report.ts";
import { clean, count } from "../../core/text.ts";

/** Lines of the table with its total; first, why it is not whole where it is not. */
export function reportLines(report: Report): readonly string[] {
  const branches = hasBranches(report.totals);
  const header = ["Name", "Stmts", "Miss", ...(branches ? ["Branch", "BrPart"] : []), "Cover", "Missing"];
  const shown = orderedFiles(report).filter((file) => skipped(file, report) === null);
  const rows = shown.map((file) => [clean(file.path), ...cells(file.summary, branches), file.missing]);
  const total = [
    trust(report) === "complete" ? "TOTAL" : `TOTAL (${trust(report)})`,
    ...cells(report.totals, branches),
    "",
  ];
  const table = align([header, ...rows, total]);
  const [head = "", ...body] = table;
  const rule = "-".repeat(head.length);
  const reasons = report.reasons.map((reason) => `${prefix(report, reason)}${clean(reason)}`);
  const notes = report.partial ? ["a selection of the tests: not the whole coverage"] : [];
  const last = shown.length === 0 ? [body.at(-1) ?? ""] : [rule, body.at(-1) ?? ""];
  return [...reasons, ...notes, head, rule, ...body.slice(0, -1), ...last, ...skippedLines(report)];
}

/** As coverage.py says what its table leaves out. */
function skippedLines(report: Report): readonly string[] {
  const all = report.files.map((file) => skipped(file, report));
  const covered = all.filter((why) => why === "covered").length;
  const empty = all.filter((why) => why === "empty").length;
  return [
    ...(covered > 0 ? ["", `${count(covered, "file")} skipped due to complete coverage.`] : []),
    ...(empty > 0 ? ["", `${count(empty, "empty file")} skipped.`] : []),
  ];
}

function prefix(report: Report, reason: string): string {
  return report.complete || reason.startsWith("unproven") ? "" : "incomplete: ";
}

function cells(summary: Summary, branches: boolean): readonly string[] {
  const {
    num_statements,
    missing_lines,
    num_branches = 0,
    num_partial_branches = 0,
    percent_covered_display: percent,
  } = summary;
  const branch = branches ? [`${num_branches}`, `${num_partial_branches}`] : [];
  return [`${num_statements}`, `${missing_lines}`, ...branch, `${percent}%`];
}

/** The first column and the last ones (`texts`) to the left, the numbers to the right. */
function align(rows: readonly (readonly string[])[], texts = 1): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const last = widths.length - texts;
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column >= last
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** Where lines were covered: a column for each measurement, and one for all of them together. */
export function combinedLines(combined: Combined): readonly string[] {
  const { names, files, complete, reasons, percents, totals } = combined;
  const percent = (text: string | null | undefined) => (text ? `${text}%` : "-");
  const rows = files.map((file) => [
    clean(file.path),
    ...names.map((name) => percent(file.percents[name])),
    percent(file.summary.percent_covered_display),
    whereText(file.where),
    file.missing,
  ]);
  const doubt = complete ? "" : " (incomplete)";
  const total = [
    `All tests${doubt}`,
    ...names.map((name) => percent(percents[name])),
    percent(totals.percent_covered_display),
    whereText(combined.where),
    "",
  ];
  const table = align([["Name", ...names, ALL, "Lines covered by", "Missing"], ...rows, total], 2);
  const [head = "", ...body] = table;
  const rule = "-".repeat(head.length);
  const why = reasons.map((reason) => `incomplete: ${clean(reason)}`);
  return [...why, head, rule, ...body.slice(0, -1), rule, body.at(-1) ?? ""];
}
