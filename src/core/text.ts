/**
 * Text from outside (test names, output, log lines, paths) made safe to print. A test's name may hold an escape
 * sequence: printed as it is, it would move the cursor, change colours or write the clipboard.
 */

// CSI; strings up to their end (OSC, DCS, SOS, PM, APC); any other escape; in 7 and in 8 bits.
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]?/g;
// Control characters; those that turn the direction of text around; halves of a pair.
const CONTROL = /[\p{Control}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;
const PLAIN = /^[\x20-\x7e]*$/;
const LINE_END = /\r\n|[\n\r\v\f\x85\u2028\u2029]/;

/** One line of safe text: no control or escape characters; tabs as spaces up to the next multiple of `tab`. */
export function clean(text: string, tab = 4): string {
  if (PLAIN.test(text)) return text;
  const spaced = text.replace(SEQUENCE, "").replace(/\r\n|[\n\r\v\f\x85\u2028\u2029]/g, " ");
  return expandTabs(spaced, tab).replace(CONTROL, "");
}

/** Safe lines of a text of many; trailing empty ones are left out. */
export function cleanLines(text: string, tab = 4): readonly string[] {
  const lines = text.replace(SEQUENCE, "").split(LINE_END);
  while (lines.length > 0 && lines.at(-1)?.trim() === "") lines.pop();
  return lines.map((line) => clean(line, tab));
}

function expandTabs(text: string, tab: number): string {
  if (!text.includes("\t")) return text;
  let line = "";
  for (const part of text.split(/(\t)/)) {
    line += part === "\t" ? " ".repeat(tab - (line.length % tab)) : part;
  }
  return line;
}

/** A length of time for people: `48 ms`, `1.3 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A number with its noun: `1 test`, `3 tests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
