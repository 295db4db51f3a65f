/** What was found in the sources that somebody may read. */

/** A text, with `…` for what is put into it. */
export interface Text {
  /** `src/main.ts:12`. */
  readonly at: string;
  readonly text: string;
}

/** A failure: each wording of what happened, and of what to do. */
export interface Complaint {
  readonly at: string;
  readonly messages: readonly string[];
  readonly fixes: readonly string[];
}

export interface Said {
  readonly texts: readonly Text[];
  readonly complaints: readonly Complaint[];
}

/** Stands for what only a run can tell: a path, a name, what a program printed. */
export const HOLE = "…";
