/** Pieces of a line with what they mean; a surface gives each meaning its colour, or none. */
import { displayWidth, dropColumns, truncateEnd } from "./width.ts";

export type Tone =
  | "plain"
  | "dim"
  | "strong"
  | "accent"
  | "good"
  | "fair"
  | "poor"
  | "warning"
  | "error"
  | "title"
  | "match"
  | "missed"
  | "failed"
  | "block-good"
  | "block-bad"
  | "block-warning"
  | "block-busy";

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** A piece of a status line; the lowest priority is left out first where room is short. */
export interface Segment {
  readonly spans: readonly Span[];
  readonly priority: number;
}

export function span(text: string, tone: Tone = "plain"): Span {
  return { text, tone };
}

export function segment(priority: number, ...spans: readonly Span[]): Segment {
  return { spans, priority };
}

export function spansWidth(spans: readonly Span[]): number {
  return spans.reduce((sum, { text }) => sum + displayWidth(text), 0);
}

/** The spans in at most `width` columns. */
export function cutSpans(spans: readonly Span[], width: number): readonly Span[] {
  const cut: Span[] = [];
  let room = width;
  for (const { text, tone } of spans) {
    if (room <= 0) break;
    const fitted = truncateEnd(text, room);
    cut.push({ text: fitted, tone });
    room -= displayWidth(fitted);
    if (fitted !== text) break;
  }
  return cut;
}

/** The spans without their first `columns`, with a mark in the place of what is left out. */
export function dropSpans(spans: readonly Span[], columns: number): readonly Span[] {
  if (columns <= 0 || spansWidth(spans) === 0) return spans;
  let left = columns + 1;
  const rest = spans.flatMap(({ text, tone }) => {
    const dropped = dropColumns(text, left);
    left = Math.max(0, left - displayWidth(text));
    return dropped === "" ? [] : [{ text: dropped, tone }];
  });
  return [span("…", "dim"), ...rest];
}

/** The spans filled or cut to exactly `width` columns. */
export function fillSpans(
  spans: readonly Span[],
  width: number,
  align: "left" | "right" = "left",
): readonly Span[] {
  const cut = cutSpans(spans, width);
  const space = span(" ".repeat(Math.max(0, width - spansWidth(cut))));
  return align === "left" ? [...cut, space] : [space, ...cut];
}

/** A line of the segments that fit side by side, `gap` columns apart, in their order. */
export function fitSegments(segments: readonly Segment[], width: number, gap = 3): readonly Span[] {
  const wanted = segments.filter(({ spans }) => spansWidth(spans) > 0);
  const kept = new Set(wanted);
  const total = () => [...kept].reduce((sum, { spans }) => sum + spansWidth(spans) + gap, -gap);
  for (const candidate of [...wanted].sort((a, b) => a.priority - b.priority)) {
    if (kept.size <= 1 || total() <= width) break;
    kept.delete(candidate);
  }
  const line = [...kept].flatMap(({ spans }, index) =>
    index === 0 ? spans : [span(" ".repeat(gap)), ...spans],
  );
  return cutSpans(line, width);
}

/** The spans with each place of `wanted` (whatever the case) in a tone of its own. */
export function highlight(spans: readonly Span[], wanted: string): readonly Span[] {
  if (wanted === "") return spans;
  const needle = wanted.toLowerCase();
  return spans.flatMap(({ text, tone }) => {
    const pieces: Span[] = [];
    const lower = text.toLowerCase();
    // Where lower case has another length (a few letters do), places would not fit: such text stays as it is.
    if (lower.length !== text.length) return [{ text, tone }];
    let from = 0;
    for (let at = lower.indexOf(needle); at >= 0; at = lower.indexOf(needle, from)) {
      if (at > from) pieces.push({ text: text.slice(from, at), tone });
      pieces.push({ text: text.slice(at, at + needle.length), tone: "match" });
      from = at + needle.length;
    }
    return from < text.length ? [...pieces, { text: text.slice(from), tone }] : pieces;
  });
}
