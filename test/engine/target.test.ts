/** The server goes, and comes back. */
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { fail, ok } from "../../src/core/result.ts";
import { CANCELLED } from "../support/operations.ts";
import { Harness } from "./harness.ts";

const GONE = failure("server-lost", "The container has stopped.", "Start it.");
const LOST = { type: "gone", failure: GONE } as const;
const BACK = { type: "back" } as const;

describe("the server is lost", () => {
  test("when idle: it is said, and a save only waits", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    await harness.settle();
    expect(harness.facts.at(-1)).toMatchObject({ type: "server.lost", message: GONE.message, fix: GONE.fix });
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.phase).toBe("idle");
    expect(harness.of("cycle.started")).toHaveLength(1);
  });

  test("and back: a cycle runs by itself, with what was saved meanwhile", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.save("a = 2\n");
    harness.target.life(BACK);
    await harness.run();
    expect(harness.of("server.back")).toHaveLength(2);
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ cycle: 2, files: ["app.py"] });
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
    expect(harness.faults).toEqual([]);
  });

  test("back without a save: it runs too, and restarts whatever its workers run", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.target.life(BACK);
    await harness.run();
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ reason: "back" });
    expect(harness.of("server.restarting")).toHaveLength(2);
  });

  test("while the tests run: the step ends by itself with that failure, and back starts over", async () => {
    const harness = await Harness.watching().start();
    const running = harness.operations.hold("run tests");
    harness.save("a = 2\n");
    await harness.run();
    harness.target.life(LOST);
    await harness.settle();
    expect(harness.phase).toBe("testing");
    // It is back before the step has noticed: the look waits for its end.
    harness.target.life(BACK);
    await harness.settle();
    expect(harness.operations.log.filter((line) => line === "find begins")).toHaveLength(1);
    // Tests that wait for the server's answer would never end.
    expect(harness.operations.log.filter((line) => line === "run tests aborted")).toHaveLength(1);
    running.settle(fail(GONE));
    await harness.run();
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["passed", "error", "passed"]);
    expect(harness.faults).toEqual([]);
  });

  test("twice: it is said once", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.target.life(LOST);
    await harness.settle();
    expect(harness.of("server.lost")).toHaveLength(1);
  });

  test("a rerun looks for it at once, and says where it is not", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.server.missing = GONE;
    harness.engine.dispatch({ type: "rerun", select: [] });
    await harness.run();
    expect(harness.of("error")).toMatchObject([{ message: GONE.message }]);
    harness.server.missing = null;
    harness.engine.dispatch({ type: "rerun", select: [] });
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
  });

  test("one that does not tell when it is back: a save looks for it", async () => {
    const harness = Harness.watching();
    harness.target.saysWhenBack = false;
    await harness.start();
    harness.target.life(LOST);
    await harness.settle();
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.of("server.back")).toHaveLength(2);
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ reason: "change", files: ["app.py"] });
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
    expect(harness.faults).toEqual([]);
  });

  test("one that is not found: what it writes has it looked for no more, and is no change", async () => {
    const harness = Harness.watching();
    harness.target.saysWhenBack = false;
    await harness.start();
    harness.target.life(LOST);
    harness.target.gone = GONE;
    harness.server.missing = GONE;
    await harness.settle();
    const looks = () => harness.operations.log.filter((line) => line === "find begins").length;
    const before = looks();
    for (let line = 1; line <= 5; line += 1) {
      harness.watcher.change("/project/source/server.out");
      await harness.run();
    }
    expect(looks()).toBe(before);
    harness.save("a = 2\n");
    await harness.run();
    expect(looks()).toBe(before + 1);
  });

  test("what is saved while it is looked for in vain has it looked for once more, not for ever", async () => {
    const harness = Harness.watching();
    harness.target.saysWhenBack = false;
    await harness.start();
    harness.target.life(LOST);
    harness.target.gone = GONE;
    harness.server.missing = GONE;
    const looking = harness.operations.hold("find");
    harness.save("a = 2\n");
    await harness.settle();
    harness.save("a = 3\n");
    looking.settle(fail(GONE));
    await harness.run();
    expect(harness.of("error")).toHaveLength(2);
    expect(harness.phase).toBe("idle");
    expect(harness.clock.waiting).toBe(0);
    expect(harness.faults).toEqual([]);
  });

  test("it may come yet: it is looked for again, less and less often, and a failure is reported once", async () => {
    const harness = Harness.watching();
    const NONE = failure("no-gunicorn", "no gunicorn master is running here", "Start it.");
    harness.server.missing = NONE;
    await harness.start();
    for (const seconds of [2, 4, 8, 10, 10]) {
      harness.clock.pass(seconds * 1000 - 1);
      await harness.settle();
      harness.clock.pass(1);
      await harness.settle();
    }
    expect(harness.operations.log.filter((line) => line === "find begins")).toHaveLength(6);
    expect(harness.of("error")).toMatchObject([{ message: NONE.message }]);
    harness.server.missing = failure("no-hook", "it runs without the hook", "Load it.");
    harness.clock.pass(10_000);
    await harness.settle();
    expect(harness.of("error")).toHaveLength(2);
    harness.server.missing = null;
    harness.clock.pass(2_000);
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
    expect(harness.faults).toEqual([]);
  });

  test("back while quitting: it is not looked for", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.engine.dispatch({ type: "quit" });
    harness.target.life(BACK);
    await harness.run();
    expect(harness.exit).toBe(0);
    expect(harness.of("server.back")).toHaveLength(1);
  });
});

