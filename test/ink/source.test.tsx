/** The page of a source: text and marks always belong together. */
import { afterEach, describe, expect, it } from "vitest";
import { fail, ok } from "../../src/core/result.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, file, finished, report, STARTED } from "./sample.ts";
import { ENTER, ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const OLD = { text: "one()\ntwo()\nthree()\n", sha256: "old" };
const NEW = { text: "zero()\none()\ntwo()\nthree()\n", sha256: "new" };
const before = report([{ ...file("a.py", 3, [2]), sha256: "old" }]);
const after = report([{ ...file("a.py", 4, [3]), sha256: "new" }]);

/** What stands on the disk is `disk`; each frame is kept. */
class Desk {
  disk = OLD;
  readonly engine = new FakeEngine();
  readonly terminal: Terminal;
  constructor(columns = 120) {
    this.engine.sources = () => ok(this.disk.text);
    this.engine.sha256 = () => this.disk.sha256;
    this.terminal = new Terminal(this.engine, { columns });
    open.push(this.terminal);
  }
  /** Measured, and the page open. */
  async opened(): Promise<this> {
    await this.terminal.emit(BACK, ...cycle(before));
    await this.terminal.press(ENTER);
    await this.terminal.shows("three()");
    return this;
  }
  /** The file is saved, and gunicov has seen it. */
  async save(state: Parameters<FakeEngine["set"]>[0] = {}): Promise<void> {
    this.disk = NEW;
    this.engine.set({ changes: ["/host/a.py"], ...state });
    await this.terminal.drawn();
  }
  mark(text: string): string | undefined {
    const found = this.terminal.lines.find((line) => line.includes(text));
    return found
      ?.replace(text, "")
      .replace(/^[▸ ]*\d+/, "")
      .trim();
  }
}

const CHECK = { path: "a.py", line: 1, column: 1, message: "SyntaxError: x", text: "zero(" };

describe("after a save", () => {
  it("keeps the text that was measured, with its marks, and says so, until the new one is", async () => {
    const desk = await new Desk().opened();
    expect([desk.mark("one()"), desk.mark("two()"), desk.mark("three()")]).toEqual(["│", "!", "│"]);
    await desk.save();
    const old = async () => {
      await desk.terminal.shows("text of cycle 1, changed since");
      expect(desk.terminal.frame).not.toContain("zero()");
      expect([desk.mark("one()"), desk.mark("two()"), desk.mark("three()")]).toEqual(["│", "!", "│"]);
    };
    await old();
    await desk.terminal.emit(STARTED);
    await old();
    await desk.terminal.emit({ type: "report", ...after }, finished());
    await desk.terminal.shows("zero()");
    expect(["zero()", "one()", "two()", "three()"].map((text) => desk.mark(text))).toEqual([
      "│",
      "│",
      "!",
      "│",
    ]);
    expect(desk.terminal.frame).not.toContain("changed since");
  });

  it("so it does where the save does not compile, and the page is opened again", async () => {
    const desk = await new Desk().opened();
    await desk.save();
    await desk.terminal.emit(
      STARTED,
      { type: "check.failed", failures: [CHECK] },
      finished({ outcome: "error" }),
    );
    await desk.terminal.shows("text of cycle 1, changed since");
    expect(desk.mark("two()")).toBe("!");
    await desk.terminal.press(ESC, ENTER);
    await desk.terminal.shows("text of cycle 1, changed since");
  });

  it("the page that is opened only then has the new text without any mark, and says so", async () => {
    const desk = new Desk();
    await desk.terminal.emit(BACK, ...cycle(before));
    await desk.save({ paused: true, held: 1 });
    await desk.terminal.press(ENTER);
    await desk.terminal.shows("zero()");
    expect(desk.terminal.frame).toContain("new text, not measured");
    expect(["zero()", "one()", "two()", "three()"].map((text) => desk.mark(text))).toEqual(["", "", "", ""]);
    expect(desk.terminal.lines[4], "no numbers of another text either").not.toMatch(/%|missed/);
  });

  it("no frame has the marks of one text on the lines of another", async () => {
    const desk = await new Desk().opened();
    const seen = new Set<string>();
    const look = () => {
      for (const text of ["zero()", "one()", "two()", "three()"]) {
        const mark = desk.mark(text);
        if (mark !== undefined) seen.add(`${text} ${mark}`);
      }
    };
    const steps = [
      () => desk.save(),
      () => desk.terminal.emit(STARTED),
      () => desk.terminal.emit({ type: "report", ...after }),
      () => desk.terminal.emit(finished()),
    ];
    for (const step of steps) {
      const done = step();
      look();
      await done;
      look();
    }
    await desk.terminal.shows("zero()");
    look();
    expect([...seen].sort()).toEqual(["one() │", "three() │", "two() !", "zero() │"]);
  });

  it("a text that goes back to what was measured has its marks again", async () => {
    const desk = await new Desk().opened();
    await desk.save();
    await desk.terminal.shows("changed since");
    desk.disk = OLD;
    desk.engine.set({ changes: ["/host/a.py", "/host/b.py"] });
    await desk.terminal.drawn();
    expect(desk.terminal.frame).not.toContain("changed since");
  });

  it("a file that changed while it was analysed has no marks", async () => {
    const desk = new Desk();
    await desk.terminal.emit(BACK, ...cycle(report([{ ...file("a.py", 3, [2]), sha256: null }])));
    await desk.terminal.press(ENTER);
    await desk.terminal.shows("three()");
    expect(desk.mark("two()")).toBe("");
  });

  it.each([40, 30])("says in %i columns too which text it is", async (columns) => {
    const desk = await new Desk(columns).opened();
    await desk.save();
    await desk.terminal.shows("text of cycle 1, changed since");
  });

  it("keeps what it shows while the server can't be asked", async () => {
    const desk = await new Desk().opened();
    desk.engine.sources = () => fail({ kind: "server-lost", message: "No server.", fix: "Start it." });
    await desk.save();
    expect(desk.mark("two()")).toBe("!");
  });
});

it("lines are those that Python counts: a form feed, a separator or a terminal's escape ends none", async () => {
  const desk = new Desk();
  const text = "one()\f\ntwo = '\u2028 \x85 \v \x1b]'\r\nthree()\rfour()\n";
  desk.disk = { text, sha256: "old" };
  await desk.terminal.emit(BACK, ...cycle(report([{ ...file("a.py", 4, [4]), sha256: "old" }])));
  await desk.terminal.press(ENTER);
  await desk.terminal.shows("four()");
  expect(["one()", "three()", "four()"].map((one) => desk.mark(one))).toEqual(["│", "│", "!"]);
  expect(desk.terminal.lines.find((line) => line.includes("four()"))).toMatch(/^▸4 /);
});

describe("the header", () => {
  it("is stale as soon as a change is held, or waits for its cycle", async () => {
    const desk = new Desk();
    await desk.terminal.emit(BACK, ...cycle(before));
    expect(desk.terminal.frame).not.toContain("stale");
    desk.engine.set({ paused: true, held: 1 });
    await desk.terminal.drawn();
    expect(desk.terminal.lines.slice(0, 3).join("\n")).toContain("stale");
    desk.engine.set({ paused: false, held: 0, next: { reason: "change", select: [] } });
    await desk.terminal.drawn();
    expect(desk.terminal.lines.slice(0, 3).join("\n")).toContain("stale");
  });
});
