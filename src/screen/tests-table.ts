/** Rows of the tests view: results, filtered and sorted. */
import type { Outcome, TestResult } from "../core/fact.ts";
import { isFailing, type TestResults } from "../core/test-results.ts";
import { clean } from "../core/text.ts";
import { matches, type Sort, sortRows } from "./table.ts";

export const TEST_COLUMNS = ["ended", "name", "outcome", "time"] as const;
export type TestColumn = (typeof TEST_COLUMNS)[number];

/** The order in which outcomes are sorted: what needs a look first. */
const RANK: Readonly<Record<Outcome, number>> = { error: 0, failed: 1, skipped: 2, passed: 3 };

/** Tests whose name holds the filter, sorted; `failedOnly` leaves the others out. */
export function arrangeTests(
  results: TestResults,
  filter: string,
  failedOnly: boolean,
  sort: Sort<TestColumn>,
): readonly TestResult[] {
  const wanted = results
    .values()
    .filter((test) => matches(clean(test.id), filter) && (!failedOnly || isFailing(test)));
  if (sort.column === "ended") return sort.descending ? wanted.reverse() : wanted;
  return sortRows(
    wanted,
    sort,
    (test) => testValue(test, sort.column),
    (test) => test.id,
  );
}

function testValue(test: TestResult, column: TestColumn): string | number {
  switch (column) {
    case "name":
      return test.id;
    case "outcome":
      return RANK[test.outcome];
    case "time":
      return test.ms;
    case "ended":
      return 0;
  }
}

/** Path and line of a place like `test/test_api.py:12`; without one, the file of the test's id. */
export function testPlace(test: TestResult): { readonly path: string; readonly line: number | null } {
  const found = /^(.+):(\d+)$/.exec(test.place);
  if (found) return { path: found[1] ?? "", line: Number(found[2]) };
  return { path: test.place || (test.id.split("::")[0] ?? ""), line: null };
}
