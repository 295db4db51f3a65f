/** Counts of a file or of the whole, under coverage.py's own names. */
export interface Summary {
  readonly covered_lines: number;
  readonly num_statements: number;
  /** 0 to 100, coverage.py's own figure: lines and branches together. */
  readonly percent_covered: number;
  readonly missing_lines: number;
  readonly excluded_lines: number;
  readonly num_branches?: number;
  readonly num_partial_branches?: number;
  readonly covered_branches?: number;
  readonly missing_branches?: number;
}

/** An arc [from, to]; a negative number is the entry or exit of a code object, as in coverage.py. */
export type Branch = readonly [number, number];

export interface FileReport {
  /** From the project's root, with `/`. */
  readonly path: string;
  /** The path where the server runs. */
  readonly inside: string;
  readonly summary: Summary;
  readonly missing_lines: readonly number[];
  readonly excluded_lines: readonly number[];
  readonly executed_lines: readonly number[];
  readonly missing_branches: readonly Branch[];
}

export interface Report {
  readonly totals: Summary;
  readonly files: readonly FileReport[];
  /** Every worker has saved, and no measured file changed meanwhile. */
  readonly complete: boolean;
  /** Why it is not complete, a line each; of a complete one, what keeps that from being proved. */
  readonly reasons: readonly string[];
  /** Only a selection of the tests was run. */
  readonly partial: boolean;
  readonly generations: readonly number[];
  /** Requests that the measured workers served in all, the tests' own and strays. Null: not known. */
  readonly requests: number | null;
}

/** How far the numbers can be believed, in one word: `complete`, `unproven` or `incomplete`. */
export function trust({ complete, reasons }: Pick<Report, "complete" | "reasons">) {
  if (!complete) return "incomplete";
  return reasons.length === 0 ? "complete" : "unproven";
}

/** Whether branches were measured. */
export function hasBranches(summary: Summary): boolean {
  return summary.num_branches !== undefined;
}

/** Missing statements as coverage.py prints them: `3-5, 9`. Only runs of consecutive numbers are joined. */
export function lineRanges(lines: readonly number[]): string {
  const ranges: string[] = [];
  let start: number | null = null;
  let last = 0;
  const close = () => {
    if (start !== null) ranges.push(start === last ? `${start}` : `${start}-${last}`);
  };
  for (const line of lines) {
    if (start === null || line !== last + 1) {
      close();
      start = line;
    }
    last = line;
  }
  close();
  return ranges.join(", ");
}

/**
 * A percentage for people, with one decimal. As in coverage.py, 100 and 0 are shown only when exact:
 * 99.96 is shown as 99.9 and 0.04 as 0.1.
 */
export function percentText(percent: number): string {
  if (percent > 0 && percent < 0.1) return "0.1";
  if (percent < 100 && percent > 99.9) return "99.9";
  return percent.toFixed(1);
}

/** How a source line is marked in the drill-in. */
export type LineMark = "covered" | "missed" | "partial" | "excluded" | "none";

/** Marks of all lines that have one, by line number. A missed line stays missed where a branch is missing too. */
export function lineMarks(file: FileReport): ReadonlyMap<number, LineMark> {
  const marks = new Map<number, LineMark>();
  for (const line of file.executed_lines) marks.set(line, "covered");
  for (const [from] of file.missing_branches) marks.set(Math.abs(from), "partial");
  for (const line of file.missing_lines) marks.set(line, "missed");
  for (const line of file.excluded_lines) marks.set(line, "excluded");
  return marks;
}
