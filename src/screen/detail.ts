/** Lines of opened pages: of a problem, and broken at the screen's width. */
import { cleanLines } from "../core/text.ts";
import { type Line, line } from "./failure/line.ts";
import type { Problem } from "./problem.ts";
import { type Span, span } from "./span.ts";
import { wrap } from "./width.ts";

/** A problem: its message, what to do, then all that there is to read. */
export function problemDetail(problem: Problem): readonly Line[] {
  const head = problem.severity === "error" ? "error" : "warning";
  const fix = problem.fix === "" ? [] : [line(problem.fix, "strong")];
  const lines = cleanLines(problem.detail);
  const detail = lines.map((text) => line(text, /^E(?:\s|$)/.test(text) ? "error" : "plain"));
  return [
    line(problem.message, head),
    ...fix,
    ...(lines.length === 0 ? [] : [line("Details", "title"), ...detail]),
  ];
}

/** The lines broken at `width` columns. */
export function wrapLines(lines: readonly Line[], width: number): readonly Line[] {
  return lines.flatMap(({ text, tone, mark }) => {
    let from = 0;
    return wrap(text, width).map((piece): Line => {
      const start = from;
      from += piece.length;
      if (mark === undefined) return { text: piece, tone };
      const [first, last] = [Math.max(0, mark[0] - start), Math.min(piece.length, mark[1] - start)];
      return { text: piece, tone, mark: first < last ? [first, last] : undefined };
    });
  });
}

/** A line as spans; null past the end. */
export function lineSpans(one: Line | undefined): readonly Span[] | null {
  if (one === undefined) return null;
  const { text, tone, mark } = one;
  if (mark === undefined) return [span(text, tone)];
  const [from, to] = mark;
  return [span(text.slice(0, from), tone), span(text.slice(from, to), "match"), span(text.slice(to), tone)];
}
