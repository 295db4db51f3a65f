/** The rows of each view, made from the screen's content and what the user filters and sorts by. */

import { type Delta, deltaOf } from "../core/delta.ts";
import type { CycleEnd } from "../core/ended-cycle.ts";
import type { TestResult } from "../core/fact.ts";
import type { Report } from "../core/report.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import { clean } from "../core/text.ts";
import { type Beside, createBeside } from "./beside.ts";
import { type FailedTest, failedTests as failedTestsOf } from "./failed-tests.ts";
import type { Item } from "./item.ts";
import { memoLast } from "./memo.ts";
import { type Problem, problems } from "./problem.ts";
import type { ScreenState } from "./state.ts";
import {
  arrangeFiles,
  type FileColumn,
  type FileRow,
  fileRows,
  isCovered,
  matches,
  type Sort,
} from "./table.ts";
import { arrangeTests } from "./tests-table.ts";

export interface Lists {
  /** What the last report changes against the pinned one, else against the complete one before it. Null: there is none. */
  readonly delta: (content: ScreenContent, screen: ScreenState) => Delta | null;
  readonly files: (content: ScreenContent, screen: ScreenState) => readonly FileRow[];
  readonly failures: (content: ScreenContent, screen: ScreenState) => readonly Item[];
  readonly tests: (content: ScreenContent, screen: ScreenState) => readonly TestResult[];
  /** What other measurements say; null: there are none. */
  readonly beside: (content: ScreenContent) => Beside | null;
  /** Ended cycles, the newest first. */
  readonly cycles: (content: ScreenContent) => readonly CycleEnd[];
  /** The largest number of fast paths that one of them tells of. */
  readonly fastPaths: (content: ScreenContent) => number;
}

/** Lists that are computed again only when what they are made of has changed. One of these for each screen. */
export function createLists(): Lists {
  const rowsOf = memoLast((report: Report, delta: Delta | null) => fileRows(report, delta));
  const deltas = memoLast(deltaOf);
  const delta: Lists["delta"] = ({ report, previous }, { pinned }) => {
    const base = pinned ?? previous;
    return report === null || base === null ? null : deltas(report, base);
  };
  const files = memoLast(
    (
      report: Report,
      changes: Delta | null,
      filter: string,
      sort: Sort<FileColumn> | null,
      all: boolean,
      only: readonly string[] | null,
      uncovered: boolean,
    ) => {
      const rows = arrangeFiles(rowsOf(report, changes), filter, sort, all || only !== null);
      return rows.filter((row) => (only?.includes(row.path) ?? true) && !(uncovered && isCovered(row)));
    },
  );
  const tests = memoLast(arrangeTests);
  const failures = memoLast(failureItems);
  const failedTests = memoLast(failedTestsOf);
  const problemsOf = memoLast(
    (
      checks: ScreenContent["checks"],
      bootError: ScreenContent["bootError"],
      error: ScreenContent["error"],
      gone: ScreenContent["gone"],
      warnings: ScreenContent["warnings"],
    ) => problems({ checks, bootError, error, gone, warnings }),
  );
  const fastPaths = memoLast((history: readonly CycleEnd[]) =>
    Math.max(0, ...history.map((end) => end.fastPaths.length)),
  );
  const cycles = memoLast((history: readonly CycleEnd[]) => [...history].reverse());
  return {
    beside: createBeside(),
    delta,
    files: (content, screen) =>
      content.report === null
        ? []
        : files(
            content.report.value,
            delta(content, screen),
            filterOf(screen, "files"),
            screen.sorts.coverage,
            screen.skippedToo,
            screen.changedOnly ? (content.changed?.paths ?? NONE) : null,
            screen.uncoveredOnly,
          ),
    failures: (content, screen) =>
      failures(
        problemsOf(content.checks, content.bootError, content.error, content.gone, content.warnings),
        failedTests(content.tests.results.failing, content.tests.before, content.cycle),
        filterOf(screen, "tests"),
      ),
    tests: (content, screen) =>
      tests(content.tests.results, filterOf(screen, "tests"), screen.failedOnly, screen.sorts.tests),
    cycles: (content) => cycles(content.history),
    fastPaths: (content) => fastPaths(content.history),
  };
}

const NONE: readonly string[] = [];

/** The filter in force: while it is being typed, what is typed. */
export function filterOf(screen: ScreenState, field: "tests" | "files"): string {
  if (screen.input?.field === field) return screen.input.text;
  return field === "tests" ? screen.testFilter : screen.fileFilter;
}

function failureItems(
  found: readonly Problem[],
  failing: readonly FailedTest[],
  filter: string,
): readonly Item[] {
  const item = (problem: Problem): Item => ({ kind: "problem", key: problem.key, problem });
  const failed = failing.filter(({ test }) => matches(clean(test.id), filter));
  return [
    ...found.filter((problem) => problem.severity === "error").map(item),
    ...failed.map((failed): Item => ({ kind: "test", key: failed.test.id, ...failed })),
    ...found.filter((problem) => problem.severity === "warning").map(item),
  ];
}
