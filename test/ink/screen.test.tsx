import { afterEach, describe, expect, it } from "vitest";
import { displayWidth } from "../../src/screen/width.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, file, finished, ready, report, STARTED, test } from "./sample.ts";
import { ENTER, ESC, Terminal, type TerminalOptions } from "./terminal.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function start(options: TerminalOptions = {}): readonly [FakeEngine, Terminal] {
  const engine = new FakeEngine();
  const terminal = new Terminal(engine, options);
  open.push(terminal);
  return [engine, terminal];
}

async function show(options: TerminalOptions = {}): Promise<readonly [FakeEngine, Terminal]> {
  const [engine, terminal] = start(options);
  await terminal.emit(BACK, ...cycle());
  return [engine, terminal];
}

describe("the screen at rest", () => {
  it("names gunicov, the server, its generation and workers, and what is watched", async () => {
    const [, terminal] = await show({ columns: 120 });
    expect(terminal.lines[0]).toContain("gunicov 1.2.3");
    expect(terminal.lines[0]).toContain("● demo-s-1 up");
    expect(terminal.lines[0]).toContain("generation 12 · 4 workers");
    expect(terminal.lines[0]).toContain("watching demo/source, demo/test");
  });

  it("shows each file with its numbers, marks and missing lines, and the total last", async () => {
    const [, terminal] = await show({ columns: 120 });
    const row = terminal.lines.find((line) => line.includes("errors.py")) ?? "";
    expect(row).toMatch(/errors\.py +18 +7 +8 +0 +▆ +73\.1 +█+░+ +7-13/);
    expect(terminal.frame).toMatch(/store\.py .*▇ +98\.3/);
    expect(terminal.lines.at(-2)).toMatch(/TOTAL +244 +20 +120 +5 +▇ +93\.1/);
  });

  it.each([80, 120])(
    "says in whole, in %i columns, how many files the table has, and the key that shows all",
    async (columns) => {
      const [, terminal] = start({ columns });
      const files = [file("a.py", 2, [1, 2]), file("b.py", 8, []), file("c.py", 8, [])];
      const view = { ...report(files).view, skip_covered: true };
      await terminal.emit(BACK, ...cycle(report(files, { view })));
      expect(terminal.lines.at(-2)).toMatch(/TOTAL \(1 of 3, x: all\) +18 +2 /);
      await terminal.press("x");
      expect(terminal.lines.at(-2)).toMatch(/TOTAL +18 +2 /);
    },
  );

  it("has all columns but the bar in 80", async () => {
    const [, terminal] = await show();
    expect(terminal.lines[4]).toMatch(/file↑ +stmts +miss +branch +part +cover +missing/);
    expect(terminal.frame).not.toMatch(/[█░]{2}/);
  });

  it("says the percentage with its completeness, how the cycle ended and what was served", async () => {
    const [, terminal] = await show();
    expect(terminal.lines[2]).toContain("coverage 93.1 % · complete");
    expect(terminal.lines[2]).toContain("cycle 1 ✓ passed in 412 ms");
    expect(terminal.lines[2]).toContain("37 requests served");
    expect(terminal.lines[1]).toContain("data 4/4 ✓");
  });

  it("says that nobody came instead of a percentage", async () => {
    const [, terminal] = await show({ columns: 120 });
    const reason =
      "no-requests: 2 tests ran, and no request reached the server. It listens at 127.0.0.1:8000.";
    const seen = report(FILES, { complete: false, reasons: [reason], requests: 0 });
    await terminal.emit({ type: "report", ...seen });
    expect(terminal.lines[2]).toContain(
      "incomplete: no-requests: 2 tests ran, and no request reached the server",
    );
    expect(terminal.lines[2]).not.toContain("93.1 %");
  });

  it("draws nothing while nothing happens", async () => {
    const [, terminal] = await show();
    await terminal.drawn();
    const { frames } = terminal;
    for (let tick = 0; tick < 4; tick++) {
      terminal.now += 1000;
      await new Promise((resolve) => setTimeout(resolve, 90));
    }
    expect(terminal.frames).toBe(frames);
  });

  it("has no branch columns where no branches were measured", async () => {
    const [, terminal] = start();
    const files = FILES.map((one) => {
      const { num_branches: _, num_partial_branches: __, ...summary } = one.summary;
      return { ...one, summary };
    });
    const { num_branches: _, num_partial_branches: __, ...totals } = report(FILES).totals;
    await terminal.emit(BACK, ...cycle({ ...report(FILES), files, totals }));
    expect(terminal.frame).not.toContain("branch");
    expect(terminal.frame).toContain("93.1");
  });
});

