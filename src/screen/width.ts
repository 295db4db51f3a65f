/** How many columns of a terminal a text takes, and cutting and filling to a number of them. */

/**
 * Text whose characters take a column each and stand alone: ASCII, Latin letters, punctuation, arrows, boxes and blocks, ✓ and ✗.
 * What the screen is made of is all of these; the expressions below take 20 ms to be compiled.
 */
const SIMPLE =
  /^[\x20-\x7e\xa1-\xac\xae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u2319\u2500-\u25fc\u2713-\u2717]*$/;
const INVISIBLE =
  /^[\p{Default_Ignorable_Code_Point}\p{Control}\p{Format}\p{Nonspacing_Mark}\p{Enclosing_Mark}\p{Surrogate}]+$/u;
const EMOJI = /^(?:\p{RGI_Emoji}|[\d#*]\u20e3)$/v;
const GRAPHEMES = new Intl.Segmenter();

/** First and last code points that are two columns wide (Unicode's East Asian Width W and F). */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97c],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x1b2fb],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/** Whether a text has as many columns as it has UTF-16 units. */
export function isSimple(text: string): boolean {
  return SIMPLE.test(text);
}

/** Columns that a text without control characters takes. An ambiguous character counts as one. */
export function displayWidth(text: string): number {
  if (isSimple(text)) return text.length;
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** The text in at most `width` columns; where it is cut, it ends in `…`. */
export function truncateEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width < 1 ? "" : `${takeStart(text, width - 1)}…`;
}

/** The same, cut at its start: of a path, the end tells most. */
export function truncateStart(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return "";
  if (isSimple(text)) return `…${text.slice(text.length - width + 1)}`;
  const graphemes = [...GRAPHEMES.segment(text)].reverse();
  let rest = "";
  let room = width - 1;
  for (const { segment } of graphemes) {
    room -= graphemeWidth(segment);
    if (room < 0) break;
    rest = segment + rest;
  }
  return `…${rest}`;
}

/** The text without its first `columns`. What is left of a wide character that is cut is a space. */
export function dropColumns(text: string, columns: number): string {
  if (columns <= 0) return text;
  if (isSimple(text)) return text.slice(columns);
  let dropped = 0;
  let length = 0;
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (dropped >= columns) break;
    dropped += graphemeWidth(segment);
    length += segment.length;
  }
  return " ".repeat(Math.max(0, dropped - columns)) + text.slice(length);
}

/** The text filled or cut to exactly `width` columns. */
export function fill(text: string, width: number, align: "left" | "right" = "left"): string {
  const cut = truncateEnd(text, width);
  const space = " ".repeat(Math.max(0, width - displayWidth(cut)));
  return align === "left" ? cut + space : space + cut;
}

/** The text in pieces of at most `width` columns; at least one piece. */
export function wrap(text: string, width: number): readonly string[] {
  if (width < 1) return [""];
  const pieces: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width) {
    // Where not even one character fits, it stands alone: a piece must never be empty, or this never ends.
    const piece = takeStart(rest, width) || ([...GRAPHEMES.segment(rest)][0]?.segment ?? rest);
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

function takeStart(text: string, width: number): string {
  if (isSimple(text)) return text.slice(0, width);
  let taken = "";
  let room = width;
  for (const { segment } of GRAPHEMES.segment(text)) {
    room -= graphemeWidth(segment);
    if (room < 0) break;
    taken += segment;
  }
  return taken;
}

function graphemeWidth(grapheme: string): number {
  if (isSimple(grapheme)) return grapheme.length;
  if (INVISIBLE.test(grapheme)) return 0;
  if (EMOJI.test(grapheme)) return 2;
  let width = 0;
  for (const character of grapheme) {
    if (INVISIBLE.test(character)) continue;
    const code = character.codePointAt(0) ?? 0;
    width = Math.max(width, WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1);
  }
  return width;
}

/** At spaces, where there is one in the line's second half; else as `wrap`. Spaces inside a line stay. */
export function wrapWords(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > width && width > 0) {
    const [head = ""] = wrap(rest, width);
    const space = head.lastIndexOf(" ");
    const end = rest[head.length] === " " || space < head.length / 2 ? head.length : space;
    if (end === 0) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
