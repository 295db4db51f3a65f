/** coverage.py's own command line, the judge of our reports. It knows nothing of gunicov. */
import { expect } from "vitest";
import type { Report } from "./facts.ts";

/** Runs argv beside the server (its directory, its Python); gives stdout. */
export type Exec = (argv: readonly string[]) => Promise<string>;

interface JsonFile {
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

/** Coverage.py's own names, those that a report of ours has too (its JSON has more: percentages as text, …). */
const SUMMARY = [
  "covered_lines",
  "num_statements",
  "percent_covered",
  "missing_lines",
  "excluded_lines",
  "num_branches",
  "num_partial_branches",
  "covered_branches",
  "missing_branches",
] as const;

function summary(from: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(SUMMARY.map((name) => [name, from[name]]));
}

/** Asserts that a report says what coverage.py says: totals, and each file's summary, lines and branches. */
export function expectEqual(report: Report, judge: JsonReport): void {
  expect(report.totals).toEqual(summary(judge.totals));
  const files = report.files.map(({ path, inside: _, ...file }) => [path, file]);
  const judged = Object.entries(judge.files).map(([path, file]) => [
    path,
    {
      summary: summary(file.summary),
      missing_lines: file.missing_lines,
      excluded_lines: file.excluded_lines,
      executed_lines: file.executed_lines,
      missing_branches: file.missing_branches,
    },
  ]);
  expect(Object.fromEntries(files)).toEqual(Object.fromEntries(judged));
}
