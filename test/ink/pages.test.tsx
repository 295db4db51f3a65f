/** In pages (the help, a source, a failure) keys do what they do in less. */
import { afterEach, describe, expect, it } from "vitest";
import { ok } from "../../src/core/result.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, report } from "./sample.ts";
import { BYTES, ENTER, ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

const LONG = Array.from({ length: 200 }, (_, at) => `long_${at}`).join(" ");
const SOURCE = Array.from({ length: 200 }, (_, line) =>
  line === 2 ? LONG : line === 3 ? "日本語".repeat(60) : `line_${line + 1}`,
);

async function ready(rows = 24): Promise<readonly [FakeEngine, Terminal]> {
  const engine = new FakeEngine();
  engine.sources = () => ok(SOURCE.join("\n"));
  const terminal = new Terminal(engine, { rows });
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(report(FILES)), FAILED);
  return [engine, terminal];
}

const key = (name: string) => BYTES[name] ?? name;
/** The way to a page, and what stands on it alone. */
const PAGES: readonly (readonly [string, readonly string[], string])[] = [
  ["the help", ["?"], "run all tests"],
  ["a source", [ENTER], "line_1"],
  ["a failure", ["2", ENTER], "· failed ·"],
];

describe.each(PAGES)("in %s", (_, way, text) => {
  it("q leaves the page, and only then gunicov", async () => {
    const [engine, terminal] = await ready();
    await terminal.press(...way);
    await terminal.shows(text);
    await terminal.press("q");
    expect(engine.requests).toEqual([]);
    await terminal.shows("q quit");
    await terminal.press("q");
    expect(engine.requests).toEqual([{ type: "quit" }]);
  });

  it("Space pages, and does not pause the watch", async () => {
    const [engine, terminal] = await ready(12);
    await terminal.press(...way);
    await terminal.shows(text);
    const first = terminal.frame;
    await terminal.press(" ");
    expect(engine.requests).toEqual([]);
    expect(terminal.frame).not.toBe(first);
    await terminal.press("b", "b");
    await terminal.press("g");
    expect(terminal.frame).toBe(first);
  });

  it("f is a page, not a run", async () => {
    const [engine, terminal] = await ready(12);
    await terminal.press(...way, "f");
    expect(engine.requests).toEqual([]);
  });

  it("Ctrl-C still quits", async () => {
    const [engine, terminal] = await ready();
    await terminal.press(...way, "\x03");
    expect(engine.requests).toEqual([{ type: "quit" }]);
  });
});

it("q leaves the help first, then the page below it", async () => {
  const [engine, terminal] = await ready();
  await terminal.press(ENTER, "?");
  await terminal.shows("run all tests");
  await terminal.press("q");
  await terminal.shows("line_1");
  await terminal.press("q");
  await terminal.shows("TOTAL");
  expect(engine.requests).toEqual([]);
});

it("q leaves a page in which something is searched for, at once", async () => {
  const [, terminal] = await ready();
  await terminal.press(ENTER, "/", "line_9", ENTER, "q");
  await terminal.shows("TOTAL");
});

it("Space in a list pauses", async () => {
  const [engine, terminal] = await ready();
  await terminal.press(" ");
  expect(engine.requests).toEqual([{ type: "pause", paused: true }]);
});

it.each([
  ["Ctrl-F", "Ctrl-B"],
  ["PageDown", "PageUp"],
  ["Ctrl-D", "Ctrl-U"],
])("%s and %s page in a source", async (down, up) => {
  const [, terminal] = await ready();
  await terminal.press(ENTER, "g");
  const first = terminal.frame;
  await terminal.press(key(down), key(down), key(down));
  expect(terminal.frame).not.toBe(first);
  await terminal.press(key(up), key(up), key(up));
  expect(terminal.frame).toBe(first);
});

describe("Left and Right", () => {
  it("scroll long lines of a source, beside its line numbers; Left goes back to the start", async () => {
    const [, terminal] = await ready();
    await terminal.press(ENTER, "g");
    const first = terminal.frame;
    expect(first).toContain("long_0 ");
    await terminal.press(key("Right"));
    expect(terminal.frame).not.toContain("long_0 ");
    expect(terminal.lines.find((line) => line.includes("long_6 "))).toMatch(/^ +3 . …/);
    await terminal.press(key("Right"));
    expect(terminal.frame).toContain("long_12 ");
    await terminal.press(key("Left"), key("Left"), key("Left"));
    expect(terminal.frame).toBe(first);
  });

  it("stop where the longest line ends", async () => {
    const [, terminal] = await ready();
    await terminal.press(ENTER, "g", ...Array.from({ length: 90 }, () => key("Right")));
    expect(terminal.lines.find((line) => line.startsWith("   3 "))).toMatch(/long_199$/);
    await terminal.press(key("Left"));
    expect(terminal.frame).not.toContain("long_199");
  });

  it("never cut a wide character in half", async () => {
    const [, terminal] = await ready();
    await terminal.press(ENTER, "g");
    for (let step = 0; step < 12; step++) {
      await terminal.press(key("Right"));
      const line = terminal.lines.find((one) => one.startsWith("   4 ")) ?? "";
      expect(
        line
          .replace(/^ +4 . |…/g, "")
          .replaceAll(/[日本語]/g, "")
          .trim(),
      ).toBe("");
    }
  });

  it("scroll the log; what is searched for is scrolled to", async () => {
    const [engine, terminal] = await ready();
    engine.log(`first ${LONG}`);
    await terminal.drawn();
    await terminal.press("4", key("Right"));
    expect(terminal.frame).not.toContain("first");
    await terminal.press(key("Left"));
    expect(terminal.frame).toContain("first");
    await terminal.press("/", "long_150", ENTER);
    expect(terminal.frame).toContain("long_150");
  });

  it("begin at the first column in another page", async () => {
    const [, terminal] = await ready();
    await terminal.press(ENTER, "g", key("Right"), ESC, ENTER, "g");
    await terminal.shows("long_0 ");
  });
});

describe("a paste", () => {
  const files = ({ frame }: Terminal) => frame.match(/demo\/source\/xy\/\w+\.py(?= +\d)/g);
  const paste = (text: string) => `\x1b[200~${text}\x1b[201~`;

  it.each(["q", "\x03", "a\nr\n", "\x1b", "?", " "])("of %j is no key, in lists and pages", async (text) => {
    const [engine, terminal] = await ready();
    for (const way of [[], [ENTER], [ESC, "?"]]) {
      await terminal.press(...way, paste(text));
      expect(terminal.lines.at(-1)).toContain("Pasted text");
    }
    expect(engine.requests).toEqual([]);
  });

  it("of a line, with its end, is what is filtered by", async () => {
    const [, terminal] = await ready();
    await terminal.press("p", paste("  game.py\r\n"), ENTER);
    expect(files(terminal)).toEqual(["demo/source/xy/game.py"]);
  });

  it("of control characters puts none into the filter", async () => {
    const [, terminal] = await ready();
    await terminal.press("p", paste("ga\x00\x1b[31mme\x07.py"), ENTER);
    expect(files(terminal)).toEqual(["demo/source/xy/game.py"]);
  });

  it("of a whole file is cut", async () => {
    const [, terminal] = await ready();
    await terminal.press("p", paste("x".repeat(100_000)));
    for (let key = 0; key < 50; key++) await terminal.press("\x7f".repeat(20));
    expect(terminal.lines.at(-1)).toMatch(/^files: {3}/);
  });
});
