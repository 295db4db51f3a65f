import { describe, expect, it } from "vitest";
import type { FactBody } from "../../src/core/fact.ts";
import { FACT_VERSION } from "../../src/core/fact.ts";
import { EMPTY_CONTENT, observe, observeLog, type ScreenContent } from "../../src/core/screen-content.ts";
import type { Command, View } from "../../src/screen/command.ts";
import type { Action, ScreenContext } from "../../src/screen/context.ts";
import { createLists } from "../../src/screen/lists.ts";
import { createPages, paneOf } from "../../src/screen/panes.ts";
import { reduceScreen, type ScreenInput } from "../../src/screen/screen.ts";
import { settlePlace } from "../../src/screen/scroll.ts";
import { createSourceView, type ShownSource } from "../../src/screen/source.ts";
import { currentPlace, INITIAL_SCREEN, type ScreenState } from "../../src/screen/state.ts";
import { cycle, FAILED, file, report, test } from "../ink/sample.ts";

const fold = (...bodies: readonly FactBody[]): ScreenContent =>
  bodies.reduce(
    (content, body) => observe(content, { v: FACT_VERSION, seq: 1, cycle: 1, at: 1000, ...body }),
    EMPTY_CONTENT,
  );

const FILES = ["a", "b", "c", "d", "e", "f", "g", "h"].map((name, index) =>
  file(`src/${name}.py`, 30, index === 0 ? [3, 4, 9] : []),
);
const FULL = fold(...cycle(report(FILES)), FAILED);

/** A screen without a terminal: keys in, states of the screen and actions out. */
class Desk {
  screen: ScreenState = INITIAL_SCREEN;
  readonly actions: Action[] = [];
  source: ShownSource | null = null;
  running = false;
  paused = false;
  readonly #lists = createLists();
  readonly #pages = createPages();

  content: ScreenContent;
  /** Rows of the page. */
  readonly body = 5;

  constructor(content: ScreenContent = FULL) {
    this.content = content;
  }

  send(...inputs: readonly (Command | ScreenInput)[]): this {
    for (const input of inputs) {
      const full: ScreenInput = typeof input === "string" ? { type: "command", command: input } : input;
      const [screen, actions] = reduceScreen(this.screen, full, this.#context());
      this.screen = screen;
      this.actions.push(...actions);
    }
    return this;
  }

  /** The open file as it was measured. */
  measured(path: string): ShownSource {
    const text = Array.from({ length: 30 }, (_, line) => `line ${line + 1}`).join("\n");
    const newest = { text, sha256: `as measured ${path}` };
    return createSourceView()({ path, newest, message: null }, this.content.report);
  }

  type(text: string): this {
    return this.send({ type: "text", text });
  }

  /** Index of the cursor and of the first visible row. */
  get window() {
    const { index, top } = settlePlace(currentPlace(this.screen), this.#pane(this.screen));
    return { index, top };
  }

  get rows(): readonly string[] {
    const pane = this.#pane(this.screen);
    return Array.from({ length: pane.length }, (_, index) => pane.textOf(index));
  }

  #pane(screen: ScreenState) {
    const { content, source, body } = this;
    return paneOf(screen, {
      content,
      lists: this.#lists,
      pages: this.#pages,
      source,
      body,
      columns: 80,
      helpLines: 40,
    });
  }

  #context(): ScreenContext {
    const { content, running, paused } = this;
    return {
      content,
      running,
      paused,
      startAnewMeans: "never",
      lists: this.#lists,
      pane: (screen) => this.#pane(screen),
    };
  }
}

const accept: ScreenInput = { type: "accept" };

