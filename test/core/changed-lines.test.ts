import { expect, test } from "vitest";
import { type ChangedFile, diffText, judgeChanges, ranges } from "../../src/core/changed-lines.ts";
import { file, report } from "../ink/sample.ts";

const REPORT = report([file("a.py", 10, [3, 4, 9]), file("b.py", 4, [])]);

function judge(files: readonly ChangedFile[], failUnder: number | null = null, of = REPORT) {
  return judgeChanges({ base: "main", mergeBase: "abc", files }, of, failUnder);
}

test("only changed lines that can be measured count, and those that were not run are named", () => {
  const diff = judge([
    { path: "a.py", lines: [2, 3, 4, 50] },
    { path: "b.py", lines: null },
    { path: "new.py", lines: [1] },
    { path: "README.md", lines: [1] },
  ]);
  expect(diff).toMatchObject({ lines: 7, missing: 2, not_measured: ["new.py"], below: null });
  expect(diff.files).toEqual([
    { path: "a.py", lines: 3, missing: [3, 4], changed: [2, 3, 4, 50] },
    { path: "b.py", lines: 4, missing: [], changed: null },
  ]);
  expect(diff.percent_display).toBe("71.4");
});

test("without a measurable line there is nothing to judge, whatever the limit", () => {
  const diff = judge([{ path: "a.py", lines: [50] }], 100);
  expect(diff).toMatchObject({ lines: 0, percent: null, percent_display: "", below: null, files: [] });
  expect(diffText(diff)).toContain("nothing to judge");
});

test.each([
  [66.6, null],
  [66.7, { fail_under: 66.7 }],
  [100, { fail_under: 100 }],
  [0, null],
])("the limit %s, of 2 in 3 lines", (limit, below) => {
  expect(judge([{ path: "a.py", lines: [1, 2, 3] }], limit).below).toEqual(below);
});

test("what is just below its limit, or 100, does not look like it", () => {
  const many = report([file("a.py", 3000, [5])]);
  const all: readonly ChangedFile[] = [{ path: "a.py", lines: null }];
  expect(judge(all, null, many).percent_display).toBe("99.97");
  expect(judge(all, 99.97, many)).toMatchObject({ percent_display: "99.967", below: { fail_under: 99.97 } });
});

test("of a selection of the tests nothing is asked, and an incomplete report is said to be one", () => {
  const all: readonly ChangedFile[] = [{ path: "a.py", lines: null }];
  expect(judge(all, 100, { ...REPORT, partial: true }).below).toBeNull();
  expect(diffText(judge(all, 100, { ...REPORT, complete: false }))).toContain("(incomplete)");
});

test("ranges", () => {
  expect(ranges([])).toBe("");
  expect(ranges([1, 2, 3, 7, 9, 10])).toBe("1-3, 7, 9-10");
});
