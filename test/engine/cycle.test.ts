/** Whole cycles on fakes: what is said, what is done, in which order. */
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";
import { fail } from "../../src/core/result.ts";
import { IMPORT_ERROR, SYNTAX_ERROR } from "../support/fake-server.ts";
import { Harness, SOURCE } from "./harness.ts";

const WHOLE = [
  "note",
  "server.back",
  "cycle.started",
  "server.restarting",
  "server.ready",
  "tests.started",
  "test.finished",
  "test.finished",
  "tests.finished",
  "coverage.file",
  "coverage.file",
  "coverage.complete",
  "report",
  "cycle.fast-paths",
  "cycle.finished",
];

describe("a whole cycle", () => {
  test("says its facts in order, and ends `run` with 0", async () => {
    const harness = await Harness.once().start();
    expect(harness.types).toEqual(WHOLE);
    expect(harness.faults).toEqual([]);
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed", exit_code: 0 });
    const [{ paths } = { paths: [] }] = harness.of("cycle.fast-paths");
    expect(paths.map(({ name }) => name).toSorted(), "each once").toEqual(FAST_PATHS.toSorted());
    expect(harness.exit).toBe(0);
  });

  test("coverage below fail_under is said, and ends `run` with 5", async () => {
    const harness = Harness.once();
    harness.server.limit = 101;
    await harness.start();
    expect(harness.exit).toBe(5);
    expect(harness.of("warning").map(({ message }) => message)).toEqual([
      "Coverage is 100 %, below fail_under = 101 in coverage.py's [report].",
    ]);
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "failed", exit_code: 5 });
  });

  test("tests that pass under a command that does not end well: all of it counts, and ends `run` with 1", async () => {
    const harness = Harness.once();
    harness.tests.ended = "pytest itself ended with 1: coverage of 50 % is too low";
    await harness.start();
    expect(harness.exit).toBe(1);
    expect(harness.of("error")).toMatchObject([{ kind: "tests-ended", message: harness.tests.ended }]);
    expect(harness.of("report")).toMatchObject([{ complete: true, partial: false }]);
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "failed", exit_code: 1 });
    expect(harness.faults).toEqual([]);
  });

  test("where others may have asked the server, too, the report says so, and is unproven", async () => {
    const harness = Harness.once();
    const doubt = "unproven: “docker exec shop pytest” of the run before may run on.";
    harness.tests.doubts = [doubt];
    await harness.start();
    expect(harness.of("report")).toMatchObject([{ complete: true, reasons: [doubt] }]);
    expect(harness.of("warning")).toMatchObject([{ message: doubt }]);
    expect(harness.faults).toEqual([]);
  });

  test("a test command that is edited to one that is not there is reported before the server is restarted", async () => {
    const harness = await Harness.watching().start();
    harness.operations.log.length = 0;
    harness.tests.missing = failure("no-command", "There is no pytest.", "Install it.");
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.of("error")).toMatchObject([{ kind: "no-command" }]);
    expect(harness.operations.log.filter((line) => line.startsWith("restart"))).toEqual([]);
    harness.tests.missing = null;
    harness.save("a = 3\n");
    await harness.run();
    expect(harness.of("cycle.finished").map(({ outcome }) => outcome)).toEqual(["passed", "error", "passed"]);
  });

  test("does one thing after the other", async () => {
    const { operations } = await Harness.once().start();
    const begun = operations.log.filter((line) => line.endsWith(" begins")).map((line) => line.slice(0, -7));
    expect(begun).toEqual([
      "find",
      "open tests",
      "restart",
      "run tests",
      "flush",
      "collect",
      "export",
      "keep",
    ]);
    expect(operations.alive).toBe(0);
    expect(operations.log.slice(-2)).toEqual(["server closed", "tests closed"]);
  });

  test("leaves `watch` idle, watching what it was told to", async () => {
    const harness = await Harness.watching().start();
    expect(harness.phase).toBe("idle");
    expect(harness.exit).toBeNull();
    expect(harness.watcher.directories).toEqual(["/project/src"]);
    expect(harness.engine.getSnapshot().watched).toEqual(["src"]);
  });

  test("a save starts the next one after a quiet period, on the changed file only", async () => {
    const harness = await Harness.watching().start();
    const before = harness.facts.length;
    harness.save(`${SOURCE}c = 3\n`);
    harness.clock.pass(1);
    await harness.settle();
    expect(harness.phase).toBe("changed");
    harness.clock.pass(1);
    await harness.settle();
    expect(harness.types.slice(before)).toEqual(WHOLE.slice(2));
    expect(harness.facts[before]).toMatchObject({ reason: "change", files: ["app.py"], cycle: 2 });
    expect(harness.of("report").at(-1)?.totals.num_statements).toBe(3);
  });

  test("where a second save follows, the quiet period is longer: more may come", async () => {
    const harness = await Harness.watching().start();
    const cycle = harness.engine.getSnapshot().state.cycle;
    harness.save(`${SOURCE}c = 3\n`);
    harness.clock.pass(1);
    harness.save(`${SOURCE}c = 4\n`);
    harness.clock.pass(59);
    await harness.settle();
    expect(harness.phase).toBe("changed");
    harness.clock.pass(1);
    await harness.settle();
    expect(harness.engine.getSnapshot().state.cycle).toBe(cycle + 1);
  });

  test("fresh workers are not restarted", async () => {
    const harness = await Harness.watching().start();
    harness.engine.dispatch({ type: "rerun", select: ["t.py::one"] });
    await harness.run();
    expect(harness.of("server.ready").at(-1)).toMatchObject({ restarted: false, cycle: 2 });
    expect(harness.of("tests.finished").at(-1)).toMatchObject({ passed: 1 });
    expect(harness.of("report").at(-1)).toMatchObject({ partial: true });
  });
});

