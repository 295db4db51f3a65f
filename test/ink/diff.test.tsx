/** Changed lines on the screen: `d`, a column, a filter, marks in a source. */
import { afterEach, describe, expect, it } from "vitest";
import { judgeChanges } from "../../src/core/changed-lines.ts";
import type { FactBody } from "../../src/core/fact.ts";
import { ok } from "../../src/core/result.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, report } from "./sample.ts";
import { ENTER, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const REPORT = report([file("src/a.py", 8, [2, 3, 4]), file("src/b.py", 4, []), file("src/c.py", 4, [])]);

function judged(paths: Readonly<Record<string, readonly number[] | null>>, of = REPORT): FactBody {
  const files = Object.entries(paths).map(([path, lines]) => ({ path, lines }));
  return { type: "diff", ...judgeChanges({ base: "HEAD", mergeBase: "abc", files }, of, null) };
}

const CHANGED = judged({ "src/a.py": [1, 2, 3], "src/c.py": null, "docs/x.md": null });

async function show(
  columns: number,
  ...facts: readonly FactBody[]
): Promise<readonly [Terminal, FakeEngine]> {
  const engine = new FakeEngine();
  engine.sources = () => ok(Array.from({ length: 8 }, (_, index) => `line_${index + 1}`).join("\n"));
  const terminal = new Terminal(engine, { columns });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(REPORT), ...facts);
  return [terminal, engine];
}

const row = (terminal: Terminal, text: string) => terminal.lines.find((line) => line.includes(text)) ?? "";

describe("changed lines", () => {
  it.each([80, 120, 160])("are a filter and a column in %i, on and off", async (columns) => {
    const [terminal, engine] = await show(columns, CHANGED);
    expect(terminal.frame).not.toContain("changed");
    await terminal.press("d");
    expect(row(terminal, "stmts")).toContain("changed");
    expect(row(terminal, "a.py")).toMatch(/ 1\/3 /);
    expect(row(terminal, "c.py")).toMatch(/ 4\/4/);
    expect(row(terminal, "b.py")).toBe("");
    expect(row(terminal, "TOTAL")).toMatch(/TOTAL \(2 of 3\).* 5\/7/);
    expect(terminal.frame).toContain("changed since HEAD");
    expect(engine.judged).toBe(1);
    await terminal.press("d");
    expect(row(terminal, "b.py")).not.toBe("");
    expect(terminal.frame).not.toContain("changed");
  });

  it("outrank all but the file in 40, and end with the other filters", async () => {
    const [terminal] = await show(40, CHANGED);
    await terminal.press("d");
    expect(row(terminal, "a.py")).toMatch(/ 1\/3/);
    expect(row(terminal, "b.py")).toBe("");
    await terminal.press("c");
    expect(row(terminal, "b.py")).not.toBe("");
  });

  it("have no number from the next report on until they are judged by that one; the filter stays", async () => {
    const [terminal] = await show(120, CHANGED);
    await terminal.press("d");
    await terminal.emit(...cycle(REPORT));
    expect(row(terminal, "a.py")).toContain("…");
    expect(terminal.frame).not.toContain("1/3");
    expect(row(terminal, "b.py")).toBe("");
    await terminal.emit(judged({ "src/b.py": [1] }));
    expect(row(terminal, "b.py")).toMatch(/ 1\/1/);
    expect(row(terminal, "a.py")).toBe("");
  });

  it("of an incomplete report are never good", async () => {
    const incomplete = report(REPORT.files, { complete: false, reasons: ["a worker was lost"] });
    const [terminal] = await show(120, judged({ "src/c.py": null }, incomplete));
    await terminal.press("d");
    expect(row(terminal, "c.py")).toContain("4/4?");
  });

  it("are marked in the source, and ? says so", async () => {
    const [terminal] = await show(80, CHANGED);
    await terminal.press(ENTER);
    await terminal.shows("line_4");
    expect(row(terminal, "line_3")).toMatch(/3▌! line_3/);
    expect(row(terminal, "line_1")).toMatch(/1▌│ line_1/);
    expect(row(terminal, "line_4")).toMatch(/4 ! line_4/);
    await terminal.press("?", "G");
    expect(terminal.frame).toContain("a line that differs from the base of d");
  });

  it.each([
    [
      { type: "diff.unknown", base: "HEAD", message: "--diff: git says of /p: fatal: not a git repository." },
      "Changed lines are not known: git says of /p",
    ],
    [judged({}), "No line that differs from HEAD can be measured."],
  ] as const)("that are none are said in one line: %#", async (fact, words) => {
    const [terminal] = await show(120, fact);
    await terminal.press("d");
    expect(terminal.lines.at(-1)).toContain(words);
    expect(row(terminal, "b.py")).not.toBe("");
  });
});