describe("moving", () => {
  it("goes down and up, stops at both ends, and takes the window along", () => {
    // Five rows: titles, three files, total.
    const desk = new Desk();
    expect(desk.send("move-up").window).toEqual({ index: 0, top: 0 });
    expect(desk.send("move-down", "move-down").window).toEqual({ index: 2, top: 0 });
    expect(desk.send("move-down").window).toEqual({ index: 3, top: 1 });
    expect(desk.send("last").window).toEqual({ index: 7, top: 5 });
    expect(desk.send("move-down").window).toEqual({ index: 7, top: 5 });
    expect(desk.send("move-up").window).toEqual({ index: 6, top: 5 });
    expect(desk.send("first").window).toEqual({ index: 0, top: 0 });
    expect(desk.send("page-down").window.index).toBe(2);
    expect(desk.send("page-up").window.index).toBe(0);
  });

  it("stays on its file when a new report sorts it elsewhere", () => {
    const desk = new Desk().send("move-down", "move-down");
    expect(desk.rows[desk.window.index]).toBe("src/c.py");
    desk.content = fold(...cycle(report([file("src/0.py", 3, []), ...FILES])));
    expect(desk.rows[desk.window.index]).toBe("src/c.py");
    desk.content = fold(...cycle(report(FILES.slice(0, 2))));
    expect(desk.window.index, "its file is gone").toBe(1);
  });

  it("has a cursor of its own in each view", () => {
    const desk = new Desk().send("move-down", "view-tests", "move-down", "move-down", "view-coverage");
    expect(desk.window.index).toBe(1);
    expect(desk.send("view-tests").window.index).toBe(2);
  });

  it("follows the log until one goes up, and again from its end on", () => {
    const desk = new Desk(EMPTY_CONTENT).send("view-log");
    const log = (text: string) => {
      desk.content = observeLog(desk.content, { at: 1, text });
    };
    for (let line = 0; line < 9; line++) log(`line ${line}`);
    expect(desk.window).toEqual({ index: 8, top: 4 });
    desk.send("move-up");
    log("more");
    expect(desk.window.index).toBe(7);
    desk.send("last");
    log("and more");
    expect(desk.window.index).toBe(10);
  });
});

describe("views", () => {
  it("come by number and in turns", () => {
    const desk = new Desk();
    const turns: View[] = [];
    for (let step = 0; step < 6; step++) turns.push(desk.send("view-next").screen.view);
    expect(turns).toEqual(["failures", "tests", "log", "timings", "coverage", "failures"]);
    expect(desk.send("view-coverage", "view-previous").screen.view).toBe("timings");
    expect(desk.send("view-log").screen.view).toBe("log");
  });
});

describe("sorting", () => {
  it("takes the next column and turns around", () => {
    const desk = new Desk();
    expect(desk.send("sort").screen.sorts.coverage).toEqual({ column: "statements", descending: true });
    expect(desk.send("sort").screen.sorts.coverage).toEqual({ column: "missed", descending: true });
    expect(desk.rows[0]).toBe("src/a.py");
    expect(desk.send("sort-reverse").rows.at(-1)).toBe("src/a.py");
    expect(desk.send("sort", "sort", "sort", "sort").screen.sorts.coverage?.column).toBe("path");
  });

  it("of tests leaves the files as they are", () => {
    const desk = new Desk().send("view-tests", "sort");
    expect(desk.screen.sorts).toMatchObject({ tests: { column: "name" }, coverage: null });
  });

  it("says where it cannot", () => {
    expect(new Desk().send("view-log", "sort").screen.notice).toContain("sorted");
  });
});

