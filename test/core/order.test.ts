/** The order and the choice of coverage.py's own table. */
import { describe, expect, test } from "vitest";
import { compareNames, orderedFiles, skipped } from "../../src/core/order.ts";
import type { ReportView } from "../../src/core/report.ts";
import { arrangeFiles, fileRows, sortOf } from "../../src/screen/table.ts";
import { linesOf } from "../../src/surfaces/text/lines.ts";
import { file, report } from "../ink/sample.ts";

const FILES = [
  file("a10.py", 8, []),
  file("a2.py", 8, [1]),
  file("b.py", 4, [], [3]),
  file("empty.py", 0, []),
  file("a1/x.py", 8, []),
];
const PLAIN: ReportView = { sort: "name", skip_covered: false, skip_empty: false };
const of = (view: Partial<ReportView>) => report(FILES, { view: { ...PLAIN, ...view } });
const names = (view: Partial<ReportView>) => orderedFiles(of(view)).map(({ path }) => path);

describe("the order", () => {
  test("by name is as people count", () => {
    expect(names({})).toEqual(["a1/x.py", "a2.py", "a10.py", "b.py", "empty.py"]);
    expect(names({ sort: "-name" })).toEqual(["empty.py", "b.py", "a10.py", "a2.py", "a1/x.py"]);
    expect(compareNames("x1y", "x001y")).toBeGreaterThan(0);
    expect(compareNames("a", "a")).toBe(0);
  });

  test("by a figure has equal ones by their names, and is turned around with them", () => {
    expect(names({ sort: "miss" })).toEqual(["a1/x.py", "a10.py", "b.py", "empty.py", "a2.py"]);
    expect(names({ sort: "-miss" })).toEqual(["a2.py", "empty.py", "b.py", "a10.py", "a1/x.py"]);
    expect(names({ sort: "cover" })[0]).toBe("b.py");
    expect(names({ sort: "-brpart" })[0]).toBe("b.py");
  });

  test("is the screen's until its user sorts", () => {
    const given = of({ sort: "-miss" });
    expect(sortOf(given)).toEqual({ column: "missed", descending: true });
    expect(arrangeFiles(fileRows(given), "", null).map(({ path }) => path)).toEqual(names({ sort: "-miss" }));
  });
});

describe("what is left out", () => {
  test("misses nothing, or has no statement", () => {
    const reasons = (view: Partial<ReportView>) => FILES.map((one) => skipped(one, of(view)));
    expect(reasons({})).toEqual([null, null, null, null, null]);
    expect(reasons({ skip_covered: true })).toEqual(["covered", null, null, "covered", "covered"]);
    expect(reasons({ skip_empty: true })).toEqual([null, null, null, "empty", null]);
  });

  test("is not in the text, which says how many there are; its dashes end with the titles", () => {
    const body = of({ skip_covered: true });
    const lines = linesOf({ v: 1, seq: 1, cycle: 1, at: 0, type: "report", ...body });
    expect(lines.filter((line) => /^(a|b|e)/.test(line)).map((line) => line.split(" ")[0])).toEqual([
      "a2.py",
      "b.py",
    ]);
    expect(lines.at(-1)).toBe("3 files skipped due to complete coverage.");
    const [title = "", rule = ""] = lines.slice(1);
    expect(rule).toBe("-".repeat(title.length));
    expect(lines.find((line) => line.startsWith("TOTAL"))).toContain(" 28 ");
  });

  test("is on the screen when it is asked for", () => {
    const rows = fileRows(of({ skip_covered: true }));
    expect(arrangeFiles(rows, "", null, false)).toHaveLength(2);
    expect(arrangeFiles(rows, "", null, true)).toHaveLength(5);
  });
});
