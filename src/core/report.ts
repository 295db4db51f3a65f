/** Counts of a file or of the whole, under coverage.py's own names. */
export interface Summary {
  readonly covered_lines: number;
  readonly num_statements: number;
  /** 0 to 100, coverage.py's own figure: lines and branches together. */
  readonly percent_covered: number;
  /** The same as coverage.py shows it, with its `precision`: never 100 or 0 where it is not exactly that. */
  readonly percent_covered_display: string;
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
  /** What `coverage report -m` prints: `3-5, 9, 20->22, 30->exit`. */
  readonly missing: string;
  readonly missing_lines: readonly number[];
  readonly excluded_lines: readonly number[];
  readonly executed_lines: readonly number[];
  readonly missing_branches: readonly Branch[];
  /** SHA-256 (hex) of the source as it was analysed; null: it changed meanwhile, or is not known. */
  readonly sha256: string | null;
}

/** A source's text, and the SHA-256 (hex) of the bytes that it was made of. */
export interface SourceText {
  readonly text: string;
  readonly sha256: string;
}

/** How coverage.py's configuration wants its table. */
export interface ReportView {
  /** `name`, `stmts`, `miss`, `branch`, `brpart` or `cover`; a `-` before it turns it around. */
  readonly sort: string;
  /** Files that miss nothing are left out. */
  readonly skip_covered: boolean;
  /** Files without statements are left out. */
  readonly skip_empty: boolean;
}

/** A total that is not enough, by coverage.py's own rule. */
export interface Below {
  /** With as many digits as show it. */
  readonly total: string;
  readonly fail_under: number;
  /** Whose limit that is: gunicov's own, or that of coverage.py's configuration. */
  readonly by: "gunicov" | "coverage";
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
  readonly view: ReportView;
  /** Null: it is enough, nothing was asked for, or only a selection was run. */
  readonly below: Below | null;
}

/** What a report looks like where nothing is configured. */
export const PLAIN_VIEW: ReportView = { sort: "name", skip_covered: false, skip_empty: false };

/** How far the numbers can be believed, in one word: `complete`, `unproven` or `incomplete`. */
export function trust({ complete, reasons }: Pick<Report, "complete" | "reasons">) {
  if (!complete) return "incomplete";
  return reasons.length === 0 ? "complete" : "unproven";
}

/** What a report is instead of complete, with the reasons; null: it is complete, and of all tests. */
export interface Mark {
  readonly state: "incomplete" | "unproven" | "selection";
  readonly reasons: readonly string[];
}

export function markOf({ complete, partial, reasons }: Report): Mark | null {
  if (!complete) return { state: "incomplete", reasons };
  if (partial) return { state: "selection", reasons: ["only a selection of the tests was run", ...reasons] };
  return reasons.length === 0 ? null : { state: "unproven", reasons };
}

/** Whether branches were measured. */
export function hasBranches(summary: Summary): boolean {
  return summary.num_branches !== undefined;
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
