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
  /** Files of which its data is not known to be of the version that was measured here: what it says of them may be wrong. */
  readonly stale: readonly string[];
  /** Files that are not there where the server runs: they are left out. */
  readonly gone: readonly string[];
}

export interface Together {
  readonly others: readonly OtherReport[];
  /** What coverage.py can't put together with the rest. */
  readonly refused: readonly { readonly name: string; readonly why: string }[];
  readonly totals: Summary;
  readonly files: readonly FileReport[];
  /** Null: it is enough, or the limit is not that of all. */
  readonly below: Below | null;
}

/** A measurement as it was asked for. `doubt`: why it does not hold all that it should; null: nothing is known against it. */
export interface Asked {
  readonly name: string;
  readonly doubt: string | null;
}

/** How many lines only one measurement has covered, by its name, and how many several have. */
export interface Where {
  readonly only: Readonly<Record<string, number>>;
  readonly several: number;
}

export interface CombinedFile {
  readonly path: string;
  /** Percent by measurement, as coverage.py shows it; null: it has not measured the file. */
  readonly percents: Readonly<Record<string, string | null>>;
  readonly summary: Summary;
  readonly missing: string;
  /** Lines that only other measurements have covered. */
  readonly elsewhere: readonly number[];
  readonly where: Where;
}

export interface Combined {
  /** The measurements, the server's first. */
  readonly names: readonly string[];
  /** Null: there is none of it. */
  readonly percents: Readonly<Record<string, string | null>>;
  readonly totals: Summary;
  readonly files: readonly CombinedFile[];
  readonly where: Where;
  /** The report is complete, no command has failed, and no data is older than what it measured. */
  readonly complete: boolean;
  readonly reasons: readonly string[];
  readonly notes: readonly string[];
  readonly below: Below | null;
}

export function combine(report: Report, together: Together, asked: readonly Asked[]): Combined {
  const found = new Map(together.others.map((one) => [one.name, one]));
  const names = [SYSTEM, ...asked.map(({ name }) => name)];
  const reports = new Map<string, Pick<Report, "files" | "totals">>([[SYSTEM, report], ...found]);
  const rows = names.map((name) => {
    return [name, new Map(reports.get(name)?.files.map((row) => [row.path, row]))] as const;
  });
  const files = together.files.map((all): CombinedFile => {
    const own = rows.map(([name, byPath]) => [name, byPath.get(all.path)] as const);
    const here = new Set(own[0]?.[1]?.executed_lines);
    return {
      path: all.path,
      percents: Object.fromEntries(
        own.map(([name, row]) => [name, row?.summary.percent_covered_display ?? null]),
      ),
      summary: all.summary,
      missing: all.missing,
      elsewhere: all.executed_lines.filter((line) => !here.has(line)),
      where: whereOf(own.map(([name, row]) => [name, row?.executed_lines ?? []])),
    };
  });
  const reasons = [
    ...(report.complete ? [] : report.reasons),
    ...asked.flatMap(({ name, doubt }) => (doubt === null ? [] : [`${name}: ${doubt}`])),
    ...together.refused.map(({ why }) => why),
    ...together.others.flatMap(({ name, stale }) => staleReason(name, stale)),
  ];
  return {
    names,
    percents: Object.fromEntries(
      names.map((name) => [name, reports.get(name)?.totals.percent_covered_display ?? null]),
    ),
    totals: together.totals,
    files,
    where: sum(
      names,
      files.map(({ where }) => where),
    ),
    complete: reasons.length === 0,
    reasons,
    notes: together.others.flatMap(({ name, gone }) => goneNote(name, gone)),
    below: together.below,
  };
}

function whereOf(covered: readonly (readonly [string, readonly number[]])[]): Where {
  const times = new Map<number, number>();
  for (const [, lines] of covered) for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1);
  const alone = (lines: readonly number[]) => lines.filter((line) => times.get(line) === 1).length;
  return {
    only: Object.fromEntries(covered.map(([name, lines]) => [name, alone(lines)])),
    several: [...times.values()].filter((count) => count > 1).length,
  };
}

function sum(names: readonly string[], all: readonly Where[]): Where {
  const of = (count: (where: Where) => number) => all.reduce((total, where) => total + count(where), 0);
  return {
    only: Object.fromEntries(names.map((name) => [name, of(({ only }) => only[name] ?? 0)])),
    several: of(({ several }) => several),
  };
}

/** `system 4, unit 3, both 12`: only what there is. */
export function whereText({ only, several }: Where): string {
  const names = Object.keys(only);
  const more: readonly [string, number] = [names.length === 2 ? "both" : "several", several];
  const parts = [...Object.entries(only), more].filter(([, lines]) => lines > 0);
  return parts.map(([name, lines]) => `${name} ${lines}`).join(", ");
}

function staleReason(name: string, stale: readonly string[]): readonly string[] {
  if (stale.length === 0) return [];
  return [`${name}: its data may be of another version of ${some(stale)}: run what writes it again`];
}

function goneNote(name: string, gone: readonly string[]): readonly string[] {
  return gone.length === 0 ? [] : [`${name}: ${some(gone)} left out, which the server does not have`];
}

const MOST = 3;

function some(paths: readonly string[]): string {
  const more = paths.length - MOST;
  return `${paths.slice(0, MOST).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
