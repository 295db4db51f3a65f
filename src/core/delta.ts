/** What changed from one report to another: counts always, lines only where both are of the same text. */
import type { FileReport, Report } from "./report.ts";

export interface FileDelta {
  /** How many lines more (or less, negative) are missed. */
  readonly missed: number;
  /** The file was not in the report before. */
  readonly isNew: boolean;
  /** Lines missed now that were run before, and the other way around. Null: the text is another one, whose lines have other numbers. */
  readonly lines: { readonly missed: readonly number[]; readonly hit: readonly number[] } | null;
}

export interface Delta {
  /** The cycle that it is compared with. */
  readonly since: number;
  /** Percent points of the total. */
  readonly percent: number;
  readonly missed: number;
  /** By path; files in which nothing changed are left out. */
  readonly files: ReadonlyMap<string, FileDelta>;
}

export interface CycleReport {
  readonly cycle: number;
  readonly value: Report;
}

/** Null where one of them is not complete: what is missing from it would pass for a change. */
export function deltaOf(now: CycleReport, before: CycleReport): Delta | null {
  if (!now.value.complete || !before.value.complete) return null;
  const known = new Map(before.value.files.map((file) => [file.path, file]));
  const files = now.value.files.flatMap((file) => {
    const delta = fileDelta(file, known.get(file.path));
    return delta === null ? [] : [[file.path, delta] as const];
  });
  const totals = now.value.totals;
  return {
    since: before.cycle,
    percent: totals.percent_covered - before.value.totals.percent_covered,
    missed: totals.missing_lines - before.value.totals.missing_lines,
    files: new Map(files),
  };
}

function fileDelta(now: FileReport, before: FileReport | undefined): FileDelta | null {
  if (now === before) return null;
  if (before === undefined) return { missed: now.summary.missing_lines, isNew: true, lines: null };
  const missed = now.summary.missing_lines - before.summary.missing_lines;
  const sameText = now.sha256 !== null && now.sha256 === before.sha256;
  if (!sameText) return missed === 0 ? null : { missed, isNew: false, lines: null };
  const lines = {
    missed: without(now.missing_lines, before.missing_lines),
    hit: without(before.missing_lines, now.missing_lines),
  };
  const nothing = lines.missed.length === 0 && lines.hit.length === 0;
  return nothing ? null : { missed, isNew: false, lines };
}

function without(lines: readonly number[], others: readonly number[]): readonly number[] {
  const gone = new Set(others);
  return lines.filter((line) => !gone.has(line));
}

/** `+8, -12`: lines that are missed now, and lines that are no more. */
export function linesText({ lines }: FileDelta): string {
  if (lines === null) return "";
  return [
    ...lines.missed.map((line) => [line, "+"] as const),
    ...lines.hit.map((line) => [line, "-"] as const),
  ]
    .sort(([a], [b]) => a - b)
    .map(([line, sign]) => `${sign}${line}`)
    .join(", ");
}