describe("filters and search", () => {
  it("filter while they are typed, stay when accepted, go when left", () => {
    const desk = new Desk().send("filter-files").type("src/b");
    expect(desk.rows).toEqual(["src/b.py"]);
    expect(desk.send({ type: "erase" }).rows).toHaveLength(8);
    expect(desk.type("c").send(accept).screen).toMatchObject({ fileFilter: "src/c", input: null });
    expect(desk.send("filter-files", { type: "erase-all" }).type("zz").rows).toEqual([]);
    expect(desk.send({ type: "leave" }).rows).toEqual(["src/c.py"]);
  });

  it("filter tests on the page of tests", () => {
    const desk = new Desk().send("filter-tests").type("bids");
    expect(desk.screen.view).toBe("tests");
    expect(desk.rows).toEqual(["test/system/test_round.py::test_bids"]);
  });

  it("search goes to the first match, n and N around the end", () => {
    const desk = new Desk().send("search").type("E.PY").send(accept);
    expect(desk.rows[desk.window.index]).toBe("src/e.py");
    desk.send("search").type("src").send(accept);
    expect(desk.window.index, "the row at the cursor matches too").toBe(4);
    expect(desk.send("search-next").window.index).toBe(5);
    expect(desk.send("search-next", "search-next", "search-next").window.index).toBe(0);
    expect(desk.send("search-previous").window.index).toBe(7);
  });

  it("search says what it does not find, and n that nothing is searched for", () => {
    expect(new Desk().send("search").type("zebra").send(accept).screen.notice).toBe('"zebra" is not here.');
    expect(new Desk().send("search-next").screen.notice).toContain("/ starts a search");
  });

  it("are cleared by c when nothing runs; while something runs c cancels it and they stay", () => {
    const desk = new Desk().send("filter-files").type("b").send(accept);
    desk.running = true;
    expect(desk.send("cancel").actions).toEqual([{ type: "cancel" }]);
    expect(desk.screen.fileFilter).toBe("b");
    desk.running = false;
    expect(desk.send("cancel").screen.fileFilter).toBe("");
    expect(desk.actions).toHaveLength(1);
    expect(desk.send("cancel").screen.notice).toContain("no filter");
  });
});

describe("opening", () => {
  it("a file starts at its first missed line; n goes from one to the next", () => {
    const desk = new Desk().send("open");
    expect(desk.screen.opened).toMatchObject({ kind: "source", path: "src/a.py" });
    desk.source = desk.measured("src/a.py");
    const lines = ["search-next", "search-next", "search-next", "search-previous"] as const;
    expect(desk.window.index + 1).toBe(3);
    expect(lines.map((command) => desk.send(command).window.index + 1)).toEqual([4, 9, 3, 9]);
    expect(desk.send("edit").actions).toEqual([{ type: "edit", path: "src/a.py", line: 9 }]);
  });

  it("a search in the source takes n over, until Esc", () => {
    const desk = new Desk().send("open");
    desk.source = desk.measured("src/a.py");
    desk.send("search").type("line 2").send(accept, "search-next");
    expect(desk.window.index + 1).toBe(21);
    expect(desk.send("back").screen).toMatchObject({ search: "", opened: { kind: "source" } });
    expect(desk.send("back").screen.opened).toBeNull();
    expect(desk.send("back", "back").actions, "Esc never quits").toEqual([]);
  });

  it("a failure shows assertion, server log and output, and outlives the next cycle", () => {
    const desk = new Desk();
    desk.content = observeLog(desk.content, { at: 1_000_120, text: "KeyError: 'round'" });
    desk.send("view-failures", "open");
    expect(desk.rows[0]).toContain("test_round.py:31 · failed");
    expect(desk.rows).toContain("got       500");
    expect(desk.rows).toContain("KeyError: 'round'");
    expect(desk.rows).not.toContain("E       assert 500 == 200");
    expect(desk.send("unfold").rows).toContain("E       assert 500 == 200");
    desk.content = fold(...cycle(report(FILES)));
    expect(desk.rows[0]).toContain("test_round.py:31 · failed");
    expect(desk.send("last").window.top).toBe(desk.rows.length - 4);
  });

  it("says when there is nothing to open", () => {
    const desk = new Desk(EMPTY_CONTENT);
    expect(desk.send("open").screen.notice).toContain("no report");
    expect(desk.send("view-failures", "open").screen.notice).toContain("No test has ended yet.");
    expect(desk.send("view-tests", "open").screen.notice).toContain("No test");
    expect(desk.send("view-log", "open").screen.notice).toContain("logged nothing");
    expect(desk.send("html").screen.notice).toContain("no report");
    expect(desk.send("edit").screen.notice).toContain("Nothing here");
    expect(desk.actions).toEqual([]);
    expect(desk.send("move-down").screen.notice, "gone at the next key").toBeNull();
  });
});

