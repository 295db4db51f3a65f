/** `u`: where to look, the files with something that was not run. */
import { afterEach, describe, expect, it } from "vitest";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, report } from "./sample.ts";
import { ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const REPORT = report([file("a.py", 8, [2]), file("b.py", 4, []), file("c.py", 9, [2, 3, 4])]);

async function show(columns: number, of = REPORT): Promise<Terminal> {
  const terminal = new Terminal(new FakeEngine(), { columns });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(of));
  return terminal;
}

const names = (terminal: Terminal) => terminal.lines.flatMap((line) => /[abc]\.py/.exec(line)?.[0] ?? []);

describe("files that are not covered", () => {
  it.each([40, 80, 120, 160])(
    "stand alone, the worst first, in %i columns, and end as they began",
    async (columns) => {
      const terminal = await show(columns);
      const before = names(terminal);
      expect(before).toContain("b.py");
      await terminal.press("u");
      expect(names(terminal)).toEqual(["c.py", "a.py"]);
      expect(terminal.frame).toContain("not covered");
      await terminal.press("u");
      expect(names(terminal)).toEqual(before);
      await terminal.press("u", ESC);
      expect(names(terminal)).toEqual(before);
      expect(terminal.frame).not.toContain("not covered");
    },
  );

  it("follow each report, and the user's own order", async () => {
    const terminal = await show(80);
    await terminal.press("u", "s");
    const chosen = names(terminal);
    expect(chosen).toHaveLength(2);
    await terminal.emit(
      ...cycle(report([file("a.py", 8, []), file("b.py", 4, [3]), file("c.py", 9, [2, 3, 4])])),
    );
    expect(names(terminal).toSorted()).toEqual(["b.py", "c.py"]);
  });

  it("are none where all is covered, which is said", async () => {
    const terminal = await show(80, report([file("a.py", 8, [])]));
    await terminal.press("u");
    expect(terminal.frame).toContain("All files are covered.");
    expect(names(terminal)).toEqual(["a.py"]);
  });
});
