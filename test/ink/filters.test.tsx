/** Sorting goes to the top; filters stand on a row of their own, with their own total, until Esc clears them. */
import { afterEach, describe, expect, it } from "vitest";
import { subtotal } from "../../src/core/subtotal.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, file, report } from "./sample.ts";
import { ENTER, ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const MANY = Array.from({ length: 60 }, (_, at) =>
  file(`src/f${`${at}`.padStart(2, "0")}.py`, 30, [at % 7 || 9]),
);

async function ready(files = FILES, rows = 24): Promise<readonly [FakeEngine, Terminal]> {
  const engine = new FakeEngine();
  const terminal = new Terminal(engine, { rows });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(report(files)), FAILED);
  return [engine, terminal];
}

const selected = ({ lines }: Terminal) => lines.find((line) => line.startsWith("▸")) ?? "";
const row = ({ lines }: Terminal, name: string) =>
  lines
    .find((line) => line.trimStart().startsWith(name))
    ?.trim()
    .split(/ {2,}/) ?? [];

describe("sorting", () => {
  it.each(["s", "S"])("with %s goes to the top of the files", async (key) => {
    const [, terminal] = await ready(MANY);
    await terminal.press("j".repeat(30), key);
    const first = terminal.lines.findIndex((line) => line.includes("stmts")) + 1;
    expect(terminal.lines[first]).toBe(selected(terminal));
    const before = selected(terminal);
    await terminal.press("g");
    expect(selected(terminal)).toBe(before);
  });

  it("of tests goes to their top, and leaves the cursor of the files", async () => {
    const [, terminal] = await ready();
    await terminal.press("jj", "3", "G", "s");
    const first = terminal.lines.findIndex((line) => line.includes("outcome")) + 1;
    expect(terminal.lines[first]).toBe(selected(terminal));
    await terminal.press("1");
    expect(selected(terminal)).toContain("errors.py");
  });
});

describe("a filter of files", () => {
  it("has its own total above that of the whole", async () => {
    const [, terminal] = await ready();
    const whole = row(terminal, "TOTAL");
    await terminal.press("p", "store");
    // While it is typed, too.
    expect(row(terminal, "filtered (1 of 5)").slice(1, 5)).toEqual(["40", "0", "20", "1"]);
    await terminal.press(ENTER);
    expect(row(terminal, "filtered (1 of 5)").slice(1, 5)).toEqual(["40", "0", "20", "1"]);
    expect(row(terminal, "filtered").at(-1)).toBe("98.3");
    expect(row(terminal, "TOTAL")).toEqual(whole);
  });

  it("that nothing matches has a total of nothing", async () => {
    const [, terminal] = await ready();
    await terminal.press("p", "zebra", ENTER);
    expect(row(terminal, "filtered (0 of 5)").slice(1, 3)).toEqual(["0", "0"]);
  });

  it("is incomplete where the report is", async () => {
    const [, terminal] = await ready();
    await terminal.emit(...cycle(report(FILES, { complete: false, reasons: ["lost"] })));
    await terminal.press("p", "store", ENTER);
    expect(row(terminal, "filtered").join(" ")).toMatch(/\? 98\.3\?.* incomplete/);
  });

  it("stays on the next cycle, on a row of its own, and goes with Esc", async () => {
    const [engine, terminal] = await ready();
    await terminal.press("p", "store", ENTER);
    await terminal.emit(...cycle(report(FILES)));
    const chips = terminal.lines.find((line) => line.includes("files: store"));
    expect(chips).toMatch(/^ files: store {2}Esc clears$/);
    expect(terminal.frame).not.toContain("game.py");
    await terminal.press(ESC);
    expect(terminal.frame).not.toContain("files: store");
    expect(terminal.frame).toContain("game.py");
    await terminal.press(ESC, ESC);
    expect(engine.requests).toEqual([]);
  });

  it.each([40, 80, 160])("never takes more rows than there are, at %i columns", async (columns) => {
    const [, terminal] = await ready(MANY);
    await terminal.press("p", "f1", ENTER, "t", "bids", ENTER, "1");
    for (let rows = 1; rows < 12; rows++) {
      await terminal.resize(columns, rows);
      expect(terminal.lines.length).toBeLessThanOrEqual(rows);
    }
  });
});

it("Esc takes one step at a time: the search, the page, then the filters", async () => {
  const [, terminal] = await ready();
  await terminal.press("p", "py", ENTER, ENTER, "/", "x", ENTER);
  expect(terminal.frame).toContain(" /x");
  await terminal.press(ESC);
  expect(terminal.frame).not.toContain(" /x");
  expect(terminal.frame).not.toContain("TOTAL");
  await terminal.press(ESC);
  expect(terminal.frame).toContain("TOTAL");
  expect(terminal.frame).toContain("files: py");
  await terminal.press(ESC);
  expect(terminal.frame).not.toContain("files: py");
});

describe("a subtotal", () => {
  const of = (statements: number, missed: number, whole = report(FILES)) => {
    const { summary } = file(
      "a.py",
      statements,
      Array.from({ length: missed }, (_, at) => at + 1),
    );
    const lines = {
      ...summary,
      num_branches: 0,
      covered_branches: 0,
      missing_branches: 0,
      num_partial_branches: 0,
    };
    return subtotal([lines], whole).percent_covered_display;
  };

  it("is shown by coverage.py's rule: never 100 or 0 where it is not exactly that, halves to even", () => {
    expect([of(100_000, 1), of(100_000, 99_999), of(10, 0), of(10, 10), of(0, 0)]).toEqual([
      "99.9",
      "0.1",
      "100.0",
      "0.0",
      "100.0",
    ]);
    // 12.5 and 37.5 with no digits.
    const coarse = report(FILES);
    const whole = { ...coarse, totals: { ...coarse.totals, percent_covered_display: "93" } };
    expect([of(8, 7, whole), of(8, 5, whole), of(1000, 1, whole)]).toEqual(["12", "38", "99"]);
  });

  it("of all files is the total", () => {
    const whole = report(FILES);
    expect(
      subtotal(
        whole.files.map(({ summary }) => summary),
        whole,
      ),
    ).toEqual(whole.totals);
  });
});
