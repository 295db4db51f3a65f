/** What stands on the screen around the page, and how many rows each part has. */

import type { ScreenContent } from "../core/screen-content.ts";
import { cleanLines } from "../core/text.ts";
import { type Layout, layout } from "./layout.ts";
import type { Lists } from "./lists.ts";
import type { Problem } from "./problem.ts";
import { isNarrowed, type ScreenState } from "./state.ts";

export interface Frame {
  readonly layout: Layout;
  /** What is in the box; null: no box. */
  readonly problem: Problem | null;
}

/** Lines of a traceback that the box shows at most: its end, which tells most. */
const TRACEBACK = 8;

/** The frame for a screen of so many rows. The failures page and opened ones show problems themselves. */
export function frameOf(screen: ScreenState, content: ScreenContent, lists: Lists, rows: number): Frame {
  const boxed = screen.help === null && screen.opened === null && screen.view !== "failures";
  const problem = boxed ? firstProblem(content, screen, lists) : null;
  return {
    layout: layout({
      rows,
      problem: problem === null ? 0 : boxLines(problem).length,
      filters: isNarrowed(screen),
    }),
    problem,
  };
}

/** The box's lines: message, what to do, the end of what there is to read. */
export function boxLines(problem: Problem): readonly string[] {
  const [message] = cleanLines(problem.message);
  if (problem.severity === "warning") return [message ?? ""];
  const fix = problem.fix === "" ? [] : [cleanLines(problem.fix).join(" ")];
  return [message ?? "", ...fix, ...cleanLines(problem.detail).slice(-TRACEBACK)];
}

function firstProblem(content: ScreenContent, screen: ScreenState, lists: Lists): Problem | null {
  for (const item of lists.failures(content, screen)) if (item.kind === "problem") return item.problem;
  return null;
}