describe("what goes wrong", () => {
  test("failed tests are a result: they flush and collect all the same", async () => {
    const harness = Harness.once();
    harness.tests.all = [{ id: "t.py::one", outcome: "failed", message: "assert 1 == 2" }];
    await harness.start();
    expect(harness.of("report")).toHaveLength(1);
    expect(harness.exit).toBe(1);
  });

  test("a SyntaxError never reaches the server, and the next good save recovers", async () => {
    const harness = await Harness.watching().start();
    const restarts = harness.of("server.restarting").length;
    harness.save(`${SOURCE}${SYNTAX_ERROR}\n`);
    await harness.run();
    expect(harness.of("check.failed")[0]?.failures[0]).toMatchObject({ path: "app.py", line: 3 });
    expect(harness.of("error").at(-1)).toMatchObject({
      kind: "check-failed",
      message: expect.stringContaining("app.py:3"),
    });
    expect(harness.of("server.restarting")).toHaveLength(restarts);
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "error", exit_code: 3 });
    harness.save(SOURCE);
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
  });

  test("code that does not boot is reported with its traceback, no tests run, and the next good save recovers", async () => {
    const harness = await Harness.watching().start();
    const runs = harness.of("tests.started").length;
    harness.save(`${IMPORT_ERROR}\n`);
    await harness.run();
    expect(harness.of("server.boot-error")[0]?.traceback).toContain("ModuleNotFoundError");
    expect(harness.of("tests.started")).toHaveLength(runs);
    harness.save(SOURCE);
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
  });

  test("a file of which the server sees other bytes", async () => {
    const harness = await Harness.watching().start();
    harness.save("c = 3\n");
    await harness.settle();
    // The host has moved on; the server's mount has not.
    const { files } = harness.server;
    const check = harness.operations.hold("check");
    harness.clock.pass(60);
    await check.begun;
    files.set("app.py", SOURCE);
    check.release();
    await harness.settle();
    expect(harness.of("error").at(-1)).toMatchObject({
      kind: "mount-lag",
      message: expect.stringContaining("app.py"),
    });
  });

  test("a lost worker makes the report incomplete", async () => {
    const harness = Harness.once();
    harness.server.losing = 1;
    await harness.start();
    expect(harness.of("coverage.incomplete")[0]).toMatchObject({ written: 1, expected: 2 });
    expect(harness.of("report")[0]).toMatchObject({ complete: false });
    expect(harness.exit).toBe(4);
    // Nothing incomplete is kept for editors.
    expect(harness.publisher.written).toEqual([]);
  });

  test.each(["restart", "run tests", "flush", "collect"])(
    "a %s that fails ends the cycle with its failure",
    async (name) => {
      const harness = Harness.once();
      const held = harness.operations.hold(name);
      harness.engine.start();
      await harness.run();
      held.settle(fail(failure("master-gone", "gunicorn's master is gone.", "Start it.")));
      await harness.settle();
      expect(harness.of("error")).toMatchObject([{ kind: "master-gone" }]);
      expect(harness.types.at(-1)).toBe("cycle.finished");
      expect(harness.exit).toBe(3);
      expect(harness.operations.alive).toBe(0);
    },
  );

  test.each(["restart", "run tests", "flush", "collect"])(
    "a %s that throws is a bug of ours, and said as one",
    async (name) => {
      const harness = Harness.once();
      harness.operations.breakNext(name, new TypeError("x is undefined"));
      await harness.start();
      expect(harness.of("error")[0]).toMatchObject({
        kind: "internal",
        detail: expect.stringContaining("x is undefined"),
      });
      expect(harness.exit).toBe(3);
    },
  );

  test.each(["find", "open tests"])("a look (%s) that throws is one too", async (name) => {
    const harness = Harness.once();
    harness.operations.breakNext(name, new TypeError("x is undefined"));
    await harness.start();
    expect(harness.of("error")[0]).toMatchObject({ kind: "internal" });
    expect(harness.exit).toBe(3);
  });

  test("nothing to be found is a cycle that ended at once", async () => {
    const harness = Harness.once();
    harness.server.missing = failure("no-service", "There is no service api.", "Start it.");
    await harness.start();
    expect(harness.types).toEqual(["note", "cycle.started", "error", "cycle.finished"]);
    expect(harness.exit).toBe(3);
  });

  test("no tests to be found is one too, and ends with 2", async () => {
    const harness = Harness.once();
    harness.tests.missing = failure("no-command", "There is no pytesd.", "Install it.");
    await harness.start();
    expect(harness.types).toEqual(["note", "cycle.started", "error", "cycle.finished"]);
    expect(harness.exit).toBe(2);
  });
});

