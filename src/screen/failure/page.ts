/** The whole of a test, line by line, what tells most first: where it failed, expected against got, the server, the rest. */
import type { TestResult } from "../../core/fact.ts";
import { type LogEntry, logDuring } from "../../core/screen-content.ts";
import { cleanLines, count, duration } from "../../core/text.ts";
import { type Comparison, comparison, difference, nearest, unquoted } from "./comparison.ts";
import { type Line, line, logLines } from "./line.ts";
import { type Block, type Output, parseOutput } from "./output.ts";
import { serverPart, tracebackLines } from "./server.ts";

/** Lines of source above the failing one. */
const ABOVE = 3;
/** Lines of what pytest explains, and of the server's log, that are not folded. */
const EXPLAINED = 8;
const LOGGED = 12;

/** Lines of a difference, as Python's difflib writes them. */
const DIFF = /^ {0,2}[-+?] /;

/** Where pytest says a value comes from. */
const WHENCE = /^\s*\+ +(?:where|and) |^\s+(?:where|and) /;

/** `unfolded`: with all that is folded else. */
export function testDetail(test: TestResult, log: readonly LogEntry[], unfolded: boolean): readonly Line[] {
  const output = parseOutput(test.output);
  const served = logDuring(log, test);
  const { tracebacks, log: rest } = serverPart(served);
  const failed = test.outcome === "failed" || test.outcome === "error";
  const said = served.flatMap((entry) => cleanLines(entry.text));
  const all = tracebacks.length > 0 || rest.length > LOGGED ? said : [];
  return [
    line(
      `${test.place || test.id} · ${test.xfail ?? test.outcome} · ${duration(test.ms)}${fixtures(test)}`,
      "dim",
    ),
    ...(failed ? failure(test, output) : [line(test.message || test.outcome, "strong")]),
    ...tracebacks.flatMap((one) => [
      line("Server's traceback while it ran", "title"),
      ...tracebackLines(one),
    ]),
    ...serverLog(rest, tracebacks.length > 0),
    ...fold("Server log, whole", all, unfolded),
    ...where(output, unfolded),
    ...output.captured.flatMap(({ title, lines }) => fold(title, lines, unfolded || !failed)),
    ...fold("Output, whole", output.all, unfolded || !failed),
  ];
}

/** What its fixtures took of that, where it is worth telling. */
function fixtures({ setup_ms: before, teardown_ms: after }: TestResult): string {
  return before + after < 10 ? "" : ` (set-up ${duration(before)}, teardown ${duration(after)})`;
}

function failure(test: TestResult, { blocks }: Output): readonly Line[] {
  const told = blocks.findLast(({ errors }) => errors.length > 0);
  const own =
    blocks.findLast(({ place, at }) => at >= 0 && place === test.place) ??
    blocks.findLast(({ at }) => at >= 0);
  const errors = told?.errors ?? [];
  const source = own === undefined ? [] : sourceLines(own);
  const compared = comparison(errors, told?.lines[told.at] ?? "");
  if (compared === null)
    return [...source, line(test.message || test.outcome, "error"), ...explained(errors.slice(1), null)];
  const message = errors.findIndex((one) => /(?:^|Error: )assert /.test(one));
  const words = message > 0 ? [line(errors[0] ?? "", "error")] : [];
  const rest = beforeWholeDiff(errors.slice(message + 1)).filter((one) => !WHENCE.test(one));
  // Texts of many lines are told apart line by line: pytest has done that.
  const byLine = rest.some((one) => DIFF.test(one)) && /\\n/.test(compared.got + compared.expected);
  const apart = byLine
    ? [
        line(compared.leftIsMeant ? "- got  + expected" : "- expected  + got", "title"),
        ...explained(rest, compared),
      ]
    : [
        ...sides(compared),
        ...explained(
          rest.filter((one) => !DIFF.test(one)),
          compared,
        ),
      ];
  return [...source, ...words, ...apart];
}

/** A difference of whole containers is long, and in the output below. */
function beforeWholeDiff(errors: readonly string[]): readonly string[] {
  const at = errors.findIndex((one) => /^\s*(?:Full diff|Use -v to get)/.test(one));
  return (at < 0 ? errors : errors.slice(0, at)).filter((one, index) => one.trim() !== "" || index > 0);
}

