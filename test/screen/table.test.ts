import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Finished, isFailing, TestResults } from "../../src/core/test-results.ts";
import { fitColumns, GAP } from "../../src/screen/columns.ts";
import {
  cutSpans,
  fillSpans,
  fitSegments,
  highlight,
  segment,
  span,
  spansWidth,
} from "../../src/screen/span.ts";
import { arrangeFiles, FILE_COLUMNS, fileRows, grade, type Sort } from "../../src/screen/table.ts";
import { arrangeTests, testPlace } from "../../src/screen/tests-table.ts";
import { file, report } from "../ink/sample.ts";

const FILES = report([
  file("b/middle.py", 40, [1, 2, 3, 9]),
  file("a/full.py", 10, []),
  file("b/Worst.py", 20, [4, 5, 6, 7, 8, 9, 10, 11, 12, 13], [3]),
  file("a/none.py", 0, []),
]);
const rows = fileRows(FILES);
const names = (column: Sort<(typeof FILE_COLUMNS)[number]>["column"], descending: boolean, filter = "") =>
  arrangeFiles(rows, filter, { column, descending }).map((row) => row.path);

describe("coverage rows", () => {
  it("have the missing lines as coverage.py prints them", () => {
    expect(rows.map((row) => row.missing)).toEqual(["", "", "4-13", "1-3, 9"]);
  });

  it("are sorted by each column, both ways, equal ones by path", () => {
    expect(names("path", false)).toEqual(["a/full.py", "a/none.py", "b/Worst.py", "b/middle.py"]);
    expect(names("missed", true)).toEqual(["b/Worst.py", "b/middle.py", "a/full.py", "a/none.py"]);
    expect(names("missed", false)).toEqual(["a/full.py", "a/none.py", "b/middle.py", "b/Worst.py"]);
    expect(names("statements", false)[0]).toBe("a/none.py");
    expect(names("percent", false)[0]).toBe("b/Worst.py");
    expect(names("partial", true)[0]).toBe("b/Worst.py");
    expect(names("branches", true)[0]).toBe("b/middle.py");
  });

  it("are filtered by path, whatever the case, before they are sorted", () => {
    expect(names("path", true, "WORST")).toEqual(["b/Worst.py"]);
    expect(names("path", false, "b/")).toEqual(["b/Worst.py", "b/middle.py"]);
    expect(names("path", false, "nowhere")).toEqual([]);
  });

  it("keep all rows in every order", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FILE_COLUMNS), fc.boolean(), (column, descending) => {
        expect([...names(column, descending)].sort()).toEqual([...rows.map((row) => row.path)].sort());
      }),
    );
  });

  it("cannot bring an escape sequence in with a path", () => {
    expect(fileRows(report([file("a/\x1b[2Jevil.py", 3, [])]))[0]?.name).toBe("a/evil.py");
  });
});

it("grades at 75 and 90", () => {
  expect([0, 74.99, 75, 89.99, 90, 100].map(grade)).toEqual(["poor", "poor", "fair", "fair", "good", "good"]);
});

describe("test rows", () => {
  const result = (id: string, outcome: Finished["outcome"], ms: number): Finished => ({
    cycle: 1,
    id,
    outcome,
    ms,
    message: "",
    place: "",
    output: "",
    started: 0,
    ended: 0,
    setup_ms: 0,
    teardown_ms: 0,
    xfail: null,
  });
  const results = [
    result("b", "passed", 5),
    result("a", "failed", 1),
    result("c", "error", 9),
    result("d", "skipped", 0),
  ].reduce((all, test) => all.with(test), TestResults.NONE);
  const ids = (
    column: "ended" | "name" | "outcome" | "time",
    descending: boolean,
    filter = "",
    failed = false,
  ) => arrangeTests(results, filter, failed, { column, descending }).map((test) => test.id);

  it("are sorted by each column", () => {
    expect(ids("ended", false)).toEqual(["b", "a", "c", "d"]);
    expect(ids("ended", true)).toEqual(["d", "c", "a", "b"]);
    expect(ids("name", false)).toEqual(["a", "b", "c", "d"]);
    expect(ids("outcome", false)).toEqual(["c", "a", "d", "b"]);
    expect(ids("time", true)).toEqual(["c", "b", "a", "d"]);
  });

  it("are filtered by name and by failing", () => {
    expect(ids("ended", false, "", true)).toEqual(["a", "c"]);
    expect(ids("ended", false, "C")).toEqual(["c"]);
  });

  it("have a place to edit", () => {
    expect(testPlace({ ...result("x.py::t", "failed", 1), place: "y.py:31" })).toEqual({
      path: "y.py",
      line: 31,
    });
    expect(testPlace(result("x.py::t", "failed", 1))).toEqual({ path: "x.py", line: null });
  });
});

