/** What pytest wrote of a failing test, in its parts. */
import { cleanLines } from "../../core/text.ts";

/** A frame of pytest's traceback: source lines, the failing one of which has a `>`. */
export interface Block {
  readonly lines: readonly string[];
  /** The line that failed, in `lines`; -1: pytest was told to show none. */
  readonly at: number;
  /** `path:line`; empty where it is not told. */
  readonly place: string;
  /** What is said of the error, without pytest's `E`. */
  readonly errors: readonly string[];
}

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Output {
  readonly blocks: readonly Block[];
  /** What was captured: standard output, the log. */
  readonly captured: readonly Section[];
  readonly all: readonly string[];
}

const HEADING = /^-{3,} (.+) -{3,}$/;
const PLACE = /^(\S[^\n]*?:\d+):(?: |$)/;
const BETWEEN = /^(?:_ ){5,}_?$/;
const ERROR = /^E(?: {1,7}|$)/;

export function parseOutput(text: string): Output {
  const all = cleanLines(text);
  const first = all.findIndex((one) => HEADING.test(one));
  const traceback = first < 0 ? all : all.slice(0, first);
  return { all, blocks: blocksOf(traceback), captured: first < 0 ? [] : sectionsOf(all.slice(first)) };
}

function blocksOf(lines: readonly string[]): readonly Block[] {
  const blocks: Block[] = [];
  let current: string[] = [];
  const end = (place: string) => {
    if (current.some((one) => one.trim() !== "")) blocks.push(block(current, place));
    current = [];
  };
  for (const one of lines) {
    const place = PLACE.exec(one)?.[1];
    if (place !== undefined && !ERROR.test(one)) end(place);
    else if (BETWEEN.test(one)) end("");
    else current.push(one);
  }
  end("");
  return blocks;
}

function block(lines: readonly string[], place: string): Block {
  const errors = lines.filter((one) => ERROR.test(one)).map((one) => one.replace(ERROR, ""));
  const source = lines.filter((one) => !ERROR.test(one));
  return { lines: source, at: source.findIndex((one) => /^>\s/.test(one)), place, errors };
}

function sectionsOf(lines: readonly string[]): readonly Section[] {
  const found: { title: string; lines: string[] }[] = [];
  for (const one of lines) {
    const title = HEADING.exec(one)?.[1];
    if (title !== undefined) found.push({ title, lines: [] });
    else found.at(-1)?.lines.push(one);
  }
  return found;
}
