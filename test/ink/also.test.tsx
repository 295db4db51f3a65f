/** Other measurements on the screen: columns, the total beside the system's own, marks in a source; never a number of before. */
import { afterEach, describe, expect, it } from "vitest";
import { combine } from "../../src/core/combined.ts";
import type { FactBody } from "../../src/core/fact.ts";
import { ok } from "../../src/core/result.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, report } from "./sample.ts";
import { ENTER, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const SYSTEM = report([file("src/a.py", 8, [2, 3, 4, 5]), file("src/b.py", 4, [])]);
const UNIT = report([file("src/a.py", 8, [5, 6, 7, 8])]);
const ALL = report([file("src/a.py", 8, [5]), file("src/b.py", 4, [])]);
const STARTED_ALSO: FactBody = { type: "also.started", names: ["unit"] };

function combined(doubt: string | null = null): FactBody {
  const { totals, files } = ALL;
  const others = [{ name: "unit", totals: UNIT.totals, files: UNIT.files, stale: [], gone: [] }];
  const together = { others, refused: [], totals, files, below: null };
  return { type: "combined", ...combine(SYSTEM, together, [{ name: "unit", doubt }]) };
}

async function show(columns: number, ...facts: readonly FactBody[]): Promise<Terminal> {
  const engine = new FakeEngine();
  engine.sources = () => ok(Array.from({ length: 8 }, (_, index) => `line_${index + 1}`).join("\n"));
  const terminal = new Terminal(engine, { columns });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(SYSTEM), ...facts);
  return terminal;
}

const row = (terminal: Terminal, text: string) => terminal.lines.find((line) => line.includes(text)) ?? "";

describe("other measurements", () => {
  it.each([120, 160])(
    "have their columns in %i, with where lines were covered, and their total",
    async (columns) => {
      const terminal = await show(columns, STARTED_ALSO, combined());
      expect(row(terminal, "stmts")).toMatch(/cover +unit +all( +covered by)? +/);
      const [unit, all] = [UNIT, ALL].map(({ files: [one] }) => one?.summary.percent_covered_display);
      expect(row(terminal, "a.py")).toContain(`  ${unit?.padStart(6)}  ${all?.padStart(6)}`);
      expect(row(terminal, "TOTAL")).toContain(ALL.totals.percent_covered_display);
      expect(row(terminal, "b.py")).toMatch(/ - +100\.0/);
      if (columns === 160) expect(row(terminal, "a.py")).toContain("system 3, unit 3, both 1");
      expect(terminal.lines[2]).toContain(`all ${ALL.totals.percent_covered_display} %`);
    },
  );

  it.each([40, 80])("leave the system's own number in %i, and their total has its place", async (columns) => {
    const terminal = await show(columns, STARTED_ALSO, combined());
    expect(row(terminal, "TOTAL")).toContain(SYSTEM.totals.percent_covered_display);
    if (columns === 80) expect(row(terminal, "TOTAL")).toContain(ALL.totals.percent_covered_display);
    expect(terminal.lines.every((line) => line.length <= columns)).toBe(true);
  });

  it("have no number while they are put together, nor before the next ones", async () => {
    const running: FactBody = { type: "also.running", name: "unit", command: ["coverage"] };
    const terminal = await show(160, STARTED_ALSO, combined(), ...cycle(SYSTEM), STARTED_ALSO, running);
    expect(terminal.lines[2]).toContain("all … unit runs");
    expect(row(terminal, "TOTAL")).not.toContain(ALL.totals.percent_covered_display);
    expect(row(terminal, "TOTAL")).toMatch(/… +…/);
  });

  it("are never green with a doubt, which is said", async () => {
    const terminal = await show(160, STARTED_ALSO, combined("its command has failed"));
    expect(terminal.lines[2]).toContain("all incomplete: unit: its command has failed");
    expect(row(terminal, "TOTAL")).toContain(`${ALL.totals.percent_covered_display}?`);
  });

  it("mark lines in the source that only they have run, and ? says so", async () => {
    const terminal = await show(80, STARTED_ALSO, combined());
    await terminal.press(ENTER);
    await terminal.shows("line_3");
    expect(row(terminal, "line_3")).toMatch(/3 \+ line_3/);
    expect(row(terminal, "line_5")).toMatch(/5 ! line_5/);
    expect(row(terminal, "line_1")).toMatch(/1 │ line_1/);
    await terminal.press("?", "G");
    expect(terminal.frame).toContain("a line that only other tests have run");
  });
});