describe("test results", () => {
  it("behave as a map does: the latest of each, in the order of the first", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 150 }), fc.integer()), { maxLength: 400 }),
        (pairs) => {
          const map = new Map<string, number>();
          let results = TestResults.NONE;
          for (const [id, ms] of pairs) {
            map.set(`${id}`, ms);
            const before = results;
            const size = before.size;
            results = results.with({
              cycle: 1,
              id: `${id}`,
              outcome: ms % 5 === 0 ? "failed" : "passed",
              ms,
              message: "",
              place: "",
              output: "",
              started: 0,
              ended: 0,
              setup_ms: 0,
              teardown_ms: 0,
              xfail: null,
            });
            expect(results.failing).toEqual(results.values().filter(isFailing));
            expect(before.size).toBe(size);
          }
          expect(results.values().map(({ id, ms }) => [id, ms])).toEqual([...map]);
          expect(results.size).toBe(map.size);
          for (const [id, ms] of map) expect(results.get(id)?.ms).toBe(ms);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("columns", () => {
  const specs = [
    { id: "path", min: 10, max: 30, priority: 9 },
    { id: "miss", min: 5, max: 5, priority: 5 },
    { id: "cover", min: 7, max: 7, priority: 8 },
  ];

  it("drop by priority and keep their order", () => {
    expect(fitColumns(specs, 80)).toEqual([
      { id: "path", width: 30 },
      { id: "miss", width: 5 },
      { id: "cover", width: 7 },
    ]);
    expect(fitColumns(specs, 22).map(({ id }) => id)).toEqual(["path", "cover"]);
    expect(fitColumns(specs, 8)).toEqual([{ id: "path", width: 8 }]);
  });

  it("never take more than the width, and never lose the first in importance", () => {
    const spec = fc.record({
      id: fc.uuid(),
      min: fc.integer({ min: 1, max: 30 }),
      max: fc.integer({ min: 1, max: 60 }),
      priority: fc.integer(),
    });
    fc.assert(
      fc.property(
        fc.array(spec, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 200 }),
        (all, width) => {
          const fitted = fitColumns(all, width);
          const total = fitted.reduce((sum, column) => sum + column.width + GAP, -GAP);
          expect(total).toBeLessThanOrEqual(width);
          expect(fitted.length).toBeGreaterThan(0);
          const first = [...all].sort((a, b) => b.priority - a.priority)[0];
          for (const { id, width: given } of fitted) {
            const spec = all.find((one) => one.id === id);
            if (id !== first?.id) expect(given).toBeGreaterThanOrEqual(spec?.min ?? 0);
          }
        },
      ),
    );
  });
});

describe("spans", () => {
  it("are cut and filled to a width", () => {
    const spans = [span("abc", "good"), span("defgh")];
    expect(cutSpans(spans, 5).map(({ text }) => text)).toEqual(["abc", "d…"]);
    expect(spansWidth(fillSpans(spans, 12))).toBe(12);
    expect(spansWidth(fillSpans(spans, 4))).toBe(4);
  });

  it("are left out by priority where they do not fit side by side", () => {
    const segments = [segment(1, span("first")), segment(3, span("second")), segment(2, span("third"))];
    const text = (width: number) =>
      fitSegments(segments, width, 1)
        .map((one) => one.text)
        .join("");
    expect(text(40)).toBe("first second third");
    expect(text(14)).toBe("second third");
    expect(text(8)).toBe("second");
    expect(text(4)).toBe("sec…");
  });

  it("show what was searched for, whatever the case", () => {
    expect(highlight([span("Assert and assert")], "assert").map(({ text, tone }) => [text, tone])).toEqual([
      ["Assert", "match"],
      [" and ", "plain"],
      ["assert", "match"],
    ]);
    expect(highlight([span("abc")], "")).toEqual([span("abc")]);
  });
});
