/** What pytest tells beside its tests' outcomes. */

/** The same warning from the same place is one, with how often it came. */
export interface TestWarning {
  readonly category: string;
  readonly message: string;
  /** `path:line`. */
  readonly place: string;
  /** The first test in which it came; empty: none, at collection say. */
  readonly test: string;
  readonly count: number;
}

/** A part of pytest's summary, its own or a plugin's. */
export interface Section {
  /** Empty where it has no heading. */
  readonly title: string;
  /** May have many lines. */
  readonly text: string;
}

export interface TestsSummary {
  readonly warnings: readonly TestWarning[];
  /** How many more warnings came than are listed. */
  readonly more: number;
  readonly sections: readonly Section[];
}

export const EMPTY_SUMMARY: TestsSummary = { warnings: [], more: 0, sections: [] };

/** How many warnings there were. */
export function warningCount({ warnings, more }: TestsSummary): number {
  return warnings.reduce((sum, { count }) => sum + count, more);
}

/** `path:line: Category: message (3 times)` */
export function warningText({ category, message, place, count }: TestWarning): string {
  const times = count === 1 ? "" : ` (${count} times)`;
  return `${place}: ${category}: ${message}${times}`;
}
