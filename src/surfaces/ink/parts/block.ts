import { type Verdict, verdictText, type Word } from "../../../core/verdict.ts";
import { fitSegments, type Segment, type Span, span, type Tone } from "../../../screen/span.ts";
import { displayWidth } from "../../../screen/width.ts";

const TONES: Readonly<Record<Word, Tone>> = {
  PASS: "block-good",
  FAIL: "block-bad",
  BROKEN: "block-bad",
  INCOMPLETE: "block-warning",
  UNPROVEN: "block-warning",
  STALE: "block-warning",
  RUNNING: "block-busy",
  STARTING: "block-busy",
  CANCELLED: "block-warning",
};

/** A line that begins with the verdict as a block of colour, the first thing of the screen at each size; the rest has what is left. */
export function afterBlock(verdict: Verdict, rest: readonly Segment[], width: number): readonly Span[] {
  const block = span(` ${verdictText(verdict)} `, TONES[verdict.word]);
  const room = width - displayWidth(block.text) - 1;
  return room < 1 ? [block] : [block, span(" "), ...fitSegments(rest, room)];
}
