/** Facts and reports to look at: what a run of the demo gives, and variations of it. */
import type { FactBody, TestResult } from "../../src/core/fact.ts";
import { type FileReport, PLAIN_VIEW, type Report, type Summary } from "../../src/core/report.ts";

/** A file of `statements` lines from 1 on, of which `missing` are. */
export function file(
  path: string,
  statements: number,
  missing: readonly number[],
  partial: readonly number[] = [],
): FileReport {
  const lines = Array.from({ length: statements }, (_, index) => index + 1);
  const gone = new Set(missing);
  const executed = lines.filter((line) => !gone.has(line));
  const branches = Math.floor(statements / 4) * 2;
  return {
    path,
    inside: `/app/${path}`,
    summary: summary(statements, missing.length, branches, partial.length),
    missing: joined(missing),
    missing_lines: missing,
    excluded_lines: [],
    executed_lines: executed,
    missing_branches: partial.map((line) => [line, line + 2] as const),
    sha256: `as measured ${path}`,
  };
}

/** Lines one after the other as a range. */
function joined(lines: readonly number[]): string {
  const starts = lines.filter((line) => !lines.includes(line - 1));
  const ends = lines.filter((line) => !lines.includes(line + 1));
  return starts.map((start, index) => (start === ends[index] ? start : `${start}-${ends[index]}`)).join(", ");
}

export function summary(statements: number, missing: number, branches: number, partial: number): Summary {
  const covered = statements - missing;
  const all = statements + branches;
  const percent = all === 0 ? 100 : (100 * (covered + branches - partial)) / all;
  return {
    covered_lines: covered,
    num_statements: statements,
    percent_covered: percent,
    percent_covered_display: percent.toFixed(1),
    missing_lines: missing,
    excluded_lines: 0,
    num_branches: branches,
    num_partial_branches: partial,
    covered_branches: branches - partial,
    missing_branches: partial,
  };
}

/** A complete report of the files, with their sums. */
export function report(files: readonly FileReport[], change: Partial<Report> = {}): Report {
  const sum = (pick: (one: Summary) => number) => files.reduce((total, one) => total + pick(one.summary), 0);
  const totals = summary(
    sum((one) => one.num_statements),
    sum((one) => one.missing_lines),
    sum((one) => one.num_branches ?? 0),
    sum((one) => one.num_partial_branches ?? 0),
  );
  return {
    totals,
    files,
    complete: true,
    reasons: [],
    partial: false,
    generations: [12],
    requests: 37,
    view: PLAIN_VIEW,
    below: null,
    ...change,
  };
}

export const FILES: readonly FileReport[] = [
  file("demo/source/xy/__init__.py", 2, []),
  file("demo/source/xy/app.py", 64, [31, 32, 33, 58], [30]),
  file("demo/source/xy/game.py", 120, [14, 15, 16, 40, 77, 78, 79, 80, 101], [13, 39, 76]),
  file("demo/source/xy/errors.py", 18, [7, 8, 9, 10, 11, 12, 13]),
  file("demo/source/xy/store.py", 40, [], [12]),
];

export function test(id: string, change: Partial<TestResult> = {}): FactBody {
  return {
    type: "test.finished",
    id,
    outcome: "passed",
    ms: 12,
    message: "",
    place: "",
    output: "",
    started: 1_000_000,
    ended: 1_000_012,
    setup_ms: 0,
    teardown_ms: 0,
    xfail: null,
    ...change,
  };
}

export const SUMMARY: FactBody = {
  type: "tests.told",
  warnings: [
    {
      category: "DeprecationWarning",
      message: "old thing",
      place: "test_a.py:12",
      test: "test_a.py::test_warns[1]",
      count: 2,
    },
  ],
  more: 0,
  sections: [{ title: "own report", text: "12 things seen" }],
};

export const FAILED = test("test/system/test_round.py::test_scores_a_round[xy]", {
  outcome: "failed",
  ms: 48,
  message: "assert 500 == 200",
  place: "test/system/test_round.py:31",
  output: [
    "    def test_scores_a_round(client):",
    '        answer = client.post("/rounds/1/score")',
    ">       assert answer.status_code == 200",
    "E       assert 500 == 200",
    "E        +  where 500 = <Response [500]>.status_code",
    "",
    "test/system/test_round.py:31: AssertionError",
  ].join("\n"),
  started: 1_000_100,
  ended: 1_000_148,
});

export const STARTED: FactBody = {
  type: "cycle.started",
  reason: "change",
  files: ["demo/source/xy/game.py"],
  selected: 0,
};
export const BACK: FactBody = {
  type: "server.back",
  name: "demo-s-1",
  master: 7,
  warnings: [],
  coverage: null,
};

export function ready(generation: number, workers = 4): FactBody {
  const roster = Array.from({ length: workers }, (_, index) => ({ age: index + 1, pid: 30 + index }));
  return { type: "server.ready", generation, workers: roster, ms: 90, restarted: true };
}

export function finished(change: Partial<FactBody & { type: "cycle.finished" }> = {}): FactBody {
  const phases = { checking: 4, restarting: 121, testing: 160, flushing: 88, collecting: 30, reporting: 9 };
  return { type: "cycle.finished", outcome: "passed", exit_code: 0, ms: 412, phases, ...change };
}

/** A whole cycle that passes, with the report. */
export function cycle(value: Report = report(FILES)): readonly FactBody[] {
  const names = ["test_starts", "test_bids", "test_refuses"].map((name) =>
    test(`test/system/test_round.py::${name}`),
  );
  const counts = { passed: 3, failed: 0, errors: 0, skipped: 0 };
  return [
    STARTED,
    { type: "server.restarting", why: "demo/source/xy/game.py changed" },
    ready(12),
    { type: "tests.started", total: 3 },
    ...names,
    { type: "tests.finished", ...counts, xfailed: 0, xpassed: 0, ms: 160 },
    { type: "coverage.file", written: 4, expected: 4, pid: 30 },
    { type: "coverage.complete", expected: 4, written: 4, lost: [] },
    { type: "report", ...value },
    finished(),
  ];
}
