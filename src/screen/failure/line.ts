import { clean, cleanLines } from "../../core/text.ts";
import type { Tone } from "../span.ts";

/** A line of a page. */
export interface Line {
  readonly text: string;
  readonly tone: Tone;
  /** The part of the text that stands out: where it begins and ends, in UTF-16 units. */
  readonly mark?: readonly [number, number] | undefined;
}

export function line(text: string, tone: Tone = "plain"): Line {
  return { text: clean(text), tone };
}

/** A line of a log: what looks like an error stands out. */
export function logLines(text: string): readonly Line[] {
  const tone = /\b(?:ERROR|CRITICAL|Traceback|Exception|[A-Z]\w*Error)\b/.test(text) ? "error" : "plain";
  return cleanLines(text).map((part) => ({ text: part, tone }));
}
