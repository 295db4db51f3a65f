/** coverage.py's own command line, the judge of our reports. It knows nothing of gunicov. */
/** Runs argv beside the server (its directory, its Python); gives stdout. */
export type Exec = (argv: readonly string[]) => Promise<string>;

export interface JsonFile {
  readonly summary: Record<string, unknown>;
  readonly missing_lines: readonly number[];
  readonly excluded_lines: readonly number[];
  readonly executed_lines: readonly number[];
  readonly missing_branches: readonly (readonly number[])[];
}

/** What `coverage json` writes, as far as it is compared. */
export interface JsonReport {
  readonly totals: Record<string, unknown>;
  readonly files: Readonly<Record<string, JsonFile>>;
}

// The combined file goes elsewhere and the data files are kept: they are gunicov's.
const SCRIPT = `
set -e
out=$(mktemp -d)
coverage combine --keep --quiet --data-file="$out/combined" "$1"/.coverage.*
coverage json --quiet --data-file="$out/combined" -o "$out/report.json"
cat "$out/report.json"
rm -r "$out"
`;

/** coverage.py's JSON report of the data files in `directory`, by `coverage combine` and `coverage json`. */
export async function coverageJson(exec: Exec, directory: string): Promise<JsonReport> {
  return JSON.parse(await exec(["sh", "-c", SCRIPT, "sh", directory])) as JsonReport;
}
