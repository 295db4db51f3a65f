/** What is wrong besides failing tests: a check, a boot, an error. Shown in a box and opened like a failing test. */
import type { CheckFailure } from "../core/fact.ts";
import { ownFrame } from "../core/own-frame.ts";
import type { ScreenContent } from "../core/screen-content.ts";

export interface Problem {
  readonly key: "!check" | "!boot" | "!error" | "!warnings";
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly fix: string;
  /** More to read, of many lines: a traceback, a source line. */
  readonly detail: string;
  /** Where an editor can be opened. */
  readonly place: { readonly path: string; readonly line: number | null } | null;
}

/** The parts of the screen's content that tell of problems. */
export type Troubles = Pick<ScreenContent, "checks" | "bootError" | "error" | "gone" | "warnings">;

/** The problems in the screen's content, the worst first. A failed check or boot comes with an `error` that says the same: once is enough. */
export function problems(content: Troubles): readonly Problem[] {
  return [...errors(content), ...warnings(content)];
}

function errors(content: Troubles): readonly Problem[] {
  // The cycle that it ended has an `error` that says the same.
  const { gone } = content;
  if (gone !== null) {
    return [
      { key: "!error", severity: "error", message: gone.message, fix: gone.fix, detail: "", place: null },
    ];
  }
  const first = content.checks[0];
  if (first) return [checkProblem(first, content)];
  if (content.bootError !== null) return [bootProblem(content.bootError, content)];
  if (content.error === null) return [];
  const { message, fix, detail } = content.error;
  return [
    { key: "!error", severity: "error", message, fix, detail: detail ?? "", place: ownFrame(detail ?? "") },
  ];
}

function checkProblem(first: CheckFailure, { checks: all, error }: Troubles): Problem {
  const more = all.length > 1 ? ` (and ${all.length - 1} more)` : "";
  return {
    key: "!check",
    severity: "error",
    message: `${checkPlace(first)}: ${first.message}${more}`,
    fix: error?.fix || "Nothing was restarted. Correct it and save: the next cycle starts by itself.",
    detail: [checkSource(first), ...all.slice(1).map(checkText)].filter((text) => text !== "").join("\n\n"),
    place: { path: first.path, line: first.line },
  };
}

function checkPlace(check: CheckFailure): string {
  return check.line === null ? check.path : `${check.path}:${check.line}`;
}

/** A failure that is not in the message. */
function checkText(check: CheckFailure): string {
  const source = checkSource(check);
  return `${checkPlace(check)}: ${check.message}${source && `\n${source}`}`;
}

/** The line that does not compile, and where in it. */
function checkSource(check: CheckFailure): string {
  if (check.text === null) return "";
  const source = check.text.replace(/\n$/, "");
  const mark = check.column === null || check.column < 1 ? "" : `\n${" ".repeat(check.column - 1)}^`;
  return `${source}${mark}`;
}

function bootProblem(traceback: string, content: Troubles): Problem {
  // A traceback's last line is the exception: what to read first.
  const last = traceback.trimEnd().split("\n").at(-1)?.trim() || "The new code does not boot.";
  return {
    key: "!boot",
    severity: "error",
    message: `The new code does not boot: ${last}`,
    fix: content.error?.fix || "The server lives on. Correct it and save: the next cycle starts by itself.",
    detail: traceback,
    place: ownFrame(traceback),
  };
}

function warnings(content: Troubles): readonly Problem[] {
  const [first, ...more] = content.warnings;
  if (first === undefined) return [];
  const message = more.length > 0 ? `${first} (and ${more.length} more)` : first;
  return [
    {
      key: "!warnings",
      severity: "warning",
      message,
      fix: "",
      detail: content.warnings.join("\n"),
      place: null,
    },
  ];
}
