/** The text of the file that is open, together with marks that belong to it: never those of another text. */
import type { FileReport, Report, SourceText } from "../core/report.ts";
import { clean } from "../core/text.ts";

/** What is read of the open file, as it comes. */
export interface OpenedText {
  readonly path: string;
  /** As it stood when it was read last; null: it has not come, or could not be had. */
  readonly newest: SourceText | null;
  /** Why it could not be had the last time. */
  readonly message: string | null;
}

export interface ShownSource {
  readonly path: string;
  readonly lines: readonly string[];
  /** The row of the report whose marks are these lines'; null: the lines were not measured. */
  readonly file: FileReport | null;
  /** The cycle of that report; without marks, of the report that is of another text. Null: there is none. */
  readonly cycle: number | null;
  /** The file has other bytes by now than these lines. */
  readonly changed: boolean;
  /** The file is in the last report. */
  readonly known: boolean;
  readonly message: string | null;
}

export type LastReport = { readonly cycle: number; readonly value: Report } | null;

/** Gives what is to be shown. It keeps the last text that was measured, with its marks: the file may have changed since. */
export function createSourceView(): (opened: OpenedText, report: LastReport) => ShownSource {
  let measured: Measured | null = null;
  return (opened, report) => {
    const file = report?.value.files.find(({ path }) => path === opened.path);
    if (measured?.path !== opened.path) measured = null;
    measured = newer(measured, opened, file, report?.cycle ?? null);
    const { path, newest, message } = opened;
    const known = file !== undefined;
    if (measured !== null && known) {
      const { lines, file: row, cycle } = measured;
      const changed = newest !== null && newest.sha256 !== measured.sha256;
      return { path, lines, file: row, cycle, changed, known, message: null };
    }
    const lines = newest === null ? [] : sourceLines(newest.text);
    const cycle = report?.cycle ?? null;
    return {
      path,
      lines,
      file: null,
      cycle,
      changed: false,
      known,
      message: newest === null ? message : null,
    };
  };
}

/** A text as it was measured, and what was found. */
interface Measured {
  readonly path: string;
  readonly sha256: string;
  readonly lines: readonly string[];
  readonly file: FileReport;
  readonly cycle: number | null;
}

function newer(
  before: Measured | null,
  { path, newest }: OpenedText,
  file: FileReport | undefined,
  cycle: number | null,
): Measured | null {
  if (file === undefined || file.sha256 === null) return before;
  const { sha256 } = file;
  if (before?.sha256 === sha256)
    return before.file === file && before.cycle === cycle ? before : { ...before, file, cycle };
  return newest?.sha256 === sha256 ? { path, sha256, lines: sourceLines(newest.text), file, cycle } : before;
}

/** Lines as Python counts them, safe to print: a form feed ends none, nor does what else cleans a text of many lines. */
function sourceLines(text: string): readonly string[] {
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line) => clean(line));
}