describe("a cycle under way", () => {
  it("shows phase and running time, tests as they come, and the old table as stale", async () => {
    const [, terminal] = await show();
    await terminal.emit(STARTED, { type: "server.restarting", why: "game.py" });
    expect(terminal.lines[1]).toContain("restarting the workers 0.0 s");
    expect(terminal.lines[1]).toContain("saved demo/source/xy/game.py");
    expect(terminal.lines[2]).toContain("cycle 1 · stale");
    terminal.now += 1300;
    await terminal.shows("restarting the workers 1.3 s");
    await terminal.emit(ready(13), { type: "tests.started", total: 12 }, test("t1"), test("t2"), FAILED);
    expect(terminal.lines[1]).toContain("tests 3/12 ✓ 2 ✗ 1");
    expect(terminal.frame, "the old table stays").toContain("errors.py");
    await terminal.emit({ type: "report", ...report(FILES.slice(1)) }, finished());
    expect(terminal.frame).not.toContain("stale");
    expect(terminal.frame).not.toContain("__init__.py");
  });

  it("counts the data files live, as they are written", async () => {
    const [, terminal] = await show();
    await terminal.emit(STARTED, ready(13), {
      type: "tests.finished",
      xfailed: 0,
      xpassed: 0,
      passed: 3,
      failed: 0,
      errors: 0,
      skipped: 0,
      ms: 1,
    });
    const counter = () => /data \S+( [█░]+)?/.exec(terminal.lines[1] ?? "")?.[0];
    const seen = [counter()];
    for (const written of [0, 1, 3, 4]) {
      await terminal.emit({ type: "coverage.file", written, expected: 4, pid: 30 });
      seen.push(counter());
    }
    expect(seen).toEqual(["data …", "data 0/4 ░░░░", "data 1/4 █░░░", "data 3/4 ███░", "data 4/4 ████"]);
  });

  it("keeps the counter in sight on a narrow terminal", async () => {
    const [, terminal] = await show({ columns: 40, rows: 10 });
    await terminal.emit(STARTED, {
      type: "tests.finished",
      xfailed: 0,
      xpassed: 0,
      passed: 3,
      failed: 0,
      errors: 0,
      skipped: 0,
      ms: 1,
    });
    await terminal.emit({ type: "coverage.file", written: 2, expected: 4, pid: 30 });
    expect(terminal.lines[1]).toContain("data 2/4");
  });

  it("says why it waits", async () => {
    const [, terminal] = await show({ columns: 120 });
    await terminal.emit(STARTED, { type: "server.restarting", why: "x" });
    await terminal.emit({
      type: "server.waiting",
      worker: { age: 1, pid: 30 },
      why: "worker 30 holds a connection",
    });
    expect(terminal.lines[1]).toContain("worker 30 holds a connection");
  });
});

describe("what is not whole", () => {
  const reasons = ["worker 31 lost data: timeout"];

  async function incomplete(): Promise<readonly [FakeEngine, Terminal]> {
    const [engine, terminal] = await show();
    const lost = [{ age: 2, pid: 31, cause: "timeout" }];
    await terminal.emit(STARTED, { type: "coverage.incomplete", expected: 4, written: 3, lost, reasons });
    await terminal.emit({ type: "report", ...report(FILES, { complete: false, reasons }) });
    await terminal.emit(finished({ outcome: "incomplete", exit_code: 4 }));
    return [engine, terminal];
  }

  it("gets its reason, and never a bare percentage", async () => {
    const [, terminal] = await incomplete();
    expect(terminal.lines[2]).toContain("incomplete: worker 31 lost data: timeout");
    expect(terminal.frame).toContain("data 3/4 ✗ 1 lost");
    expect(terminal.frame).not.toContain("%");
    for (const [figure] of terminal.frame.matchAll(/\d+\.\d\S*/g)) {
      if (figure !== "1.2.3") expect(figure, "every figure is marked as doubtful").toMatch(/\?$/);
    }
  });

  it("keeps its mark in the source", async () => {
    const [, terminal] = await incomplete();
    await terminal.press(ENTER);
    expect(terminal.frame).toContain("incomplete   ! 0 missed");
  });

  it("is a selection: a note above the table, which stays that of all tests", async () => {
    const [, terminal] = await show();
    await terminal.emit({ ...STARTED, selected: 2, files: [], reason: "rerun" } as typeof STARTED);
    await terminal.emit({ type: "report", ...report(FILES.slice(1, 2), { partial: true }) }, finished());
    expect(terminal.lines[4]).toContain(
      "selection of 2 tests: 94.8 % of 64 statements, the table is of cycle 1",
    );
    expect(terminal.lines.at(-2)).toMatch(/TOTAL +244/);
    expect(terminal.frame).not.toContain("stale");
  });
});

