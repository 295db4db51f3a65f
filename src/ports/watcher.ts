/** The host's directories. */

export interface Places {
  /** Directories and files that were asked for by name: absolute. */
  readonly named: readonly string[];
  /** Those that follow from something else (a mount, a default): only what is not set aside by a rule counts. */
  readonly found: readonly string[];
  /** Files right in `directory`, by their names. */
  readonly beside: { readonly directory: string; readonly wanted: (name: string) => boolean } | null;
  /** Patterns as in .gitignore, from the project's root: what is not watched, and what is whatever else is said of it. */
  readonly ignore: readonly string[];
  readonly include: readonly string[];
}

export interface Watcher {
  /**
   * Watches these places instead of those before; settles when a change in any of them will be seen. Gives the directories.
   * `onChange` gets absolute paths of files whose bytes have changed, or that came or went.
   */
  watch(places: Places, onChange: (files: readonly string[]) => void): Promise<readonly string[]>;
  /** Those of these files that it does not watch, although the user's own patterns would not keep it from that. */
  unwatched(files: readonly string[]): readonly string[];
  close(): Promise<void>;
}
