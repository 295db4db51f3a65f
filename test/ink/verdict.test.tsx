/** What can be read from across the room, and that each line of the header is of one cycle. */
import { afterEach, describe, expect, it } from "vitest";
import type { FactBody } from "../../src/core/fact.ts";
import { GLYPHS, LEGEND } from "../../src/screen/glyphs.ts";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, finished, ready, report, STARTED, test } from "./sample.ts";
import { Terminal } from "./terminal.ts";
import { CASES, CHECK, failed, selection, whole } from "./verdicts.ts";

const open: Terminal[] = [];
afterEach(() => {
  for (const terminal of open.splice(0)) terminal.close();
});

function start(columns = 80, rows = 24): readonly [FakeEngine, Terminal] {
  const engine = new FakeEngine();
  const terminal = new Terminal(engine, { columns, rows });
  open.push(terminal);
  return [engine, terminal];
}

describe("the block", () => {
  it.each([
    [80, 24],
    [40, 12],
    [20, 5],
    [12, 3],
  ])("is the first of the screen at %i columns by %i rows, whatever it says", async (columns, rows) => {
    for (const [word, facts] of CASES) {
      const [, terminal] = start(columns, rows);
      await terminal.emit(BACK, ...facts);
      expect(
        terminal.lines[0]?.startsWith(` ${word}`.slice(0, columns)),
        `${word}: ${terminal.lines[0]}`,
      ).toBe(true);
    }
  });

  it("is not PASS while a change is held, or waits", async () => {
    const [engine, terminal] = start();
    await terminal.emit(BACK, ...cycle());
    engine.set({ paused: true, held: 1 });
    await terminal.drawn();
    expect(terminal.lines[0]).toMatch(/^ STALE /);
  });
});

describe("the header", () => {
  it("of a failed selection has nothing of the whole run before it but the name of the table's cycle", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...cycle());
    expect(terminal.lines[2]).toBe(
      "coverage 93.1 % · complete   cycle 1 ✓ passed in 412 ms   37 requests served",
    );
    const part = report(FILES.slice(1, 2), { partial: true, requests: 2 });
    await terminal.emit(
      selection(2),
      FAILED,
      { type: "report", ...part },
      finished({ outcome: "failed", ms: 99 }),
    );
    expect(terminal.lines[2]).toBe(
      "table: cycle 1   selection of 2 tests 94.8 % · complete   cycle 2 ✗ failed in 99 ms   2 requests served",
    );
  });

  it("of a cycle that came to no report has no percentage and no requests", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...cycle(), STARTED);
    expect(terminal.lines[1], "the cycle under way").toContain("cycle 2");
    expect(terminal.lines[2], "the last one").toMatch(
      /^coverage 93\.1 % .* cycle 1 · stale .* 37 requests served$/,
    );
    await terminal.emit({ type: "check.failed", failures: [CHECK] }, finished({ outcome: "error", ms: 7 }));
    expect(terminal.lines[2]).toBe("table: cycle 1 · stale   not measured   cycle 2 ✗ error in 7 ms");
  });

  it("has the numbers of a report that is corrected when its cycle has ended, under that cycle", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...cycle());
    await terminal.emit({ type: "report", ...report(FILES.slice(1, 2), { requests: 5 }) });
    expect(terminal.lines[2]).toBe(
      "coverage 94.8 % · complete   cycle 1 ✓ passed in 412 ms   5 requests served",
    );
  });
});

describe("what has failed", () => {
  const again = "failed before, running again";

  it("stays, dimmed, until it is told anew, and never is said to be nothing", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...failed);
    await terminal.press("2");
    await terminal.emit(STARTED);
    expect(terminal.frame).toMatch(new RegExp(`✗ \\S*test_scores_a_round\\[xy\\] +${again}`));
    expect(terminal.frame).not.toContain("Nothing");
    await terminal.emit(ready(13), { type: "tests.started", total: 2 }, test("other"));
    expect(terminal.frame).toContain(again);
    await terminal.emit({ ...FAILED, outcome: "passed", message: "" } as FactBody);
    expect(terminal.frame).not.toContain(again);
    expect(terminal.frame).toContain("Nothing has failed so far.");
    await terminal.emit(finished());
    expect(terminal.frame).toContain("Nothing has failed.");
  });

  it("stays through cycles that do not come to it", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...failed);
    await terminal.press("2");
    await terminal.emit(STARTED, finished({ outcome: "cancelled" }));
    await terminal.emit(STARTED, { type: "check.failed", failures: [CHECK] }, finished({ outcome: "error" }));
    expect(terminal.frame).toContain("failed before, not run since");
    await terminal.emit(STARTED);
    expect(terminal.frame).toContain(again);
    await terminal.emit(...whole(FAILED));
    expect(terminal.frame).toContain("assert 500 == 200");
    expect(terminal.frame).not.toContain(again);
  });

  it("goes with a run of all tests that does not have it any more", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...failed);
    await terminal.press("2");
    await terminal.emit(...whole(test("other")), finished());
    expect(terminal.frame).toContain("Nothing has failed.");
  });

  it("but not with one that stops before its end", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...failed);
    await terminal.press("2");
    await terminal.emit(...whole(test("a"), test("b")).slice(0, -1), finished({ outcome: "failed" }));
    expect(terminal.frame).toContain("failed before, not run since");
  });

  it("and is not in a selection names its cycle", async () => {
    const [, terminal] = start(120);
    await terminal.emit(BACK, ...failed, selection(1), test("other"));
    await terminal.press("2");
    expect(terminal.frame).toContain("failed in cycle 1");
  });

  it("is hidden by a filter, and that is said", async () => {
    const [, terminal] = start();
    await terminal.emit(BACK, ...failed);
    await terminal.press("2", "t", "zzz");
    expect(terminal.frame).toContain("Nothing that failed matches the filter.");
  });

  it("is what f reruns, when a new cycle has just begun too", async () => {
    const [engine, terminal] = start();
    await terminal.emit(BACK, ...failed, STARTED);
    await terminal.press("f");
    expect(engine.requests).toEqual([
      { type: "rerun", select: ["test/system/test_round.py::test_scores_a_round[xy]"] },
    ]);
  });
});

describe("marks", () => {
  it("have one meaning each, and all of them are in the help", async () => {
    expect(new Set(Object.values(GLYPHS)).size).toBe(Object.keys(GLYPHS).length);
    const [, terminal] = start(100, 24);
    await terminal.press("?", "G");
    for (const meaning of Object.values(LEGEND)) expect(terminal.frame).toContain(meaning);
  });
});