describe("errors", () => {
  const traceback =
    'Traceback (most recent call last):\n  File "/app/xy/game.py", line 12\nModuleNotFoundError: No module named x';

  it("stand in a box: message, what to do, traceback; the table stays below", async () => {
    const [, terminal] = await show();
    await terminal.emit(STARTED, { type: "server.boot-error", traceback, workers: 4 });
    await terminal.emit(finished({ outcome: "error", exit_code: 3 }));
    const box = terminal.lines.filter((line) => line.startsWith("│"));
    expect(box[0]).toContain("ModuleNotFoundError: No module named x");
    expect(box[1]).toContain("save");
    expect(box.at(-1)).toContain("ModuleNotFoundError");
    expect(terminal.lines[0]).toContain("✗ demo-s-1 does not boot");
    expect(terminal.frame).toContain("TOTAL");
  });

  it("can be read whole from the failures view", async () => {
    const [, terminal] = await show({ rows: 10 });
    const long = Array.from({ length: 60 }, (_, line) => `traceback line ${line}`).join("\n");
    await terminal.emit(STARTED, {
      type: "error",
      kind: "internal",
      message: "It broke.",
      fix: "Fix it.",
      detail: long,
    });
    await terminal.emit(finished({ outcome: "error", exit_code: 3 }));
    await terminal.press("2", ENTER);
    expect(terminal.frame).toContain("It broke.");
    expect(terminal.frame).not.toContain("traceback line 59");
    await terminal.press("G");
    expect(terminal.frame).toContain("traceback line 59");
  });

  it("of a check name the place first", async () => {
    const [, terminal] = await show();
    const failures = [
      { path: "xy/game.py", line: 7, column: 5, message: "'(' was never closed", text: "x = (\n" },
    ];
    await terminal.emit(STARTED, { type: "check.failed", failures });
    expect(terminal.frame).toContain("│ xy/game.py:7: '(' was never closed");
    expect(terminal.frame).toContain("│ x = (");
  });

  it("are whole where there is room, and break between words", async () => {
    const [, terminal] = await show({ columns: 60 });
    const message =
      "the server's own hook writes the coverage data: it is counted and compared with the number of its workers";
    await terminal.emit({ type: "warning", message });
    const box = terminal.lines.filter((line) => line.startsWith("│ ")).map((line) => line.slice(2));
    expect(box).toHaveLength(2);
    expect(box.join(" ")).toBe(message);
  });

  it("go with the next cycle", async () => {
    const [, terminal] = await show();
    await terminal.emit(
      STARTED,
      { type: "server.boot-error", traceback, workers: 4 },
      finished({ outcome: "error" }),
      ...cycle(),
    );
    expect(terminal.frame).not.toContain("ModuleNotFoundError");
  });

  it("a lost server is said", async () => {
    const [, terminal] = await show();
    await terminal.emit({ type: "server.lost", message: "The container stopped.", fix: "Start it." });
    expect(terminal.lines[0]).toContain("✗ demo-s-1 gone");
    expect(terminal.lines[1]).toContain("server gone");
  });
});

