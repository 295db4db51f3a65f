/** What stands on the screen around the page, and how many rows each part has. */

import type { ScreenContent } from "../core/screen-content.ts";
import { cleanLines } from "../core/text.ts";
import { type Line, line } from "./failure/line.ts";
import { type Layout, layout } from "./layout.ts";
import type { Lists } from "./lists.ts";
import type { Problem } from "./problem.ts";
import type { Tone } from "./span.ts";
import { isNarrowed, type ScreenState } from "./state.ts";
import { wrapWords } from "./width.ts";

export interface Frame {
  readonly layout: Layout;
  /** What is in the box, as many lines as it has rows. */
  readonly box: readonly Line[];
  readonly severity: Problem["severity"];
}

/** Lines of a traceback that the box shows at most: its end, which tells most. */
const TRACEBACK = 8;
/** Rows that a message, and what to do about it, have at most. */
const WRAPPED = 3;
/** Columns of the bar before each line. */
const BAR = 2;

/** The frame for a screen of so many rows. The failures page and opened ones show problems themselves. */
export function frameOf(
  screen: ScreenState,
  content: ScreenContent,
  lists: Lists,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Frame {
  const boxed = screen.help === null && screen.opened === null && screen.view !== "failures";
  const problem = boxed ? firstProblem(content, screen, lists) : null;
  const heads = problem === null ? [] : headsOf(problem, columns - BAR);
  const rest = problem === null ? [] : restOf(problem);
  const wanted = layout({ rows, problem: heads.length + rest.length, filters: isNarrowed(screen) });
  const room = wanted.problem - heads.length;
  const box = room > 0 ? [...heads, ...rest.slice(-room)] : heads.slice(0, wanted.problem);
  return { layout: wanted, box, severity: problem?.severity ?? "warning" };
}

/** Message and what to do come first. */
function headsOf({ message, fix, severity }: Problem, width: number): readonly Line[] {
  const tone: Tone = severity === "error" ? "error" : "warning";
  const [first = ""] = cleanLines(message);
  const todo = severity === "error" ? cleanLines(fix).join(" ") : "";
  return [...wrapped(first, tone, width), ...(todo === "" ? [] : wrapped(todo, "strong", width))];
}

/** Of a traceback the last lines. */
function restOf({ detail, severity }: Problem): readonly Line[] {
  if (severity === "warning") return [];
  return cleanLines(detail)
    .slice(-TRACEBACK)
    .map((text) => line(text, "dim"));
}

function wrapped(text: string, tone: Tone, width: number): readonly Line[] {
  const pieces = wrapWords(text, Math.max(1, width));
  const last = pieces.slice(WRAPPED - 1).join(" ");
  return [...pieces.slice(0, WRAPPED - 1), ...(last === "" ? [] : [last])].map((piece) => line(piece, tone));
}

function firstProblem(content: ScreenContent, screen: ScreenState, lists: Lists): Problem | null {
  for (const item of lists.failures(content, screen)) if (item.kind === "problem") return item.problem;
  return null;
}
