/** What `gunicov init` would write, and what it has to say. Texts are exact: with their line endings and their BOM. */

export interface Change {
  /** Absolute. */
  readonly path: string;
  /** Null: there is no such file. */
  readonly before: string | null;
  readonly after: string;
  /** Said in place of its text, which nobody reads. */
  readonly about?: string;
}

export interface Plan {
  readonly changes: readonly Change[];
  /** What people should know: why something is as it is, or is not done. */
  readonly notes: readonly string[];
  /** The command that starts the containers with all of it. Null: there are none. */
  readonly up: readonly string[] | null;
  /** Commands to type after that. */
  readonly next: readonly string[];
}

/** What is read of a project to plan. */
export interface Files {
  /** By an absolute path; null: there is no such file. */
  text(path: string): string | null;
  /** Names in a directory; of a directory with a slash at the end. */
  list(directory: string): readonly string[];
}

/** `"\r\n"` where the text has it. */
export function endingOf(text: string): string {
  return /\r\n/.test(text) ? "\r\n" : "\n";
}

/** A text with lines put at its end, which are apart by an empty line. It ends as it ended before. */
export function appended(before: string, lines: readonly string[]): string {
  const ending = endingOf(before);
  const ended = before === "" || before.endsWith("\n");
  const apart = before.trim() === "" ? "" : before.endsWith(`${ending}${ending}`) ? "" : ending;
  const added = lines.join(ending);
  return `${before}${ended ? "" : ending}${apart}${added}${ended ? ending : ""}`;
}
