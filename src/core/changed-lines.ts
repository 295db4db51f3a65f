/** How much of what a change adds was run: lines since a base, against the report. */
import type { FileReport, Report } from "./report.ts";

/** A file with lines that are new since the base. */
export interface ChangedFile {
  /** As in the report: from the project's root. */
  readonly path: string;
  /** Null: all of them. */
  readonly lines: readonly number[] | null;
}

export interface Changes {
  /** As it was asked for: `origin/main`. */
  readonly base: string;
  /** The commit that the lines are compared with. */
  readonly mergeBase: string;
  readonly files: readonly ChangedFile[];
}

export interface DiffFile {
  readonly path: string;
  /** How many changed lines coverage.py can measure. */
  readonly lines: number;
  /** Those of them that were not run. */
  readonly missing: readonly number[];
  /** All changed lines, comments too; null: every line. */
  readonly changed: readonly number[] | null;
}

/** Changed lines, judged. */
export interface Diff {
  readonly base: string;
  readonly merge_base: string;
  /** Whether the report is: else the numbers may be too small. */
  readonly complete: boolean;
  readonly lines: number;
  readonly missing: number;
  /** Null: no changed line can be measured, so that there is nothing to judge. */
  readonly percent: number | null;
  /** `100` and `0` only where they are exact; empty without a number. */
  readonly percent_display: string;
  /** Those with measurable changed lines. */
  readonly files: readonly DiffFile[];
  /** Changed Python files that are not in the report, or of which it has another version. */
  readonly not_measured: readonly string[];
  /** Null: it is enough, nothing was asked for, or only a selection of the tests was run. */
  readonly below: { readonly fail_under: number } | null;
}

/** `other`: files that are not what was measured: their lines have other numbers. */
export function judgeChanges(
  changes: Changes,
  report: Report,
  failUnder: number | null,
  other: readonly string[] = [],
): Diff {
  const same = report.files.filter(({ path }) => !other.includes(path));
  const measured = new Map(same.map((file) => [file.path, file]));
  const judged = changes.files.map((file) => ({ file, row: measured.get(file.path) }));
  const files = judged.flatMap(({ file, row }) => (row === undefined ? [] : judgeFile(file, row)));
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const missing = files.reduce((sum, file) => sum + file.missing.length, 0);
  const tooFew = failUnder !== null && !report.partial && (lines - missing) * 100 < failUnder * lines;
  return {
    base: changes.base,
    merge_base: changes.mergeBase,
    complete: report.complete && other.length === 0,
    lines,
    missing,
    percent: lines === 0 ? null : (100 * (lines - missing)) / lines,
    percent_display: lines === 0 ? "" : display(lines, missing, tooFew ? failUnder : null),
    files,
    not_measured: judged.flatMap(({ file, row }) =>
      row === undefined && file.path.endsWith(".py") ? [file.path] : [],
    ),
    below: tooFew ? { fail_under: failUnder } : null,
  };
}

/** Nothing where no changed line of it is a statement. */
function judgeFile({ path, lines }: ChangedFile, row: FileReport): readonly DiffFile[] {
  const changed = lines === null ? null : new Set(lines);
  const among = (numbers: readonly number[]) => numbers.filter((line) => changed?.has(line) ?? true);
  const missing = among(row.missing_lines);
  const count = missing.length + among(row.executed_lines).length;
  if (count === 0) return [];
  return [{ path, lines: count, missing: [...missing].sort((a, b) => a - b), changed: lines }];
}

const MOST_DIGITS = 8;

/** With as many digits as keep it from looking like 100, 0, or the limit that it is below. */
function display(lines: number, missing: number, limit: number | null): string {
  const percent = (100 * (lines - missing)) / lines;
  if (Number.isInteger(percent)) return `${percent}`;
  for (let digits = 1; digits < MOST_DIGITS; digits += 1) {
    const text = percent.toFixed(digits);
    const shown = Number(text);
    if (shown !== 100 && shown !== 0 && (limit === null || shown < limit)) return text;
  }
  return `${percent}`;
}

/** `3-5, 9` */
export function ranges(lines: readonly number[]): string {
  const found: [number, number][] = [];
  for (const line of lines) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === line - 1) last[1] = line;
    else found.push([line, line]);
  }
  return found.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(", ");
}

/** The judgement in a sentence. */
export function diffText(diff: Diff): string {
  const since = `lines changed since ${diff.base}`;
  if (diff.percent === null) return `${since}: none of them can be measured, nothing to judge`;
  const doubt = diff.complete ? "" : " (incomplete)";
  return `${since}: ${diff.percent_display}% run${doubt}, ${diff.lines - diff.missing} of ${diff.lines}`;
}
