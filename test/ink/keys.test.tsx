import { afterEach, describe, expect, it } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { fail, ok } from "../../src/core/result.ts";
import { BINDINGS, type Command, HELP_LINES } from "../../src/screen/command.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, report, STARTED, SUMMARY, test } from "./sample.ts";
import { BYTES, ENTER, ESC, Terminal } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

/** A screen after a cycle with a failed test; the cursor is on the first of five files. */
async function ready(): Promise<readonly [FakeEngine, Terminal]> {
  const engine = new FakeEngine();
  engine.sources = () => ok(Array.from({ length: 64 }, (_, line) => `line_${line + 1}`).join("\n"));
  const terminal = new Terminal(engine);
  open.push(terminal);
  await terminal.emit(BACK, ...cycle(report(FILES)), FAILED);
  engine.log(`a line of the log${" and more".repeat(20)}`);
  await terminal.drawn();
  return [engine, terminal];
}

const GONE = { type: "server.lost", message: "The container has stopped.", fix: "Start it." } as const;

const selected = (terminal: Terminal) => terminal.lines.find((line) => line.startsWith("▸")) ?? "";

type Check = (engine: FakeEngine, terminal: Terminal, key: string) => Promise<void>;

/** Presses the key (after others) and expects a text on the screen that was not there. */
const leads =
  (text: string | RegExp, ...before: readonly string[]): Check =>
  async (_engine, terminal, key) => {
    await terminal.press(...before);
    expect(terminal.frame).not.toMatch(text);
    await terminal.press(key);
    await terminal.shows(text);
  };

const requests =
  (wanted: object, ...before: readonly string[]): Check =>
  async (engine, terminal, key) => {
    await terminal.press(...before, key);
    expect(engine.requests).toEqual([wanted]);
  };

const moves =
  (file: string, ...before: readonly string[]): Check =>
  async (_engine, terminal, key) => {
    await terminal.press(...before);
    expect(selected(terminal)).not.toContain(file);
    await terminal.press(key);
    expect(selected(terminal)).toContain(file);
  };

