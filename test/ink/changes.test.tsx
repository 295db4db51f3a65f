/** What changed since the run before, or since the pinned one. */
import { afterEach, describe, expect, it } from "vitest";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, report } from "./sample.ts";
import { Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

async function start(columns = 120): Promise<Terminal> {
  const terminal = new Terminal(new FakeEngine(), { columns });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(report([file("a.py", 20, [3]), file("b.py", 20, [])])));
  return terminal;
}

const row = (terminal: Terminal, name: string) =>
  terminal.lines.find((line) => line.slice(2).startsWith(name)) ?? "";
const next = (terminal: Terminal, missing: readonly number[], change = {}) =>
  terminal.emit(...cycle(report([file("a.py", 20, missing), file("b.py", 20, [])], change)));

describe("Δ", () => {
  it("is not there with the first report", async () => {
    const terminal = await start();
    expect(terminal.frame).not.toContain("Δ");
  });

  it("has more and less missed lines by file, which lines, and the total's change", async () => {
    const terminal = await start();
    await next(terminal, [4, 5]);
    expect(terminal.lines[4]).toMatch(/miss +Δ +/);
    expect(row(terminal, "a.py")).toMatch(/a\.py +20 +2 +\+1 .*-3, \+4, \+5 +4-5$/);
    expect(row(terminal, "b.py")).toMatch(/b\.py +20 +0 +· /);
    expect(row(terminal, "TOTAL")).toMatch(/TOTAL +40 +2 +\+1 /);
    expect(terminal.lines[2]).toMatch(/^coverage \d+\.\d % ▼1\.7 · complete {3}cycle 2 /);
    await next(terminal, []);
    expect(row(terminal, "a.py")).toMatch(/a\.py +20 +0 +-2 .*-4, -5/);
    expect(terminal.lines[2]).toContain("▲3.3");
  });

  it("takes no column away in 80: what is sorted by has to be seen", async () => {
    const named = "source/xy/__init__.py";
    const whole = (missing: readonly number[]) => {
      const files = [file(named, 20, missing)];
      const short = files.map((one) => ({
        ...one,
        summary: { ...one.summary, percent_covered_display: "98" },
      }));
      const { totals } = report(files);
      return report(short, { totals: { ...totals, percent_covered_display: "98" } });
    };
    const terminal = await start(80);
    await terminal.emit(...cycle(whole([3])), ...cycle(whole([4])));
    expect(terminal.lines[4]).toMatch(/^ {2}file↑ +stmts +miss +Δ +branch +part +cover +missing$/);
    expect(terminal.frame).toContain(named);
  });

  it("is against the last complete one, and is not told of one that is not", async () => {
    const terminal = await start();
    await next(terminal, [4, 5], { complete: false, reasons: ["lost"] });
    expect(terminal.frame).not.toMatch(/Δ|[▲▼]/);
    await next(terminal, [3, 4, 5]);
    expect(row(terminal, "a.py"), "against cycle 1").toMatch(/a\.py +20 +3 +\+2 /);
  });

  it("is against the pinned one until that is let go", async () => {
    const terminal = await start();
    await terminal.press("b");
    expect(terminal.frame).toContain("Δ compares with cycle 1");
    await next(terminal, [3, 4]);
    await next(terminal, [3, 4, 5]);
    expect(row(terminal, "a.py")).toMatch(/a\.py +20 +3 +\+2 /);
    await terminal.press("b");
    expect(row(terminal, "a.py")).toMatch(/a\.py +20 +3 +\+1 /);
  });
});
