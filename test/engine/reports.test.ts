/** Reports on the host: those asked for, and what is kept for editors in the background. */
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { fail, ok } from "../../src/core/result.ts";
import { Harness } from "./harness.ts";

const FULL = failure("config", "Can't write a report: no space.", "Make some.");

describe("kept for editors", () => {
  test("nobody waits for it in `watch`", async () => {
    const harness = Harness.watching();
    const exporting = harness.operations.hold("export");
    await harness.start();
    await exporting.begun;
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "passed" });
    expect(harness.phase).toBe("idle");
    exporting.release();
    await harness.settle();
    expect(harness.publisher.written).toEqual(["kept"]);
  });

  test("`run` ends only when it is there", async () => {
    const harness = Harness.once();
    const keeping = harness.operations.hold("keep");
    await harness.start();
    expect(harness.exit).toBeNull();
    keeping.release();
    await harness.settle();
    expect(harness.exit).toBe(0);
    expect(harness.publisher.written).toEqual(["kept"]);
  });

  test("the next cycle gives it up, and begins when it is dead", async () => {
    const harness = Harness.watching();
    const exporting = harness.operations.hold("export");
    await harness.start();
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.phase).toBe("checking");
    expect(harness.operations.log.at(-1)).toBe("export aborted");
    exporting.release();
    await harness.settle();
    // Given up is no failure; the second cycle's own was kept.
    expect(harness.of("warning")).toEqual([]);
    expect(harness.of("cycle.finished")).toHaveLength(2);
    expect(harness.publisher.written).toEqual(["kept"]);
  });

  test("quitting gives it up too", async () => {
    const harness = Harness.watching();
    const exporting = harness.operations.hold("export");
    await harness.start();
    harness.engine.dispatch({ type: "quit" });
    await harness.settle();
    expect(harness.operations.log.at(-1)).toBe("export aborted");
    expect(harness.exit).toBeNull();
    exporting.release();
    await harness.settle();
    expect(harness.exit).toBe(0);
    expect(harness.publisher.written).toEqual([]);
  });

  test("what goes wrong with it in the background is said when it does, once", async () => {
    const harness = Harness.watching();
    for (const cycle of [1, 2, 3]) {
      const keeping = harness.operations.hold("keep");
      if (cycle === 1) await harness.start();
      else harness.save(`a = ${cycle}\n`);
      await harness.run();
      keeping.settle(fail(FULL));
      await harness.settle();
      expect(harness.of("warning")).toMatchObject([{ message: FULL.message, cycle: 2 }]);
    }
    // Once it went well, it is news again.
    harness.save("a = 4\n");
    await harness.run();
    const keeping = harness.operations.hold("keep");
    harness.save("a = 5\n");
    await harness.run();
    keeping.settle(fail(FULL));
    await harness.settle();
    expect(harness.of("warning")).toHaveLength(2);
    expect(harness.of("cycle.finished").map(({ outcome }) => outcome)).toEqual(Array(5).fill("passed"));
  });

  test("a server that has gone meanwhile is reported once, as that", async () => {
    const harness = Harness.watching();
    const exporting = harness.operations.hold("export");
    await harness.start();
    exporting.settle(fail(failure("server-lost", "./start.sh has ended.", "Start it again.")));
    await harness.settle();
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.of("warning")).toEqual([]);
    expect(harness.publisher.written).toEqual(["kept"]);
  });

  test("in `run` it is the cycle's failure", async () => {
    const harness = Harness.once();
    const keeping = harness.operations.hold("keep");
    await harness.start();
    keeping.settle(fail(FULL));
    await harness.settle();
    expect(harness.of("error")).toMatchObject([{ kind: "config", message: FULL.message }]);
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", exit_code: 2 });
    expect(harness.exit).toBe(2);
  });

  test("a selection's report does not replace that of all tests", async () => {
    const harness = await Harness.watching().start();
    harness.engine.dispatch({ type: "rerun", select: ["t.py::one"] });
    await harness.run();
    expect(harness.of("report")).toHaveLength(2);
    expect(harness.publisher.written).toEqual(["kept"]);
  });
});

