/** The server's coverage together with that of other tests: where each line was covered. */
import type { Below, FileReport, Report, Summary } from "./report.ts";

/** What the server's own measurement is called. */
export const SYSTEM = "system";
export const ALL = "all";

/** Another measurement, as coverage.py reports it with the server's configuration. */
export interface OtherReport {
  readonly name: string;
  readonly totals: Summary;
  readonly files: readonly FileReport[];
  /** Files that have changed since its data was written: what it says of them may be wrong. */
  readonly stale: readonly string[];
  /** Files that are not there where the server runs: they are left out. */
  readonly gone: readonly string[];
}

export interface Together {
  readonly others: readonly OtherReport[];
  readonly totals: Summary;
  readonly files: readonly FileReport[];
  /** Null: it is enough, or the limit is not that of all. */
  readonly below: Below | null;
}

export interface CombinedFile {
  readonly path: string;
  /** Percent by measurement, as coverage.py shows it; null: it has not measured the file. */
  readonly percents: Readonly<Record<string, string | null>>;
  readonly summary: Summary;
  readonly missing: string;
  /** Lines that only other measurements have covered. */
  readonly elsewhere: readonly number[];
}

export interface Combined {
  /** The measurements, the server's first. */
  readonly names: readonly string[];
  readonly percents: Readonly<Record<string, string>>;
  readonly totals: Summary;
  readonly files: readonly CombinedFile[];
  /** The report is complete, and no data is older than what it measured. */
  readonly complete: boolean;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly below: Below | null;
}

export function combine(report: Report, together: Together): Combined {
  const measured = [{ name: SYSTEM, ...report, stale: [], gone: [] }, ...together.others];
  const rows = measured.map(({ name, files }) => ({
    name,
    rows: new Map(files.map((row) => [row.path, row])),
  }));
  const reasons = [
    ...(report.complete ? [] : report.reasons),
    ...together.others.flatMap(({ name, stale }) => staleReason(name, stale)),
  ];
  return {
    names: measured.map(({ name }) => name),
    percents: Object.fromEntries(
      measured.map(({ name, totals }) => [name, totals.percent_covered_display] as const),
    ),
    totals: together.totals,
    files: together.files.map((all) => {
      const here = new Set(rows[0]?.rows.get(all.path)?.executed_lines);
      const of = rows.map(({ name, rows: by }) => {
        return [name, by.get(all.path)?.summary.percent_covered_display ?? null] as const;
      });
      return {
        path: all.path,
        percents: Object.fromEntries(of),
        summary: all.summary,
        missing: all.missing,
        elsewhere: all.executed_lines.filter((line) => !here.has(line)),
      };
    }),
    complete: reasons.length === 0,
    reasons,
    notes: together.others.flatMap(({ name, gone }) => goneNote(name, gone)),
    below: together.below,
  };
}

function staleReason(name: string, stale: readonly string[]): readonly string[] {
  if (stale.length === 0) return [];
  return [`${name}: its data is older than ${some(stale)}: run what writes it again`];
}

function goneNote(name: string, gone: readonly string[]): readonly string[] {
  return gone.length === 0 ? [] : [`${name}: ${some(gone)} left out, which the server does not have`];
}

const MOST = 3;

function some(paths: readonly string[]): string {
  const more = paths.length - MOST;
  return `${paths.slice(0, MOST).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
