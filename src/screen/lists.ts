/** The rows of each view, made from the session and what the user filters and sorts by. */
import type { TestResult } from "../core/fact.ts";
import type { Report } from "../core/report.ts";
import type { CycleEnd, Session } from "../core/session.ts";
import { clean } from "../core/text.ts";
import type { Item } from "./item.ts";
import { memoLast } from "./memo.ts";
import { type Problem, problems } from "./problem.ts";
import type { ViewState } from "./state.ts";
import { arrangeFiles, type FileColumn, type FileRow, fileRows, matches, type Sort } from "./table.ts";
import { arrangeTests } from "./tests-table.ts";

export interface Lists {
  readonly files: (session: Session, view: ViewState) => readonly FileRow[];
  readonly failures: (session: Session, view: ViewState) => readonly Item[];
  readonly tests: (session: Session, view: ViewState) => readonly TestResult[];
  /** Ended cycles, the newest first. */
  readonly cycles: (session: Session) => readonly CycleEnd[];
}

/** Lists that are computed again only when what they are made of has changed. One of these for each screen. */
export function createLists(): Lists {
  const rowsOf = memoLast((report: Report) => fileRows(report));
  const files = memoLast((report: Report, filter: string, sort: Sort<FileColumn> | null, all: boolean) =>
    arrangeFiles(rowsOf(report), filter, sort, all),
  );
  const tests = memoLast(arrangeTests);
  const failures = memoLast(failureItems);
  const problemsOf = memoLast(
    (
      checks: Session["checks"],
      bootError: Session["bootError"],
      error: Session["error"],
      lost: Session["lost"],
      warnings: Session["warnings"],
    ) => problems({ checks, bootError, error, lost, warnings }),
  );
  const cycles = memoLast((history: readonly CycleEnd[]) => [...history].reverse());
  return {
    files: (session, view) =>
      session.report === null
        ? []
        : files(session.report.value, filterOf(view, "files"), view.sorts.coverage, view.skippedToo),
    failures: (session, view) =>
      failures(
        problemsOf(session.checks, session.bootError, session.error, session.lost, session.warnings),
        session.tests.results.failing,
        filterOf(view, "tests"),
      ),
    tests: (session, view) =>
      tests(session.tests.results, filterOf(view, "tests"), view.failedOnly, view.sorts.tests),
    cycles: (session) => cycles(session.history),
  };
}

/** The filter in force: while it is being typed, what is typed. */
export function filterOf(view: ViewState, field: "tests" | "files"): string {
  if (view.input?.field === field) return view.input.text;
  return field === "tests" ? view.testFilter : view.fileFilter;
}

function failureItems(
  found: readonly Problem[],
  failing: readonly TestResult[],
  filter: string,
): readonly Item[] {
  const item = (problem: Problem): Item => ({ kind: "problem", key: problem.key, problem });
  const failed = failing.filter((test) => matches(clean(test.id), filter));
  return [
    ...found.filter((problem) => problem.severity === "error").map(item),
    ...failed.map((test): Item => ({ kind: "test", key: test.id, test })),
    ...found.filter((problem) => problem.severity === "warning").map(item),
  ];
}
