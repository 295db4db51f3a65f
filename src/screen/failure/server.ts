/** What the server logged while a test ran: its tracebacks, and the rest. */
import { isOthers } from "../../core/own-frame.ts";
import type { LogEntry } from "../../core/screen-content.ts";
import { cleanLines } from "../../core/text.ts";
import { type Line, line } from "./line.ts";

export interface ServerPart {
  readonly tracebacks: readonly (readonly string[])[];
  readonly log: readonly string[];
}

const BEGIN = "Traceback (most recent call last):";
const MORE = /^(?:During handling of the above exception|The above exception was the direct cause)/;

export function serverPart(entries: readonly LogEntry[]): ServerPart {
  const tracebacks: string[][] = [];
  const log: string[] = [];
  let open: string[] | null = null;
  for (const text of entries.flatMap((entry) => cleanLines(entry.text))) {
    if (text.includes(BEGIN)) {
      open = [];
      tracebacks.push(open);
      open.push(BEGIN);
    } else if (open !== null && /^(?:\s|$)/.test(text)) open.push(text);
    else if (open !== null && open.length > 1) {
      // The exception is the first line that is not indented.
      open.push(text);
      open = null;
    } else if (!MORE.test(text)) log.push(text);
  }
  return { tracebacks: tracebacks.filter((one) => one.length > 1), log };
}

/** The exception first, then the frames of the user's own code, the innermost first; how many others there are. */
export function tracebackLines(traceback: readonly string[]): readonly Line[] {
  const exception = traceback.at(-1) ?? "";
  const frames: string[][] = [];
  for (const text of traceback.slice(1, -1)) {
    if (/^\s*File "/.test(text)) frames.push([text]);
    else frames.at(-1)?.push(text);
  }
  const own = frames.filter(([first = ""]) => !isOthers(/"([^"]+)"/.exec(first)?.[1] ?? ""));
  const shown = own.length > 0 ? own : frames.slice(-1);
  const others = frames.length - shown.length;
  const rest = others === 0 ? [] : [line(`  … ${others} more of packages, in the whole log below`, "dim")];
  return [
    line(exception, "error"),
    ...shown.reverse().flatMap((frame) => frame.map((text) => line(text))),
    ...rest,
  ];
}