describe("where the tests run is lost", () => {
  test("it is said as that, and back starts over", async () => {
    const harness = await Harness.watching().start();
    harness.testsTarget.life(LOST);
    await harness.settle();
    expect(harness.facts.at(-1)).toMatchObject({ type: "tests.lost", message: GONE.message });
    expect(harness.of("server.lost")).toEqual([]);
    harness.testsTarget.life(BACK);
    await harness.run();
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ reason: "back" });
  });

  test("while they run: the aborted step ends with that failure", async () => {
    const harness = await Harness.watching().start();
    const running = harness.operations.hold("run tests");
    harness.save("a = 2\n");
    await harness.run();
    harness.testsTarget.life(LOST);
    running.settle(fail(CANCELLED));
    await harness.run();
    expect(harness.of("error").at(-1)).toMatchObject({ kind: "tests-lost", message: GONE.message });
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "error", exit_code: 3 });
  });

  test("with the server: a look waits until both are back", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.testsTarget.life(LOST);
    harness.target.life(BACK);
    await harness.run();
    expect(harness.of("cycle.started")).toHaveLength(1);
    harness.testsTarget.life(BACK);
    await harness.run();
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["passed", "passed"]);
  });
});

describe("the user has it started again", () => {
  test("what is not gone is not touched", async () => {
    const harness = await Harness.watching().start();
    harness.engine.dispatch({ type: "start-anew" });
    await harness.run();
    expect([harness.target.starts, harness.testsTarget.starts]).toEqual([0, 0]);
    expect(harness.of("cycle.started")).toHaveLength(1);
  });

  test("a server of its own that runs is started anew, with all its tests, once the step under way is dead", async () => {
    const harness = Harness.watching();
    harness.target.ownServer = true;
    await harness.start();
    harness.engine.dispatch({ type: "rerun", select: ["t.py::one"] });
    const running = harness.operations.hold("run tests");
    await harness.run();
    harness.engine.dispatch({ type: "start-anew" });
    harness.engine.dispatch({ type: "start-anew" });
    await harness.run();
    expect(harness.target.starts, "the tests still run").toBe(0);
    running.settle(fail(CANCELLED));
    await harness.run();
    expect([harness.target.starts, harness.testsTarget.starts]).toEqual([1, 1]);
    expect(harness.of("server.back")).toHaveLength(2);
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual([
      "passed",
      "cancelled",
      "passed",
    ]);
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ selected: 0 });
    expect(harness.of("server.restarting").map((fact) => fact.why)).toContain(
      "the server is started anew (R)",
    );
    expect(harness.faults).toEqual([]);
  });

  test("a server of its own at rest, and paused: what is kept for editors ends before it does", async () => {
    const harness = Harness.watching();
    harness.target.ownServer = true;
    const keeping = harness.operations.hold("keep");
    await harness.start();
    harness.engine.dispatch({ type: "pause", paused: true });
    harness.engine.dispatch({ type: "start-anew" });
    await harness.run();
    expect(harness.target.starts, "the report is still being kept").toBe(0);
    keeping.settle(ok(undefined));
    await harness.run();
    expect(harness.target.starts).toBe(1);
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["passed", "passed"]);
    expect(harness.faults).toEqual([]);
  });

  test("where the user cancels the cycle instead, it is not started anew", async () => {
    const harness = Harness.watching();
    harness.target.ownServer = true;
    await harness.start();
    const running = harness.operations.hold("run tests");
    harness.save("a = 2\n");
    await harness.run();
    harness.engine.dispatch({ type: "start-anew" });
    harness.engine.dispatch({ type: "cancel" });
    running.settle(fail(CANCELLED));
    await harness.run();
    expect(harness.target.starts).toBe(0);
    expect(harness.phase).toBe("idle");
  });

  test("one of its own that can't be ended is said, and found again", async () => {
    const harness = Harness.watching();
    harness.target.ownServer = true;
    await harness.start();
    harness.target.refuses = GONE;
    harness.engine.dispatch({ type: "start-anew" });
    await harness.run();
    expect(harness.of("error")).toMatchObject([{ message: GONE.message }]);
    harness.clock.pass(2_000);
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
  });

  test("what has gone is started, looked for, and run on", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.engine.dispatch({ type: "start-anew" });
    harness.target.life(BACK);
    await harness.run();
    expect([harness.target.starts, harness.testsTarget.starts]).toEqual([1, 1]);
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["passed", "passed"]);
    expect(harness.faults).toEqual([]);
  });

  test("what can't be started is said, and waited for", async () => {
    const harness = await Harness.watching().start();
    harness.target.life(LOST);
    harness.target.refuses = GONE;
    harness.engine.dispatch({ type: "start-anew" });
    await harness.run();
    expect(harness.of("error")).toMatchObject([{ message: GONE.message }]);
    expect(harness.phase).toBe("idle");
    harness.target.life(BACK);
    await harness.run();
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed" });
  });
});

describe("a cycle that has not all its data", () => {
  test("and had no place for it: one runs by itself once that is fixed", async () => {
    const harness = Harness.watching();
    harness.server.losing = 1;
    harness.server.broken = true;
    await harness.start();
    await harness.run();
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["incomplete", "passed"]);
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ reason: "back" });
    expect(harness.faults).toEqual([]);
  });

  test("for another reason: it waits for a save", async () => {
    const harness = Harness.watching();
    harness.server.losing = 1;
    await harness.start();
    await harness.run();
    expect(harness.operations.log).toContain("recordWritable ends");
    expect(harness.of("cycle.started")).toHaveLength(1);
  });

  test("and then a cycle: what was waited for is given up", async () => {
    const harness = Harness.watching();
    harness.server.losing = 1;
    const waiting = harness.operations.hold("recordWritable");
    await harness.start();
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.operations.log).toContain("recordWritable aborted");
    waiting.settle(ok(true));
    await harness.run();
    expect(harness.of("cycle.started")).toHaveLength(2);
  });
});
