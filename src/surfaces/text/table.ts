/** The report as a plain table, in the columns that coverage.py's own has. */
import { hasBranches, lineRanges, percentText, type Report, type Summary, trust } from "../../core/report.ts";
import { clean } from "../../core/text.ts";

/** Lines of the table with its total; first, why it is not whole where it is not. */
export function reportLines(report: Report): readonly string[] {
  const branches = hasBranches(report.totals);
  const header = ["Name", "Stmts", "Miss", ...(branches ? ["Branch", "BrPart"] : []), "Cover", "Missing"];
  const rows = report.files.map((file) => [
    clean(file.path),
    ...cells(file.summary, branches),
    lineRanges(file.missing_lines),
  ]);
  const total = [
    trust(report) === "complete" ? "TOTAL" : `TOTAL (${trust(report)})`,
    ...cells(report.totals, branches),
    "",
  ];
  const table = align([header, ...rows, total]);
  const rule = "-".repeat(Math.max(0, ...table.map((line) => line.length)));
  const [head = "", ...body] = table;
  const reasons = report.reasons.map((reason) => `${prefix(report, reason)}${clean(reason)}`);
  const notes = report.partial ? ["a selection of the tests: not the whole coverage"] : [];
  return [...reasons, ...notes, head, rule, ...body.slice(0, -1), rule, body.at(-1) ?? ""];
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
    percent_covered,
  } = summary;
  const branch = branches ? [`${num_branches}`, `${num_partial_branches}`] : [];
  return [`${num_statements}`, `${missing_lines}`, ...branch, `${percentText(percent_covered)}%`];
}

/** The first column and the last to the left, the numbers to the right. */
function align(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  const last = widths.length - 1;
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 || column === last
          ? cell.padEnd(widths[column] ?? 0)
          : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}
