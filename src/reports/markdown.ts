/** A cycle's summary as GitHub-flavoured Markdown: totals, files, failing tests, and what is not whole. */

import { type Diff, diffText, ranges } from "../core/changed-lines.ts";
import { ALL, type Combined } from "../core/combined.ts";
import { orderedFiles, skipped } from "../core/order.ts";
import { hasBranches, type Report, type Summary, trust } from "../core/report.ts";
import { isFailing } from "../core/test-results.ts";
import { clean, cleanLines, count } from "../core/text.ts";
import type { CycleResult } from "./cycle-result.ts";

/** A step summary may have 1 MiB, a comment 65,536 characters. */
const MOST_FILES = 300;
const MOST_FAILURES = 50;
const MOST_LINES = 60;

export function markdown(result: CycleResult): string {
  return `${[...head(result), ...failures(result), ...changed(result.diff), ...table(result.report), ...together(result.combined)].join("\n")}\n`;
}

function head({ report, tests, error, selected }: CycleResult): readonly string[] {
  const failing = tests.filter(isFailing).length;
  const ran = tests.length === 0 ? "no test has run" : `${count(tests.length, "test")}, ${failing} failed`;
  const total = report === null ? "no report" : `${report.totals.percent_covered_display} %${doubt(report)}`;
  return [
    "## gunicov",
    "",
    `**System-test coverage: ${total}** · ${ran}${selected > 0 ? " (a selection)" : ""}`,
    "",
    ...(error === null ? [] : [`**Error:** ${escaped(error.message)} ${escaped(error.fix)}`, ""]),
    ...(report === null ? [] : notes(report)),
  ];
}

function doubt(report: Report): string {
  const word = trust(report);
  return word === "complete" ? "" : ` (${word})`;
}

function notes(report: Report): readonly string[] {
  const { below } = report;
  const said = [
    ...report.reasons.map((reason) => `${trust(report)}: ${reason}`),
    ...(report.partial ? ["a selection of the tests: not the whole coverage"] : []),
    ...(below === null ? [] : [`${below.total} % is below fail_under = ${below.fail_under}`]),
  ];
  return said.length === 0 ? [] : [...said.map((text) => `- ${escaped(text)}`), ""];
}

function failures(result: CycleResult): readonly string[] {
  const failing = result.tests.filter(isFailing);
  if (failing.length === 0) return [];
  const shown = failing.slice(0, MOST_FAILURES).flatMap((test) => {
    const place = test.place === "" ? "" : ` at ${code(test.place)}`;
    const log = result.logOf(test).map((line) => line.text);
    const text = [
      ...lastOf(cleanLines(test.output)),
      ...(log.length === 0 ? [] : ["", "The server's log while it ran:", ...lastOf(log)]),
    ];
    return [
      `<details><summary>${html(test.id)}: ${html(test.message || test.outcome)}</summary>`,
      "",
      `${test.outcome}${place}`,
      "",
      ...fenced(text.map((line) => clean(line))),
      "",
      "</details>",
      "",
    ];
  });
  const more = failing.length - MOST_FAILURES;
  return ["### Failing tests", "", ...shown, ...(more > 0 ? [`… and ${more} more`, ""] : [])];
}

function lastOf(lines: readonly string[]): readonly string[] {
  const left = lines.length - MOST_LINES;
  return left > 0 ? [`… ${left} lines before`, ...lines.slice(-MOST_LINES)] : lines;
}

function changed(diff: Diff | null): readonly string[] {
  if (diff === null) return [];
  const missed = diff.files.filter((file) => file.missing.length > 0);
  return [
    "### Changed lines",
    "",
    `${sentence(escaped(diffText(diff)))}${diff.below === null ? "" : `, below diff_fail_under = ${diff.below.fail_under}`}.`,
    "",
    ...rows(
      ["File", "Changed", "Not run"],
      missed.slice(0, MOST_FILES).map((file) => [code(file.path), `${file.lines}`, ranges(file.missing)]),
      missed.length,
    ),
    ...(diff.not_measured.length === 0
      ? []
      : [`Not measured: ${diff.not_measured.slice(0, MOST_FILES).map(code).join(", ")}.`, ""]),
  ];
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function table(report: Report | null): readonly string[] {
  if (report === null) return [];
  const branches = hasBranches(report.totals);
  const files = orderedFiles(report).filter((file) => skipped(file, report) === null);
  const names = ["File", "Stmts", "Miss", ...(branches ? ["Branch", "BrPart"] : []), "Cover", "Missing"];
  const total = [`**Total**${doubt(report)}`, ...cells(report.totals, branches), ""];
  const shown = files
    .slice(0, MOST_FILES)
    .map((file) => [code(file.path), ...cells(file.summary, branches), file.missing]);
  return ["### Files", "", ...rows(names, [...shown, total], files.length + 1)];
}

/** Where lines were covered, by measurement. */
function together(combined: Combined | null): readonly string[] {
  if (combined === null) return [];
  const { names, files, percents, totals, complete, reasons, below } = combined;
  const percent = (text: string | null | undefined) => (text ? `${text} %` : "–");
  const row = (
    head: string,
    of: Combined["percents"] | Combined["files"][number]["percents"],
    all: string,
    missing: string,
  ) => [head, ...names.map((name) => percent(of[name])), percent(all), missing];
  const shown = files
    .slice(0, MOST_FILES)
    .map((file) => row(code(file.path), file.percents, file.summary.percent_covered_display, file.missing));
  const doubt = complete ? "" : " (incomplete)";
  const total = row(`**Total**${doubt}`, percents, totals.percent_covered_display, "");
  const said = [
    ...reasons.map((reason) => `incomplete: ${reason}`),
    ...(below === null ? [] : [`${below.total} % is below fail_under = ${below.fail_under}`]),
  ];
  return [
    "### All tests",
    "",
    ...said.map((text) => `- ${escaped(text)}`),
    ...(said.length === 0 ? [] : [""]),
    ...rows(["File", ...names, ALL, "Missing"], [...shown, total], files.length + 1),
  ];
}

function cells(summary: Summary, branches: boolean): readonly string[] {
  const { num_branches = 0, num_partial_branches = 0 } = summary;
  return [
    `${summary.num_statements}`,
    `${summary.missing_lines}`,
    ...(branches ? [`${num_branches}`, `${num_partial_branches}`] : []),
    `${summary.percent_covered_display} %`,
  ];
}

/** A table, numbers to the right; nothing without rows. `all`: how many rows there would be. */
function rows(
  names: readonly string[],
  body: readonly (readonly string[])[],
  all: number,
): readonly string[] {
  if (body.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = names.map((_, index) => (index === 0 || index === names.length - 1 ? "---" : "---:"));
  const more = all - body.length;
  return [
    line(names),
    line(rule),
    ...body.map(line),
    "",
    ...(more > 0 ? [`… and ${count(more, "more file")}`, ""] : []),
  ];
}

/** Text that Markdown takes as it is. */
function escaped(text: string): string {
  return clean(text).replace(/[\\`*_{}[\]<>|#~]/g, (one) => `\\${one}`);
}

/** As code in a cell of a table; `|` would end the cell even there. */
function code(text: string): string {
  const safe = clean(text).replaceAll("|", "\\|");
  return safe.includes("`") ? `\`\` ${safe} \`\`` : `\`${safe}\``;
}

function html(text: string): string {
  return clean(text).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** A block of code, with a fence that is longer than all that look like one. */
function fenced(lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const longest = Math.max(2, ...lines.map((line) => /`{3,}/.exec(line)?.[0].length ?? 0));
  const fence = "`".repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}
