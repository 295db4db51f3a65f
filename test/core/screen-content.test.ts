import { describe, expect, it } from "vitest";
import { FACT_VERSION, type Fact, type FactBody } from "../../src/core/fact.ts";
import {
  EMPTY_CONTENT,
  failing,
  logDuring,
  observe,
  observeLog,
  type ScreenContent,
} from "../../src/core/screen-content.ts";
import { BACK, cycle, FAILED, FILES, finished, ready, report, STARTED, test } from "../ink/sample.ts";

const fact = (body: FactBody, number = 1): Fact => ({
  v: FACT_VERSION,
  seq: 1,
  cycle: number,
  at: 1000,
  ...body,
});
const foldFrom = (content: ScreenContent, number: number, ...bodies: readonly FactBody[]) =>
  bodies.reduce((current, body) => observe(current, fact(body, number)), content);

const done = foldFrom(EMPTY_CONTENT, 1, ...cycle());

describe("the screen's content", () => {
  it("of a whole cycle has its table, its tests and its end", () => {
    expect(done.report?.cycle).toBe(1);
    expect(done.stale).toBe(false);
    expect(done.tests.counts.passed).toBe(3);
    expect(done.counter).toMatchObject({ written: 4, expected: 4, state: "complete" });
    expect(done.last).toMatchObject({ cycle: 1, outcome: "passed", ms: 412 });
    expect(done.cycle.running).toBe(false);
  });

  it("shows a warning until the next cycle has ended without it; the server's own stay", () => {
    const found = foldFrom(done, 2, { ...BACK, warnings: ["reload is on"] } as FactBody);
    const warned = foldFrom(
      found,
      2,
      STARTED,
      { type: "warning", message: "a file is set aside" },
      finished(),
    );
    const both = ["reload is on", "a file is set aside"];
    expect(warned.warnings).toEqual(both);
    expect(foldFrom(warned, 3, STARTED).warnings).toEqual(both);
    expect(foldFrom(warned, 3, STARTED, finished()).warnings).toEqual(["reload is on"]);
    const again = foldFrom(
      warned,
      3,
      STARTED,
      { type: "warning", message: "a file is set aside" },
      finished(),
    );
    expect(again.warnings).toEqual(both);
  });

  it("keeps with each cycle which fast paths it took", () => {
    const paths = [{ name: "tests.warm", used: false, why: "it is switched off" }];
    const told = foldFrom(done, 2, STARTED, { type: "cycle.fast-paths", paths }, finished());
    expect(told.history.map(({ fastPaths }) => fastPaths)).toEqual([[], paths]);
    expect(foldFrom(told, 3, STARTED, finished()).last?.fastPaths).toEqual([]);
  });

  it("counts a test once in a run, however often it is reported, as it was reported last", () => {
    const told = (...outcomes: readonly ["failed" | "error" | "passed" | "skipped", string][]) =>
      foldFrom(done, 2, STARTED, ...outcomes.map(([outcome, id]) => test(id, { outcome })));
    const counts = { passed: 0, failed: 0, errors: 0, skipped: 0 };
    expect(told(["failed", "a"], ["passed", "a"]).tests.counts).toEqual({ ...counts, passed: 1 });
    expect(told(["error", "a"], ["error", "a"]).tests.counts).toEqual({ ...counts, errors: 1 });
    const both = told(["failed", "a"], ["skipped", "b"], ["failed", "a"], ["passed", "b"]);
    expect(both.tests.counts).toEqual({ ...counts, failed: 1, passed: 1 });
    expect(failing(both)).toHaveLength(1);
  });

  it("counts those that a selection runs again beside the results that it keeps", () => {
    const first = foldFrom(
      EMPTY_CONTENT,
      1,
      STARTED,
      test("a", { outcome: "failed" }),
      test("b"),
      finished(),
    );
    const again = foldFrom(first, 2, { ...STARTED, selected: 1 } as FactBody, test("a"), test("a"));
    expect(again.tests.counts).toEqual({ passed: 1, failed: 0, errors: 0, skipped: 0 });
    expect(again.tests.results.size).toBe(2);
  });

  it("keeps the old report, marked stale, until the new one is there", () => {
    const running = foldFrom(done, 2, STARTED, ready(13), test("a"));
    expect(running.stale).toBe(true);
    expect(running.report?.cycle).toBe(1);
    const failed = foldFrom(running, 2, finished({ outcome: "error", exit_code: 3 }));
    expect(failed.stale).toBe(true);
    const renewed = foldFrom(failed, 3, STARTED, { type: "report", ...report(FILES) });
    expect(renewed.stale).toBe(false);
    expect(renewed.report?.cycle).toBe(3);
  });

  it("of a selection never replaces the full table, keeps the other results, and says how many", () => {
    const again = foldFrom(
      done,
      2,
      { ...STARTED, selected: 2, reason: "rerun", files: [] } as FactBody,
      FAILED,
      { type: "report", ...report(FILES.slice(0, 1), { partial: true }) },
      finished({ outcome: "failed" }),
    );
    expect(again.report?.cycle).toBe(1);
    expect(again.report?.value.files).toHaveLength(FILES.length);
    expect(again.partial).toMatchObject({ cycle: 2, selected: 2 });
    expect(again.tests.results.size).toBe(4);
    expect(again.stale, "same code: the table is as true as before").toBe(false);
    expect(foldFrom(again, 3, STARTED, { type: "report", ...report(FILES) }).partial).toBeNull();
  });

  it("of a full rerun of the same code is stale until its report is there", () => {
    const again = foldFrom(done, 2, { ...STARTED, reason: "rerun", files: [] } as FactBody);
    expect(again.stale).toBe(true);
  });

  it("of a selection on changed code leaves the table stale", () => {
    const again = foldFrom(done, 2, { ...STARTED, selected: 2 } as FactBody, finished());
    expect(again.stale).toBe(true);
  });

  it("forgets errors and results when a new cycle starts", () => {
    const broken = foldFrom(
      done,
      2,
      STARTED,
      FAILED,
      { type: "server.boot-error", traceback: "Traceback", workers: 2 },
      { type: "error", kind: "boot-error", message: "m", fix: "f" },
      { type: "check.failed", failures: [{ path: "a.py", line: 1, column: 1, message: "m", text: null }] },
    );
    expect(failing(broken)).toHaveLength(1);
    const next = foldFrom(broken, 3, STARTED);
    expect([next.bootError, next.error, next.checks, failing(next)]).toEqual([null, null, [], []]);
  });

  it("tells which lines the server logged while a test ran, ends included", () => {
    const log = [99, 100, 120, 148, 149].map((at) => ({ at: 1_000_000 + at, text: `${at}` }));
    if (FAILED.type !== "test.finished") throw new Error("not a test");
    expect(logDuring(log, FAILED).map(({ text }) => text)).toEqual(["100", "120", "148"]);
  });

  it("also counts lines that were read late, until the test was reported, but within bounds", () => {
    if (FAILED.type !== "test.finished") throw new Error("not a test");
    const until = (at: number) =>
      observe(EMPTY_CONTENT, { ...fact(FAILED), at }).tests.results.values()[0]?.ended;
    expect(until(FAILED.ended - 5)).toBe(FAILED.ended + 5);
    expect(until(FAILED.ended + 200)).toBe(FAILED.ended + 210);
    expect(until(FAILED.ended + 60_000)).toBe(FAILED.ended + 500);
    expect(until(0)).toBe(FAILED.ended);
  });

  it("keeps the newest log lines, and not ever more of them", () => {
    let content = EMPTY_CONTENT;
    for (let line = 0; line < 5000; line++) content = observeLog(content, { at: line, text: `${line}` });
    expect(content.log.length).toBeLessThanOrEqual(2001);
    expect(content.log.at(-1)?.text).toBe("4999");
  });

  it("of 5,000 tests folds quickly", () => {
    const start = performance.now();
    const bodies = Array.from({ length: 5000 }, (_, index) => test(`t${index}`));
    expect(foldFrom(EMPTY_CONTENT, 1, ...bodies).tests.results.size).toBe(5000);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
