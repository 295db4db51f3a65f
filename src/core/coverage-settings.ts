/** What coverage.py is configured to measure in the server. */
export interface CoverageSettings {
  readonly version: string;
  /** The configuration file, from the project's root; null: there is none. */
  readonly config: string | null;
  /** Directories and packages; empty: all that is imported and no library. */
  readonly source: readonly string[];
  readonly branch: boolean;
}

const NO_SOURCE = "no source configured: files that nobody imports are not in the table";

/** The settings in one line. */
export function settingsText({ version, config, source, branch }: CoverageSettings): string {
  const where = config === null ? "no configuration file" : config;
  const what = source.length === 0 ? NO_SOURCE : `source ${source.join(", ")}`;
  return `coverage.py ${version}, ${where}: ${branch ? "lines and branches" : "lines"}, ${what}`;
}