/** The failing line with those above it, numbered. */
function sourceLines({ lines, at, place }: Block): readonly Line[] {
  const number = Number(/:(\d+)$/.exec(place)?.[1] ?? 0);
  const end = lines.findIndex((one, index) => index > at && one.trim() === "");
  // Arguments, which pytest puts above the source, begin in the first column.
  const source = lines.findLastIndex((one, index) => index < at && /^[^\s>]/.test(one)) + 1;
  const written = lines.findIndex((one, index) => index >= Math.max(source, at - ABOVE) && one.trim() !== "");
  const shown = lines.slice(written, end < 0 ? lines.length : end);
  const from = number - (at - written);
  const digits = `${number + shown.length}`.length;
  return shown.map((text, index) => {
    const failing = text.startsWith(">");
    const label = number === 0 ? "" : `${`${from + index}`.padStart(digits)} `;
    const body = failing ? ` ${text.slice(1)}` : text;
    return line(`${failing ? "▸" : " "} ${label}${body}`, failing ? "strong" : "dim");
  });
}

function sides({
  operator,
  expected,
  got,
}: {
  readonly operator: string;
  readonly expected: string;
  readonly got: string;
}): readonly Line[] {
  const inText = operator === "in" || operator === "not in";
  const label = operator === "==" ? "expected" : `expected ${operator}`;
  const wanted = inText ? unquoted(expected) : null;
  const whole = inText ? unquoted(got) : null;
  const like = operator === "in" && wanted !== null && whole !== null ? nearest(wanted, whole) : null;
  const right = like === null ? { label: "got", text: got } : { label: "nearest", text: like };
  const left = { label, text: like === null || wanted === null ? expected : wanted };
  const width = Math.max(left.label.length, right.label.length) + 2;
  const compares = operator === "==" || like !== null;
  const side = (one: typeof left, other: string, tone: "good" | "error"): Line => {
    const whole = line(one.text, tone).text;
    const found = compares ? difference(whole, line(other).text) : null;
    const mark =
      found === null || found[0] === found[1] ? undefined : ([found[0] + width, found[1] + width] as const);
    return { text: one.label.padEnd(width) + whole, tone, mark };
  };
  const size =
    like === null || whole === null
      ? []
      : [line(`${" ".repeat(width)}(of a text of ${count(whole.length, "character")})`, "dim")];
  return [side(left, right.text, "good"), side(right, left.text, "error"), ...size];
}

function explained(lines: readonly string[], compared: Comparison | null): readonly Line[] {
  const [minus, plus] = compared?.leftIsMeant ? (["error", "good"] as const) : (["good", "error"] as const);
  const tone = (text: string) => (/^ {0,2}- /.test(text) ? minus : /^ {0,2}\+ /.test(text) ? plus : "plain");
  const end = lines.findLastIndex((one) => one.trim() !== "") + 1;
  return lines
    .slice(0, Math.min(end, EXPLAINED))
    .map((text) => line(text, compared === null ? "plain" : tone(text)));
}

function serverLog(lines: readonly string[], hasTraceback: boolean): readonly Line[] {
  if (lines.length === 0) return hasTraceback ? [] : [line("The server logged nothing while it ran.", "dim")];
  const more = lines.length - LOGGED;
  return [
    line("Server log while it ran", "title"),
    ...lines.slice(0, LOGGED).flatMap((text) => logLines(text)),
    ...(more > 0 ? [line(`… ${count(more, "more line")}`, "dim")] : []),
  ];
}

/** The way to the failure, where it is longer than one frame, and what pytest says of where values come from. */
function where({ blocks }: Output, unfolded: boolean): readonly Line[] {
  const whence = blocks.flatMap(({ errors }) => errors.filter((one) => WHENCE.test(one)));
  const frames =
    blocks.length < 2
      ? []
      : blocks.map(({ place, lines, at }) => `${place}  ${lines[at]?.slice(1).trim() ?? ""}`);
  return fold("Where", [...whence, ...frames], unfolded);
}

function fold(title: string, lines: readonly string[], unfolded: boolean): readonly Line[] {
  if (lines.length === 0) return [];
  if (!unfolded) return [line(`▸ ${title} · ${count(lines.length, "line")}`, "dim")];
  return [line(`▾ ${title}`, "title"), ...lines.map(outputLine)];
}

/** pytest marks the lines of an assertion with a leading E. */
function outputLine(text: string): Line {
  return line(text, /^E(?:\s|$)/.test(text) ? "error" : "plain");
}