const OTHER = { line: "app.py: missing_lines [], coverage.py: [2]", percent: 50 };

describe("compared with coverage.py's own numbers", () => {
  test("in `watch` a difference is said, and their numbers are shown, when it is known", async () => {
    const harness = Harness.watching();
    harness.server.difference = OTHER;
    await harness.start();
    await harness.settle();
    const [mine, theirs] = harness.of("report");
    expect(mine?.totals.percent_covered).toBe(100);
    expect(theirs).toMatchObject({ cycle: 2, complete: true, totals: { percent_covered: 50 } });
    expect(harness.of("warning")).toMatchObject([{ message: expect.stringContaining(OTHER.line) }]);
    expect(harness.engine.getSnapshot().content.report?.value.totals.percent_covered).toBe(50);
    expect(harness.phase).toBe("idle");
    expect(harness.faults).toEqual([]);

    // It is said with each report from then on, and so stays on the screen.
    harness.save("a = 2\n");
    await harness.run();
    await harness.settle();
    expect(harness.of("warning")).toHaveLength(2);
    expect(harness.engine.getSnapshot().content.warnings).toHaveLength(1);
    expect(harness.faults).toEqual([]);
  });

  test("in `run` they come before its end, and fail_under is theirs", async () => {
    const harness = Harness.once();
    harness.server.limit = 60;
    harness.server.difference = OTHER;
    await harness.start();
    expect(harness.exit).toBe(5);
    expect(harness.types.slice(-6)).toEqual([
      "report",
      "warning",
      "report",
      "warning",
      "cycle.fast-paths",
      "cycle.finished",
    ]);
    expect(harness.of("report").at(-1)).toMatchObject({ cycle: 1, totals: { percent_covered: 50 } });
    expect(harness.faults).toEqual([]);
  });

  test("it is said also where nothing can be kept for editors", async () => {
    const harness = Harness.once();
    harness.server.difference = OTHER;
    const keeping = harness.operations.hold("keep");
    await harness.start();
    keeping.settle(fail(FULL));
    await harness.settle();
    expect(harness.of("warning")).toHaveLength(1);
    expect(harness.of("report")).toHaveLength(2);
    expect(harness.exit).toBe(2);
  });

  test("where the JSON is asked for it is found with that", async () => {
    const harness = Harness.once();
    harness.publisher.wanted = ["json"];
    harness.server.difference = OTHER;
    await harness.start();
    expect(harness.of("report").map(({ totals }) => totals.percent_covered)).toEqual([100, 50]);
    expect(harness.of("warning")).toHaveLength(1);
    expect(harness.publisher.written).toEqual(["json", "kept"]);
    expect(harness.faults).toEqual([]);
  });

  test("where `watch` is below fail_under by theirs, that is said", async () => {
    const harness = Harness.watching();
    harness.server.limit = 60;
    harness.server.difference = OTHER;
    await harness.start();
    await harness.settle();
    expect(harness.of("warning").at(-1)?.message).toContain("below fail_under");
  });

  test("what comes when another cycle has begun is said, and shown by that one", async () => {
    const harness = Harness.watching();
    const exporting = harness.operations.hold("export");
    await harness.start();
    harness.save("a = 2\n");
    await harness.run();
    const [mine] = harness.of("report");
    const report = mine && { ...mine, totals: { ...mine.totals, percent_covered: 50 } };
    const check = { differences: [OTHER.line], report };
    exporting.settle(ok({ json: "{}", data: new Uint8Array(), files: [], check }));
    await harness.settle();
    expect(harness.of("warning").map(({ cycle }) => cycle)).toEqual([2, 2]);
    expect(harness.of("report").map(({ totals }) => totals.percent_covered)).toEqual([100, 100]);
    expect(harness.faults).toEqual([]);
  });
});