describe("events while others are under way", () => {
  test("what an effect posts while it is being run waits its turn", async () => {
    const harness = await Harness.watching().start();
    const seen: string[] = [];
    harness.engine.onFact((fact) => {
      seen.push(`${fact.type} begins`);
      // From inside an effect, with the start of the check still to be done.
      if (fact.type === "cycle.started" && fact.cycle === 2) harness.save("a = 3\n");
      seen.push(`${fact.type} ends`);
    });
    harness.save("a = 2\n");
    await harness.run();
    await harness.run();
    // Never one inside another, and the abort met the check that it was meant for.
    expect(seen.every((line, index) => line.endsWith(index % 2 === 0 ? " begins" : " ends"))).toBe(true);
    expect(harness.operations.log).toContain("check aborted");
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual([
      "passed",
      "cancelled",
      "passed",
    ]);
    expect(harness.faults).toEqual([]);
  });

  test("many changes of the snapshot are announced once a turn", async () => {
    const harness = Harness.watching();
    let told = 0;
    harness.engine.subscribe(() => {
      told += 1;
    });
    await harness.start();
    expect(told).toBeGreaterThan(0);
    expect(told).toBeLessThan(harness.facts.length);
  });

  test("a line of the log reaches the snapshot", async () => {
    const harness = await Harness.watching().start();
    harness.target.log({ at: 1, text: "GET /" });
    expect(harness.engine.getSnapshot().content.log).toEqual([{ at: 1, text: "GET /" }]);
  });
});
