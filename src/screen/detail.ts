/** The whole of a failing test or a problem, line by line, what matters most first. */
import type { TestResult } from "../core/fact.ts";
import { type LogEntry, logDuring } from "../core/screen-content.ts";
import { clean, cleanLines, duration } from "../core/text.ts";
import type { Problem } from "./problem.ts";
import type { Tone } from "./span.ts";
import { wrap } from "./width.ts";

export interface Line {
  readonly text: string;
  readonly tone: Tone;
}

/** Lines of an assertion that stand above the server's log; all of them come again in the output below it. */
const MOST_ASSERTION_LINES = 12;

/** A test: its assertion, its place, what the server logged while it ran, then pytest's whole output. */
export function testDetail(test: TestResult, log: readonly LogEntry[]): readonly Line[] {
  const served = logDuring(log, test);
  const head = test.outcome === "failed" || test.outcome === "error" ? "error" : "strong";
  return [
    line(test.message || test.outcome, head),
    line(
      `${test.place || test.id} · ${test.xfail ?? test.outcome} · ${duration(test.ms)}${fixtures(test)}`,
      "dim",
    ),
    ...assertion(test.output),
    ...(served.length === 0
      ? [line("The server logged nothing while it ran.", "dim")]
      : [line("Server log while it ran", "title"), ...served.flatMap((entry) => logLines(entry.text))]),
    ...section("Output", test.output),
  ];
}

/** What its fixtures took of that, where it is worth telling. */
function fixtures({ setup_ms: before, teardown_ms: after }: TestResult): string {
  return before + after < 10 ? "" : ` (set-up ${duration(before)}, teardown ${duration(after)})`;
}

/** What pytest says of the assertion beyond its first line, which is the test's message. */
function assertion(output: string): readonly Line[] {
  const lines = cleanLines(output).filter((text) => /^E\s/.test(text));
  return lines.slice(1, MOST_ASSERTION_LINES).map(outputLine);
}

/** A problem: its message, what to do, then all that there is to read. */
export function problemDetail(problem: Problem): readonly Line[] {
  const head = problem.severity === "error" ? "error" : "warning";
  const fix = problem.fix === "" ? [] : [line(problem.fix, "strong")];
  return [line(problem.message, head), ...fix, ...section("Details", problem.detail)];
}

/** A line of a log: what looks like an error stands out. */
export function logLines(text: string): readonly Line[] {
  const tone = /\b(?:ERROR|CRITICAL|Traceback|Exception|[A-Z]\w*Error)\b/.test(text) ? "error" : "plain";
  return cleanLines(text).map((part) => ({ text: part, tone }));
}

/** The lines broken at `width` columns. */
export function wrapLines(lines: readonly Line[], width: number): readonly Line[] {
  return lines.flatMap(({ text, tone }) => wrap(text, width).map((piece) => ({ text: piece, tone })));
}

function section(title: string, text: string): readonly Line[] {
  const lines = cleanLines(text);
  return lines.length === 0 ? [] : [line(title, "title"), ...lines.map((part) => outputLine(part))];
}

/** pytest marks the lines of an assertion with a leading E. */
function outputLine(text: string): Line {
  return { text, tone: /^E(?:\s|$)/.test(text) ? "error" : "plain" };
}

function line(text: string, tone: Tone): Line {
  return { text: clean(text), tone };
}
