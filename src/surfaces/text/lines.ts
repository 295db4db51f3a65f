/** Each fact as lines of plain text. */
import { type Diff, diffText, ranges } from "../../core/changed-lines.ts";
import { settingsText } from "../../core/coverage-settings.ts";
import type { CommandRan, ExpectedCounts, Fact, TestCounts } from "../../core/fact.ts";
import { foundLines, KEEP } from "../../core/found.ts";
import { type TestsSummary, warningCount, warningText } from "../../core/tests-summary.ts";
import { clean, cleanLines, count, duration } from "../../core/text.ts";
import { combinedLines, reportLines } from "./table.ts";

/** The lines that a fact is worth; none for those that only a live screen needs. */
export function linesOf(fact: Fact): readonly string[] {
  switch (fact.type) {
    case "cycle.started":
      return fact.files.length > 0 ? [`changed: ${fact.files.map((file) => clean(file)).join(", ")}`] : [];
    case "check.failed":
      return fact.failures.flatMap((one) => {
        const place = one.line === null ? one.path : `${one.path}:${one.line}`;
        return [
          `${clean(place)}: ${clean(one.message)}`,
          ...(one.text ? [`    ${clean(one.text).trim()}`] : []),
        ];
      });
    case "server.back":
      return [
        `server: ${clean(fact.name)}, gunicorn's master is ${fact.master}`,
        ...(fact.coverage === null ? [] : [clean(settingsText(fact.coverage))]),
        ...fact.warnings.map(warning),
      ];
    case "cycle.fast-paths":
    case "server.restarting":
      return [];
    case "server.ready":
      return [
        fact.restarted
          ? `restarted: generation ${fact.generation}, ${count(fact.workers.length, "worker")}, ${duration(fact.ms)}`
          : `workers are fresh: generation ${fact.generation}`,
        ...(fact.coverage === undefined ? [] : [clean(settingsText(fact.coverage))]),
      ];
    case "server.waiting":
      return [`waiting: ${clean(fact.why)}`];
    case "server.boot-error":
      return [];
    case "server.lost":
      return [`server gone: ${clean(fact.message)} ${clean(fact.fix)}`];
    case "tests.lost":
      return [`tests gone: ${clean(fact.message)} ${clean(fact.fix)}`];
    case "error":
      return [
        "",
        `error: ${clean(fact.message)}`,
        ...indent(fact.fix),
        ...(fact.detail ? indent(fact.detail) : []),
      ];
    case "warning":
      return [warning(fact.message)];
    case "tests.started":
      return fact.total === null ? [] : [`running ${count(fact.total, "test")}`];
    case "test.finished":
      return testLines(fact);
    case "tests.told":
      return summaryLines(fact);
    case "tests.finished":
      return [`${countsText(fact)}${expectedText(fact)} in ${duration(fact.ms)}`];
    case "found":
      return ["found here:", ...foundLines(fact).map((line) => clean(line)), KEEP];
    case "note":
      return [clean(fact.message)];
    case "coverage.file":
      return [];
    case "coverage.complete":
      return [`data files: ${fact.written}/${fact.expected}`];
    case "coverage.incomplete":
      return [
        `data files: ${fact.written}/${fact.expected}, incomplete`,
        ...fact.reasons.map((reason) => `  ${clean(reason)}`),
      ];
    case "report":
      return ["", ...reportLines(fact)];
    case "diff.unknown":
    case "also.started":
      return [];
    case "also.running":
      return ["", `${clean(fact.name)}: ${clean(fact.command.join(" "))}`];
    case "also.ran":
      return ranLines(fact);
    case "combined":
      return ["", ...combinedLines(fact)];
    case "diff":
      return ["", ...diffLines(fact)];
    case "cycle.finished":
      return ["", `${fact.outcome} in ${duration(fact.ms)} (exit code ${fact.exit_code})`];
  }
}

/** So many lines of what a command said last, where it has failed. */
const MOST_OUTPUT = 40;

function ranLines({ name, ok, message, ms, output }: CommandRan): readonly string[] {
  if (ok) return [`${clean(name)}: done in ${duration(ms)}`];
  return [`${clean(name)}: ${clean(message)}`, ...indent(output).slice(-MOST_OUTPUT)];
}

function warning(message: string): string {
  return `warning: ${clean(message)}`;
}

function indent(text: string): readonly string[] {
  return cleanLines(text).map((line) => `  ${line}`);
}

/** The judgement, then the lines that were not run, by file. */
function diffLines(diff: Diff): readonly string[] {
  const { not_measured: others } = diff;
  return [
    clean(diffText(diff)),
    ...diff.files.flatMap(({ path, missing }) =>
      missing.length === 0 ? [] : [`  ${clean(path)}: not run ${ranges(missing)}`],
    ),
    ...(others.length === 0 ? [] : [`  not measured: ${others.map((path) => clean(path)).join(", ")}`]),
  ];
}

/** `12 passed, 1 failed`, only what there is. */
export function countsText(counts: TestCounts): string {
  const parts = [
    `${counts.passed} passed`,
    counts.failed > 0 ? `${counts.failed} failed` : "",
    counts.errors > 0 ? count(counts.errors, "error") : "",
    counts.skipped > 0 ? `${counts.skipped} skipped` : "",
  ];
  return parts.filter((part) => part !== "").join(", ");
}

function summaryLines(summary: TestsSummary): readonly string[] {
  const sections = summary.sections.flatMap(({ title, text }) => [
    "",
    ...(title === "" ? [] : [clean(title)]),
    ...indent(text),
  ]);
  const total = warningCount(summary);
  if (total === 0) return sections;
  const more = summary.more === 0 ? [] : [`  … and ${summary.more} more`];
  return [
    ...sections,
    "",
    `${count(total, "warning")} of the tests`,
    ...summary.warnings.map((one) => `  ${clean(warningText(one))}`),
    ...more,
  ];
}

/** `(1 xfailed)`: these are in the counts before it. */
function expectedText({ xfailed, xpassed }: ExpectedCounts): string {
  const parts = [xfailed > 0 ? `${xfailed} xfailed` : "", xpassed > 0 ? `${xpassed} xpassed` : ""];
  const there = parts.filter((part) => part !== "");
  return there.length === 0 ? "" : ` (${there.join(", ")})`;
}

function testLines(test: Fact & { type: "test.finished" }): readonly string[] {
  if (test.xfail !== null) {
    const reason = test.message === "" ? "" : `: ${clean(test.message)}`;
    return [`${test.xfail === "xfailed" ? "XFAIL" : "XPASS"} ${clean(test.id)}${reason}`];
  }
  if (test.outcome === "passed" || test.outcome === "skipped") return [];
  const place = test.place === "" ? "" : ` (${clean(test.place)})`;
  return [
    "",
    `${test.outcome === "error" ? "ERROR" : "FAILED"} ${clean(test.id)}${place}`,
    `  ${clean(test.message)}`,
    ...indent(test.output),
  ];
}
