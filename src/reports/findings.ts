/** What a reviewer is to see beside the code: failing tests, changed lines that were not run, and what has no place. */
import { markOf } from "../core/report.ts";
import { isFailing } from "../core/test-results.ts";
import type { CycleResult } from "./cycle-result.ts";

export interface Finding {
  readonly severity: "error" | "warning";
  /** A word for its kind: `failing-test`. */
  readonly check: string;
  readonly title: string;
  readonly message: string;
  /** In the repository; null: it is of no file. */
  readonly place: { readonly path: string; readonly from: number; readonly to: number } | null;
}

/** `locate` gives the path in the repository of a path as facts have it. */
export function findingsOf(result: CycleResult, locate: (path: string) => string): readonly Finding[] {
  return [...ofCycle(result), ...ofTests(result, locate), ...ofChanges(result, locate)];
}

function ofCycle({ error, report, diff, combined }: CycleResult): readonly Finding[] {
  const mark = report === null ? null : markOf(report);
  const whole = (check: string, title: string, message: string): Finding => ({
    severity: "error",
    check,
    title,
    message,
    place: null,
  });
  return [
    ...(error === null ? [] : [whole("error", "gunicov", `${error.message} ${error.fix}`.trim())]),
    ...(mark?.state === "incomplete"
      ? [whole("incomplete", "Coverage is incomplete", mark.reasons.join("; "))]
      : []),
    ...(report?.below
      ? [
          whole(
            "fail-under",
            "Coverage is too low",
            `${report.below.total} % is below ${report.below.fail_under} %.`,
          ),
        ]
      : []),
    ...(combined !== null && !combined.complete && mark?.state !== "incomplete"
      ? [whole("incomplete", "Coverage of all tests is incomplete", combined.reasons.join("; "))]
      : []),
    ...(combined?.below
      ? [
          whole(
            "fail-under",
            "Coverage of all tests is too low",
            `${combined.below.total} % is below ${combined.below.fail_under} %.`,
          ),
        ]
      : []),
    ...(diff?.below
      ? [
          whole(
            "diff-fail-under",
            "Too few changed lines were run",
            `${diff.percent_display} % is below ${diff.below.fail_under} %.`,
          ),
        ]
      : []),
  ];
}

function ofTests({ tests }: CycleResult, locate: (path: string) => string): readonly Finding[] {
  return tests.filter(isFailing).map(({ id, outcome, message, place }) => {
    const found = /^(.+):(\d+)$/s.exec(place);
    const line = Number(found?.[2] ?? 1);
    const path = found?.[1] ?? (place || (/^([^:]+\.py)(?:::|$)/.exec(id)?.[1] ?? null));
    return {
      severity: "error",
      check: "failing-test",
      title: `${outcome === "error" ? "Error in" : "Failed:"} ${id}`,
      message: message || outcome,
      place: path === null ? null : { path: locate(path), from: line, to: line },
    };
  });
}

function ofChanges({ diff }: CycleResult, locate: (path: string) => string): readonly Finding[] {
  return (diff?.files ?? []).flatMap(({ path, missing }) =>
    together(missing).map(([from, to]) => ({
      severity: "warning" as const,
      check: "changed-line-not-run",
      title: "Changed lines that were not run",
      message: from === to ? `Line ${from} was not run.` : `Lines ${from} to ${to} were not run.`,
      place: { path: locate(path), from, to },
    })),
  );
}

/** Numbers one after the other as [first, last]. */
function together(lines: readonly number[]): readonly (readonly [number, number])[] {
  const starts = lines.filter((line, index) => lines[index - 1] !== line - 1);
  const ends = lines.filter((line, index) => lines[index + 1] !== line + 1);
  return starts.map((start, index) => [start, ends[index] ?? start]);
}