describe("rerunning", () => {
  const failed = "test/system/test_round.py::test_scores_a_round[xy]";

  it("a is all tests, from every view and filter", () => {
    const desk = new Desk().send("filter-tests").type("bids").send(accept, "run-all");
    expect(desk.actions).toEqual([{ type: "rerun", select: [] }]);
  });

  it("r is the test at the cursor", () => {
    expect(new Desk().send("view-failures", "rerun-selection").actions).toEqual([
      { type: "rerun", select: [failed] },
    ]);
    expect(new Desk().send("view-failures", "open", "rerun-selection").actions).toEqual([
      { type: "rerun", select: [failed] },
    ]);
    expect(new Desk().send("view-tests", "move-down", "rerun-selection").actions).toEqual([
      { type: "rerun", select: ["test/system/test_round.py::test_bids"] },
    ]);
  });

  it("r elsewhere is what the filter leaves, else all", () => {
    expect(new Desk().send("rerun-selection").actions).toEqual([{ type: "rerun", select: [] }]);
    const desk = new Desk()
      .send("filter-tests")
      .type("::test_")
      .send(accept, "view-coverage", "rerun-selection");
    expect(desk.actions).toMatchObject([{ type: "rerun" }]);
    expect(desk.actions[0]).toHaveProperty("select.length", 4);
    const none = new Desk()
      .send("filter-tests")
      .type("zebra")
      .send(accept, "view-coverage", "rerun-selection");
    expect(none.actions).toEqual([]);
    expect(none.screen.notice).toContain("No test matches");
  });

  it("f reruns what failed and shows nothing else; again f shows all and runs nothing", () => {
    const desk = new Desk().send("view-tests", "failed-only");
    expect(desk.actions).toEqual([{ type: "rerun", select: [failed] }]);
    expect(desk.rows).toEqual([failed]);
    expect(desk.send("failed-only").rows).toHaveLength(4);
    expect(desk.actions).toHaveLength(1);
  });

  it("f with nothing failed says so", () => {
    const desk = new Desk(fold(...cycle())).send("failed-only");
    expect(desk.screen).toMatchObject({ failedOnly: true, notice: "No test has failed." });
    expect(desk.actions).toEqual([]);
  });
});

describe("the rest", () => {
  it("Space pauses and resumes", () => {
    const desk = new Desk().send("pause");
    desk.paused = true;
    expect(desk.send("pause").actions).toEqual([
      { type: "pause", paused: true },
      { type: "pause", paused: false },
    ]);
  });

  it("help opens and closes, scrolls, and leaves what is under it", () => {
    const desk = new Desk().send("view-tests", "help", "last");
    expect(desk.window).toEqual({ index: 35, top: 35 });
    expect(desk.send("back").screen).toMatchObject({ help: null, view: "tests" });
    expect(desk.send("help", "help").screen.help).toBeNull();
  });

  it("quit is asked for each time: the second forces", () => {
    expect(new Desk().send("quit", "quit").actions).toEqual([{ type: "quit" }, { type: "quit" }]);
  });

  it("e opens a failed test's place, and a failed check's", () => {
    expect(new Desk().send("view-failures", "edit").actions).toEqual([
      { type: "edit", path: "test/system/test_round.py", line: 31 },
    ]);
    const check = { path: "src/a.py", line: 7, column: 3, message: "invalid syntax", text: "x = (" };
    const broken = new Desk(
      fold({ type: "check.failed", failures: [check] }, test("t", { outcome: "failed" })),
    );
    expect(broken.send("view-failures", "edit").actions).toEqual([
      { type: "edit", path: "src/a.py", line: 7 },
    ]);
  });
});
