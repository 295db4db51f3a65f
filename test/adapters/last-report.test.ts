/** What the helper leaves out because it was sent before is put in again, and nothing else is. */
import { describe, expect, test } from "vitest";
import { LastReport } from "../../src/adapters/helper/last-report.ts";
import { PLAIN_VIEW } from "../../src/core/report.ts";

const summary = {
  covered_lines: 1,
  num_statements: 2,
  percent_covered: 50,
  percent_covered_display: "50",
  missing_lines: 1,
  excluded_lines: 0,
};

function row(path: string, executed: readonly number[] = [1]) {
  return {
    path,
    summary,
    missing: "2",
    missing_lines: [2],
    excluded_lines: [],
    executed_lines: [...executed],
    missing_branches: [],
    sha256: null,
  };
}

const shown = (inside: string) => inside.replace("/app/", "");
const report = (number: number, ...files: (string | ReturnType<typeof row>)[]) => ({
  number,
  totals: summary,
  files,
  view: PLAIN_VIEW,
  below: null,
});

describe("the last report", () => {
  test("gives the rows that are the same, in the order of the new one", () => {
    const last = new LastReport();
    const first = last.take(report(1, row("/app/a.py"), row("/app/b.py")), shown);
    expect(first).toEqual([
      { ...row("/app/a.py"), path: "a.py", inside: "/app/a.py" },
      { ...row("/app/b.py"), path: "b.py", inside: "/app/b.py" },
    ]);
    expect(last.number).toBe(1);
    const next = last.take(report(2, row("/app/aa.py"), "/app/b.py"), shown);
    expect(next?.map(({ path }) => path)).toEqual(["aa.py", "b.py"]);
    expect(next?.[1]).toBe(first?.[1]);
    expect(last.number).toBe(2);
  });

  test("refuses a row that is not the last report's", () => {
    const last = new LastReport();
    last.take(report(1, row("/app/a.py"), row("/app/b.py")), shown);
    last.take(report(2, "/app/b.py"), shown);
    expect(last.take(report(3, "/app/a.py", "/app/b.py"), shown)).toBeNull();
    expect(last.number).toBe(2);
  });

  test("is forgotten with the helper that knew it", () => {
    const last = new LastReport();
    last.take(report(1, row("/app/a.py")), shown);
    last.forget();
    expect(last.number).toBeNull();
    expect(last.take(report(2, "/app/a.py"), shown)).toBeNull();
  });
});
