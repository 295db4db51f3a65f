/** What other measurements say beside the server's own, for the table and a source. */
import type { Combined, CombinedFile } from "../core/combined.ts";
import type { FileReport, LineMark } from "../core/report.ts";
import { lineMarks } from "../core/report.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import { memoLast } from "./memo.ts";

export interface Beside {
  /** Of the others, in their order. */
  readonly names: readonly string[];
  /** Null: they are put together just now. */
  readonly combined: Combined | null;
  readonly files: ReadonlyMap<string, CombinedFile>;
}

const NOTHING: ReadonlyMap<string, CombinedFile> = new Map();

/** The same object while nothing in it changes. Null: there are none. */
export function createBeside(): (content: ScreenContent) => Beside | null {
  const made = memoLast((names: readonly string[], combined: ScreenContent["combined"]): Beside => {
    if (combined === null) return { names, combined: null, files: NOTHING };
    const { value } = combined;
    return { names, combined: value, files: new Map(value.files.map((file) => [file.path, file])) };
  });
  return ({ also: { names }, combined }) => (names.length === 0 ? null : made(names, combined));
}

export type SourceMark = LineMark | "elsewhere";

/** Marks of a source's lines. `elsewhere`: those that the system tests have not run, and others have. */
export function sourceMarks(file: FileReport, elsewhere: readonly number[]): ReadonlyMap<number, SourceMark> {
  const marks = new Map<number, SourceMark>(lineMarks(file));
  for (const line of elsewhere) if (marks.get(line) === "missed") marks.set(line, "elsewhere");
  return marks;
}
