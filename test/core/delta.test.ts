import { describe, expect, it } from "vitest";
import { deltaOf, linesText } from "../../src/core/delta.ts";
import type { FileReport } from "../../src/core/report.ts";
import { file, report } from "../ink/sample.ts";

const a = file("a.py", 10, [3, 4]);
const b = file("b.py", 10, []);
const at = (cycle: number, ...files: readonly FileReport[]) => ({ cycle, value: report(files) });

describe("what changed from one report to another", () => {
  it("is the lines newly missed and newly run, where the text is the same", () => {
    const delta = deltaOf(at(2, file("a.py", 10, [4, 8]), b), at(1, a, b));
    expect(delta).toMatchObject({ since: 1, missed: 0 });
    expect([...(delta?.files.keys() ?? [])]).toEqual(["a.py"]);
    const one = delta?.files.get("a.py");
    expect(one).toEqual({ missed: 0, isNew: false, lines: { missed: [8], hit: [3] } });
    expect(one && linesText(one)).toBe("-3, +8");
  });

  it("is counts alone where the text is another one: its lines have other numbers", () => {
    const edited = { ...file("a.py", 11, [4, 5, 9]), sha256: "another" };
    const delta = deltaOf(at(2, edited), at(1, a));
    expect(delta?.files.get("a.py")).toEqual({ missed: 1, isNew: false, lines: null });
    const unknown = { ...file("a.py", 10, [8]), sha256: null };
    expect(deltaOf(at(2, unknown), at(1, { ...a, sha256: null }))?.files.get("a.py")?.lines).toBeNull();
  });

  it("has files that have come, and the total of those that have gone", () => {
    const delta = deltaOf(at(2, file("c.py", 5, [1])), at(1, a, b));
    expect(delta?.files.get("c.py")).toEqual({ missed: 1, isNew: true, lines: null });
    expect(delta?.missed).toBe(-1);
  });

  it("is nothing where one of them is not complete", () => {
    const half = { cycle: 2, value: report([a], { complete: false, reasons: ["lost"] }) };
    expect(deltaOf(half, at(1, a))).toBeNull();
    expect(deltaOf(at(3, a), half)).toBeNull();
  });
});
