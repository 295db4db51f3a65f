/** Findings as lines of text, wrapped to the terminal's width. */
import { clean, count } from "../core/text.ts";
import { type Finding, LINES, type LineId, type State, unknown } from "./finding.ts";

/** What a part of a line is, for whoever colours it. */
export type Paint = (text: string, tone: "good" | "error" | "warning" | "dim" | "strong") => string;

export const PLAIN: Paint = (text) => text;

const MARK: Readonly<Record<State, string>> = { ok: "✓", wrong: "✗", unknown: "?", "not-needed": "–" };
const TONE = { ok: "good", wrong: "error", unknown: "warning", "not-needed": "dim" } as const;
/** Columns of the mark and of the name. */
const LABEL = 18;

/** One finding; `width` in columns. */
export function linesOfFinding(
  { state, about, text, fix }: Finding,
  width: number,
  paint: Paint,
): readonly string[] {
  const head = `${paint(MARK[state], TONE[state])} ${paint(about.padEnd(LABEL - 2), state === "wrong" ? "strong" : "dim")}`;
  const room = Math.max(20, width - LABEL);
  const indent = " ".repeat(LABEL);
  const [first = "", ...more] = wrap(clean(text), room);
  const fixes = fix === "" ? [] : wrap(`→ ${clean(fix)}`, room);
  const body = state === "not-needed" ? (line: string) => paint(line, "dim") : (line: string) => line;
  return [
    head + body(first),
    ...more.map((line) => indent + body(line)),
    ...fixes.map((line) => indent + line),
  ].map((line) => line.trimEnd());
}

/** What was not asked, because another line is not right: one line for each of these. */
export function linesOfBlocked(findings: readonly Finding[], width: number, paint: Paint): readonly string[] {
  const all = findings.filter(({ behind }) => behind !== null);
  const blocked = Map.groupBy(all, (finding) => firstOf(finding, findings));
  return [...blocked].flatMap(([first, some]) => {
    const text = `needs “${LINES[first]}”: ${some.map(({ about }) => about).join(", ")}`;
    return linesOfFinding({ ...unknown(first, text), about: "not asked" }, width, paint);
  });
}

/** What one line waits for may wait for another. */
function firstOf({ id, behind }: Finding, findings: readonly Finding[]): LineId {
  const next = findings.find((one) => one.id === behind);
  return next === undefined ? (behind ?? id) : firstOf(next, findings);
}

/** The last line: what it comes to. */
export function summaryOf(findings: readonly Finding[]): string {
  const wrong = findings.filter(({ state }) => state === "wrong").length;
  const blocked = findings.filter(({ behind }) => behind !== null).length;
  const open = findings.filter(({ state }) => state === "unknown").length - blocked;
  const more = `${open > 0 ? `, ${open} not known` : ""}${blocked > 0 ? `, ${blocked} not asked` : ""}`;
  if (wrong > 0) return `${count(wrong, "line")} wrong${more}. Begin with the first ✗.`;
  return open > 0 ? `Nothing is wrong, as far as it is known: ${open} not known.` : "All is well.";
}

/** By words; a word that is longer than a line has a line of its own. */
function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