/** What each command must do. A command without an entry does not compile. */
const CHECKS: Readonly<Record<Command, Check>> = {
  "run-all": requests({ type: "rerun", select: [] }),
  "rerun-selection": requests(
    { type: "rerun", select: ["test/system/test_round.py::test_scores_a_round[xy]"] },
    "2",
  ),
  "failed-only": requests({ type: "rerun", select: ["test/system/test_round.py::test_scores_a_round[xy]"] }),
  "filter-tests": leads("Enter accepts"),
  "filter-files": leads("files: "),
  pause: async (engine, terminal, key) => {
    await terminal.press(key);
    expect(terminal.frame).toContain("paused");
    await terminal.press(key);
    expect(terminal.frame).not.toContain("‖ paused");
    expect(engine.requests).toEqual([
      { type: "pause", paused: true },
      { type: "pause", paused: false },
    ]);
  },
  cancel: async (engine, terminal, key) => {
    await terminal.emit(STARTED);
    await terminal.press(key);
    expect(engine.requests).toEqual([{ type: "cancel" }]);
  },
  "start-anew": async (engine, terminal, key) => {
    await terminal.press(key);
    expect(engine.requests).toEqual([]);
    expect(terminal.frame).toContain("Nothing is stopped");
    await terminal.emit(GONE);
    await terminal.press(key);
    expect(engine.requests).toEqual([{ type: "start-anew" }]);
  },
  "move-down": moves("app.py"),
  "move-up": moves("app.py", "jj"),
  first: moves("__init__.py", "jj"),
  last: moves("store.py"),
  "page-down": moves("store.py"),
  "page-up": moves("__init__.py", "G"),
  "half-down": moves("store.py"),
  "half-up": moves("__init__.py", "G"),
  right: async (_engine, terminal, key) => {
    await terminal.press("4");
    expect(terminal.frame).toContain("a line of the log");
    await terminal.press(key);
    expect(terminal.frame).not.toContain("a line of the log");
  },
  left: async (_engine, terminal, key) => {
    await terminal.press("4", "\x1b[C");
    expect(terminal.frame).not.toContain("a line of the log");
    await terminal.press(key);
    expect(terminal.frame).toContain("a line of the log");
  },
  search: leads("Enter accepts"),
  "search-next": moves("game.py", "/", "e.py", ENTER, "gg"),
  "search-previous": moves("store.py", "/", ".py", ENTER, "gg"),
  sort: leads("stmts↓"),
  "sort-reverse": leads("file↓"),
  pin: leads("Δ compares with cycle 1"),
  "show-skipped": leads("leaves out no file"),
  "changed-only": leads("judged just now"),
  "uncovered-only": leads("not covered"),
  "view-coverage": leads("TOTAL", "2"),
  "view-failures": leads("Output"),
  "view-tests": leads(/✓ passed +test\//),
  "view-log": leads("a line of the log"),
  "view-timings": leads("median"),
  "view-next": leads("Output"),
  "view-previous": leads("median"),
  open: leads("line_1"),
  back: leads("TOTAL", "?"),
  "leave-page": leads("TOTAL", ENTER),
  unfold: leads(/ {4}def test_scores_a_round\(client\):\n {8}answer/, "2", ENTER),
  summary: async (engine, terminal, key) => {
    await terminal.press(key);
    expect(terminal.frame).toContain("have said nothing besides");
    await terminal.emit(SUMMARY);
    await terminal.press("3", key);
    expect(terminal.frame).toContain("What the tests said besides");
    expect(terminal.frame).toContain("test_a.py:12: DeprecationWarning: old thing (2 times)");
    expect(terminal.frame).toContain("own report");
    expect(engine.requests).toEqual([]);
  },
  html: leads(/Opened .gunicov\/html\/index.html/),
  edit: async (_engine, terminal, key) => {
    await terminal.press("j", key);
    expect(terminal.edited).toEqual([["/host/demo/source/xy/app.py", 31]]);
  },
  help: leads("run all tests"),
  suspend: async (_engine, terminal, key) => {
    await terminal.press("/", key, ESC, key);
    expect(terminal.suspended).toBe(2);
    await terminal.press("?");
    expect(terminal.frame, "keys are read again").toContain("run all tests");
  },
  quit: requests({ type: "quit" }),
};

describe("each key of the table", () => {
  for (const { command, keys, pageKeys = [] } of BINDINGS) {
    // What page keys do in lists is another command's; those that move are tried in pages.test.tsx.
    it.each(keys.length > 0 ? keys : pageKeys)(`%s: ${command}`, async (key) => {
      const [engine, terminal] = await ready();
      await CHECKS[command](engine, terminal, BYTES[key] ?? key);
    });
  }
});

describe("typing", () => {
  it("takes keys that are commands elsewhere, several at once, erases, and accepts", async () => {
    const [engine, terminal] = await ready();
    await terminal.press("p", "aq r", "\x7f", "\x7f\x7f");
    expect(terminal.lines.at(-1)).toMatch(/^files: a /);
    await terminal.press("pp", ENTER);
    expect(engine.requests).toEqual([]);
    expect(terminal.frame).toContain("app.py");
    expect(terminal.frame).not.toContain("game.py");
    expect(terminal.frame, "the total stays that of all files").toMatch(/TOTAL +244/);
    await terminal.press("c");
    expect(terminal.frame).toContain("game.py");
  });

  it("is left with Esc, and nothing has changed", async () => {
    const [, terminal] = await ready();
    await terminal.press("/", "zebra", ESC);
    expect(terminal.lines.at(-1)).toContain("? help");
    expect(selected(terminal)).toContain("__init__.py");
  });

  it("Ctrl-C quits from there too", async () => {
    const [engine, terminal] = await ready();
    await terminal.press("/", "abc", "\x03");
    expect(engine.requests).toEqual([{ type: "quit" }]);
  });

  it("takes a paste as text, and one that comes elsewhere never as commands", async () => {
    const [engine, terminal] = await ready();
    await terminal.press("\x1b[200~qaR\x1b[201~");
    expect(engine.requests).toEqual([]);
    expect(terminal.lines.at(-1)).toContain("Pasted text");
    await terminal.press("p", "\x1b[200~gam\ne\x1b[201~");
    expect(terminal.lines.at(-1)).toContain("files: gam e");
  });
});

describe("keys that come together", () => {
  it("are taken one after the other", async () => {
    const [, terminal] = await ready();
    await terminal.press("jjj");
    expect(selected(terminal)).toContain("game.py");
    await terminal.press("kk\r");
    expect(terminal.frame).toContain("xy/app.py   94.8 %");
  });

  it("Ctrl-C twice asks twice: the engine forces at the second", async () => {
    const [engine, terminal] = await ready();
    await terminal.press("\x03", "\x03");
    expect(engine.requests).toEqual([{ type: "quit" }, { type: "quit" }]);
  });
});

describe("a notice", () => {
  it("says what cannot be done and goes with the next key", async () => {
    const engine = new FakeEngine();
    const terminal = new Terminal(engine);
    open.push(terminal);
    await terminal.press("o");
    expect(terminal.lines.at(-1)).toContain("There is no report yet");
    await terminal.press("j");
    expect(terminal.lines.at(-1)).toContain("? help");
  });

  it("says that the editor did not open, which one, and what to do", async () => {
    const [, terminal] = await ready();
    const message = "The editor nonesuch can't be started: it is not there.";
    terminal.editor = fail(failure("no-command", message, "Set $EDITOR to one that can."));
    await terminal.press("e");
    expect(terminal.edited).toHaveLength(1);
    expect(terminal.lines.at(-1)).toContain(`${message} Set $EDITOR`);
    terminal.editor = ok(undefined);
    await terminal.press("e");
    expect(terminal.lines.at(-1)).toContain("? help");
  });

  it("says where an editor with a window was opened, and what comes of it", async () => {
    const [, terminal] = await ready();
    terminal.editorInTerminal = false;
    await terminal.press("j", "e");
    expect(terminal.lines.at(-1)).toContain("Opened demo/source/xy/app.py:31 in ed.");
    terminal.editor = fail(failure("no-command", "It broke.", "Mend it."));
    await terminal.press("e");
    expect(terminal.lines.at(-1)).toContain("It broke. Mend it.");
  });

  it("tells where the HTML report is when it could not be opened, and why it could not be made", async () => {
    const [engine, terminal] = await ready();
    const notOpened = { kind: "internal" as const, message: "no opener", fix: "" };
    engine.html = async () => ok({ path: ".gunicov/html/index.html", notOpened });
    await terminal.press("o");
    expect(terminal.lines.at(-1)).toContain("Written to .gunicov/html/index.html (not opened: no opener)");
    engine.html = async () => ({
      ok: false,
      failure: { ...notOpened, message: "It failed.", fix: "Try again." },
    });
    await terminal.press("o");
    expect(terminal.lines.at(-1)).toContain("It failed. Try again.");
    engine.html = () => Promise.reject(new Error("broken"));
    await terminal.press("o");
    expect(terminal.lines.at(-1)).toContain("broken");
  });
});

it("help has every key and what it does", async () => {
  const engine = new FakeEngine();
  const terminal = new Terminal(engine, { rows: 80 });
  open.push(terminal);
  await terminal.emit(BACK, test("t"));
  await terminal.press("h");
  for (const { keys, help } of HELP_LINES) {
    expect(
      terminal.lines.some((line) => line.startsWith(`  ${keys.join(" ")} `) && line.endsWith(help)),
    ).toBe(true);
  }
});
