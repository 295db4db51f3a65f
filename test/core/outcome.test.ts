/** The table of exit codes, all of it: every combination of what a cycle can end with. */
import { describe, expect, test } from "vitest";
import type { Diff } from "../../src/core/changed-lines.ts";
import { FAILURE_EXIT, type FailureKind, failure, isFailureKind } from "../../src/core/failure.ts";
import { cycleOutcome, type Ending, exitCode } from "../../src/core/outcome.ts";
import { type Below, PLAIN_VIEW, type Report } from "../../src/core/report.ts";

const TOTALS = {
  covered_lines: 8,
  num_statements: 10,
  percent_covered: 80,
  percent_covered_display: "80",
  missing_lines: 2,
  excluded_lines: 0,
};

const BELOW: Below = { total: "80", fail_under: 80.1, by: "coverage" };

function report(complete: boolean, partial: boolean, below: Below | null = null): Report {
  const counts = { partial, generations: [1], requests: 1 };
  return { totals: TOTALS, files: [], complete, reasons: [], ...counts, view: PLAIN_VIEW, below };
}

/** Design, section 5, as a list: the first that applies. */
const EXPECTED: readonly (readonly [number, readonly FailureKind[]])[] = [
  [130, ["cancelled"]],
  [
    2,
    [
      ...(["config", "usage", "bad-request", "several-masters", "which-project"] as const),
      ...([
        "no-hook",
        "hook-version",
        "no-coverage",
        "no-command",
        "no-tests",
        "no-plugin",
        "coverage-config",
      ] as const),
    ],
  ],
  [
    3,
    [
      ...([
        "no-engine",
        "no-service",
        "no-python",
        "no-gunicorn",
        "port-taken",
        "server-busy",
        "denied",
        "mount-lag",
        "stale",
        "limit",
      ] as const),
      ...([
        "server-lost",
        "tests-lost",
        "master-gone",
        "config-gone",
        "check-failed",
        "boot-error",
        "timeout",
        "internal",
      ] as const),
    ],
  ],
  [1, ["crashed", "tests-timeout", "tests-ended"]],
  [4, ["coverage-dir", "coverage-error", "no-report"]],
];

describe("exit codes", () => {
  test("every kind of failure has the one that docs give it", () => {
    const table = EXPECTED.flatMap(([code, kinds]) => kinds.map((kind) => [kind, code] as const));
    expect(Object.fromEntries(table)).toEqual(FAILURE_EXIT);
  });

  test("kinds that a helper made up are none", () => {
    expect(isFailureKind("no-hook")).toBe(true);
    for (const made of ["", "toString", "constructor", "no-such-kind"])
      expect(isFailureKind(made)).toBe(false);
  });

  const failures = [null, ...EXPECTED.map(([, [kind]]) => kind ?? null)];
  const tests = [
    null,
    { passed: 3, failed: 0, errors: 0, skipped: 9 },
    { passed: 3, failed: 1, errors: 0, skipped: 0 },
    { passed: 3, failed: 0, errors: 1, skipped: 0 },
  ];
  const reports = [
    null,
    ...[report(true, false), report(false, false), report(true, true), report(false, true)],
    ...[report(true, false, BELOW), report(false, false, BELOW)],
  ];

  test("the first that applies of 130, 2, 3, 1, 4, 5, in every combination", () => {
    for (const cancelled of [false, true])
      for (const kind of failures)
        for (const counts of tests)
          for (const ended of [false, true])
            for (const one of reports) {
              const why = kind === null ? null : failure(kind, "m", "f");
              const ending: Ending = {
                cancelled,
                failure: why,
                tests: counts,
                ended,
                report: one,
                diff: null,
                combined: null,
              };
              expect(exitCode(ending), JSON.stringify(ending)).toBe(first(ending));
            }
  });

  test("too few changed lines are 5, after all that makes the numbers doubtful", () => {
    const below = { fail_under: 90 };
    const diff: Diff = {
      base: "main",
      merge_base: "abc",
      complete: true,
      lines: 2,
      missing: 1,
      percent: 50,
      percent_display: "50",
      files: [],
      not_measured: [],
      below,
    };
    const ending = { cancelled: false, failure: null, tests: null, ended: false, diff, combined: null };
    expect(exitCode({ ...ending, report: report(true, false) })).toBe(5);
    expect(exitCode({ ...ending, report: report(false, false) })).toBe(4);
    expect(exitCode({ ...ending, report: report(true, false), diff: { ...diff, below: null } })).toBe(0);
  });

  /** The rule once more, in the words of the docs. */
  function first({ cancelled, failure: why, tests: counts, ended, report: one }: Ending): number {
    const code = why === null ? 0 : FAILURE_EXIT[why.kind];
    if (cancelled || code === 130) return 130;
    if (code === 2 || code === 3) return code;
    if (code === 1 || ended || (counts !== null && (counts.failed > 0 || counts.errors > 0))) return 1;
    if (code === 4 || one?.complete === false) return 4;
    return one?.below ? 5 : 0;
  }

  test("each has its word", () => {
    const words = [0, 1, 2, 3, 4, 5, 130].map((code) => [code, cycleOutcome(code)]);
    expect(words).toEqual([
      [0, "passed"],
      [1, "failed"],
      [2, "error"],
      [3, "error"],
      [4, "incomplete"],
      [5, "failed"],
      [130, "cancelled"],
    ]);
  });
});