describe("pages", () => {
  it("failures: assertion beside the name, below it the failing line, what it got, the server's log of that time", async () => {
    const [engine, terminal] = await show();
    await terminal.emit(STARTED);
    engine.log("before the test", 1_000_050);
    engine.log("[ERROR] Exception on /rounds/1/score", 1_000_110);
    engine.log("KeyError: 'round'", 1_000_111);
    engine.log("after the test", 1_000_200);
    await terminal.emit(FAILED);
    await terminal.press("2");
    const [list, rule, ...preview] = terminal.lines.slice(4);
    expect(list).toContain("test_scores_a_round[xy]  assert 500 == 200");
    expect(rule).toMatch(/^─+$/);
    expect(preview[0]).toContain("test/system/test_round.py:31");
    expect(preview[3]).toContain("▸ 31         assert answer.status_code == 200");
    expect(preview[5]).toContain("got       500");
    const text = preview.join("\n");
    expect(text.indexOf("KeyError: 'round'")).toBeLessThan(text.indexOf("▸ Output, whole"));
    expect(text).toContain("KeyError: 'round'");
    expect(text).not.toContain("before the test");
    expect(text).not.toContain("after the test");
  });

  it("tests: outcome, name and time of each", async () => {
    const [, terminal] = await show();
    await terminal.emit(
      STARTED,
      FAILED,
      test("test_b", { outcome: "skipped", ms: 0 }),
      test("test_c", { ms: 1200 }),
    );
    await terminal.press("3");
    expect(terminal.frame).toMatch(/✗ failed +\S*test_scores_a_round\[xy\] +48 ms/);
    expect(terminal.frame).toMatch(/- skipped +test_b/);
    expect(terminal.frame).toMatch(/✓ passed +test_c +1\.2 s/);
  });

  it("server log follows; timings have every phase, newest first, and the median", async () => {
    const [engine, terminal] = await show({ columns: 100 });
    for (let line = 0; line < 40; line++) engine.log(`line ${line}.`);
    await terminal.press("4");
    expect(terminal.frame).toContain("line 39.");
    expect(terminal.frame).not.toContain("line 3.");
    await terminal.emit(STARTED, finished({ ms: 500 }));
    await terminal.press("5");
    expect(terminal.lines[5]).toMatch(/▸ +2 +passed +500 ms +4 ms +121 ms +160 ms +88 ms/);
    expect(terminal.lines.at(-2)).toMatch(/median +456 ms/);
    await terminal.resize(80, 24);
    expect(terminal.lines[4], "no column is cut for nothing").toMatch(/ collecting$/);
  });

  it("timings tell of the cycle at the cursor which fast paths it took, and why not", async () => {
    const [, terminal] = await show();
    const paths = [
      { name: "server.preload", used: true, why: null },
      { name: "server.early_end", used: false, why: "gunicorn 99.0 is newer than 27" },
    ];
    await terminal.emit(STARTED, { type: "cycle.fast-paths", paths }, finished());
    await terminal.press("5");
    expect(terminal.frame).toMatch(
      /median.*\n─+\n {2}✓ server.preload\n {2}- server.early_end: gunicorn 99.0 is newer/,
    );
    await terminal.press("j");
    expect(terminal.frame, "the cycle before told of none").not.toContain("server.preload");
  });

  it("source: numbers and marks, from the first missed line on; the branch not taken is said", async () => {
    const [engine, terminal] = await show();
    const text = Array.from({ length: 64 }, (_, line) => `statement_${line + 1}()`).join("\n");
    engine.sources = (path) => ({ ok: true, value: path.endsWith("app.py") ? text : "" });
    await terminal.press("j", ENTER);
    await terminal.shows("statement_31()");
    expect(terminal.lines.find((line) => line.includes("statement_31()"))).toMatch(/^▸31 ! /);
    expect(terminal.lines.find((line) => line.includes("statement_30()"))).toMatch(/^ 30 ~ /);
    expect(terminal.lines.find((line) => line.includes("statement_29()"))).toMatch(/^ 29 │ /);
    await terminal.press("k");
    expect(terminal.lines[4]).toContain("line 30 never went to line 32");
    await terminal.press("nnnn");
    expect(terminal.lines.find((line) => line.startsWith("▸"))).toContain("statement_58()");
    await terminal.press("e");
    expect(terminal.edited).toEqual([["/host/demo/source/xy/app.py", 58]]);
    await terminal.press(ESC);
    expect(terminal.frame).toContain("TOTAL");
  });

  it("source: says why it cannot be had", async () => {
    const [engine, terminal] = await show();
    engine.sources = () => ({
      ok: false,
      failure: { kind: "server-lost", message: "No server.", fix: "Start it." },
    });
    await terminal.press(ENTER);
    await terminal.shows("No server. Start it.");
  });

  it("say when they are empty", async () => {
    const [, terminal] = start();
    expect(terminal.frame).toContain("No report yet");
    expect(terminal.frame).toContain("no report yet");
    const words = [
      "No test has ended yet.",
      "No test has ended yet.",
      "The server has logged nothing.",
      "median",
    ];
    for (const [index, text] of words.entries()) {
      await terminal.press(`${index + 2}`);
      expect(terminal.frame).toContain(text);
    }
  });
});

describe("sizes", () => {
  it.each([
    [160, 50],
    [80, 24],
    [40, 10],
    [20, 5],
    [10, 3],
    [1, 1],
  ])("%i columns by %i rows are filled exactly, before and after a resize", async (columns, rows) => {
    const [, terminal] = await show({ columns, rows });
    const fits = () => {
      expect(terminal.lines.length).toBeLessThanOrEqual(rows);
      for (const line of terminal.lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    };
    fits();
    await terminal.emit(STARTED, FAILED);
    for (const key of ["2", ENTER, "?", "3", "4", "5", "1", "/"]) {
      await terminal.press(key);
      fits();
    }
    await terminal.resize(80, 24);
    expect(terminal.lines.length).toBe(24);
    await terminal.resize(columns, rows);
    fits();
  });

  it("keeps file, percentage and total on the smallest", async () => {
    const [, terminal] = await show({ columns: 20, rows: 5 });
    expect(terminal.frame).toMatch(/__\.py +█ 100\.0/);
    expect(terminal.frame).toMatch(/TOTAL +▇ +93\.1/);
  });

  it("draws of 5,000 files only those in sight", async () => {
    const [, terminal] = start();
    const many = Array.from({ length: 5000 }, (_, index) =>
      file(`src/m${index}.py`, 20, index % 3 ? [1] : []),
    );
    await terminal.emit(BACK, ...cycle(report(many)));
    await terminal.press("s", "G");
    await terminal.press("k");
    expect(terminal.lines.filter((line) => line.includes(".py"))).toHaveLength(24 - 7);
  });
});