describe("asked for", () => {
  test.each([
    { wanted: ["html"] as const, written: ["html", "kept"] },
    { wanted: ["json"] as const, written: ["json", "kept"] },
    { wanted: ["html", "json"] as const, written: ["html+json", "kept"] },
    { wanted: [] as const, written: ["kept"] },
  ])("$wanted", async ({ wanted, written }) => {
    const harness = Harness.once();
    harness.publisher.wanted = wanted;
    await harness.start();
    expect(harness.publisher.written).toEqual(written);
    expect(harness.exit).toBe(0);
  });

  test("they come also of an incomplete run, which says that it is", async () => {
    const harness = Harness.once();
    harness.publisher.wanted = ["json"];
    harness.server.losing = 1;
    await harness.start();
    expect(harness.publisher.written).toEqual(["json"]);
    expect(harness.exit).toBe(4);
  });

  test.each(["export", "publish"])(
    "a %s that fails is said, and ends with 2, after the report",
    async (operation) => {
      const harness = Harness.once();
      harness.publisher.wanted = ["html"];
      const held = harness.operations.hold(operation);
      await harness.start();
      held.settle(fail(FULL));
      await harness.settle();
      expect(harness.types.slice(-4)).toEqual(["report", "error", "cycle.fast-paths", "cycle.finished"]);
      expect(harness.exit).toBe(2);
    },
  );

  test("where there is no report there is none to write", async () => {
    const harness = Harness.once();
    harness.publisher.wanted = ["html", "json"];
    harness.tests.all = [];
    await harness.start();
    expect(harness.publisher.written).toEqual([]);
    expect(harness.exit).toBe(2);
  });
});

describe("the HTML report for the browser", () => {
  test("is made when it is asked for", async () => {
    const harness = await Harness.watching().start();
    expect(await harness.engine.openHtml()).toMatchObject({
      ok: true,
      value: { path: expect.stringMatching(/index\.html$/) },
    });
    expect(harness.publisher.written).toContain("html");
  });

  test("before the first report there is none, and it says so", async () => {
    const harness = Harness.watching();
    expect(await harness.engine.openHtml()).toMatchObject({ ok: false, failure: { kind: "no-report" } });
  });
});

describe("changed lines", () => {
  test("are judged after the report, and reports have the judgement", async () => {
    const harness = Harness.once();
    harness.changes.wanted = { base: "main", failUnder: 100 };
    harness.changes.files = [{ path: "app.py", lines: [1, 2, 99] }];
    await harness.start();
    expect(harness.of("diff")).toMatchObject([{ lines: 2, missing: 0, percent: 100, below: null }]);
    expect(harness.types.slice(-4)).toEqual(["report", "diff", "cycle.fast-paths", "cycle.finished"]);
    expect(harness.exit).toBe(0);
    expect(harness.publisher.content?.diff?.value).toMatchObject({ lines: 2 });
    expect(harness.faults).toEqual([]);
  });

  test("by coverage.py's own numbers where gunicov's were others", async () => {
    const harness = Harness.once();
    harness.changes.wanted = { base: "main", failUnder: null };
    harness.changes.files = [{ path: "app.py", lines: null }];
    harness.server.difference = OTHER;
    await harness.start();
    expect(harness.types.filter((type) => type === "report" || type === "diff")).toEqual([
      "report",
      "report",
      "diff",
    ]);
  });

  test("that can't be known any more are an error, and what else is asked for is written", async () => {
    const harness = Harness.once();
    harness.publisher.wanted = ["json"];
    harness.changes.wanted = { base: "main", failUnder: 100 };
    harness.changes.refuses = failure("config", "git knows no commit main.", "Fetch it.");
    await harness.start();
    expect(harness.of("error")).toMatchObject([{ message: "git knows no commit main." }]);
    expect(harness.publisher.written).toEqual(["json", "kept"]);
    expect(harness.exit).toBe(2);
  });

  test("are not looked at where nobody asks, nor without a report", async () => {
    const harness = Harness.once();
    harness.changes.refuses = FULL;
    await harness.start();
    expect(harness.exit).toBe(0);
    const none = Harness.once();
    none.changes.wanted = { base: "main", failUnder: 100 };
    none.tests.all = [];
    await none.start();
    expect(none.of("diff")).toEqual([]);
  });
});
