/** What happens to a step that is under way: aborted, it is waited for until it is dead, always. */
import { describe, expect, test } from "vitest";
import { APP, Harness, ROOT, SOURCE } from "./harness.ts";

/** Each step by the port's operation that it waits in. */
const STEPS = [
  { step: "checking", operation: "check" },
  { step: "restarting", operation: "restart" },
  { step: "testing", operation: "run tests" },
  { step: "flushing", operation: "flush" },
  { step: "collecting", operation: "collect" },
] as const;

/** In watch mode, held in a step of a cycle that a save has started. */
async function heldIn(operation: string, policy = {}) {
  const harness = await Harness.watching(policy).start();
  const held = harness.operations.hold(operation);
  harness.save(`${SOURCE}c = 3\n`);
  await harness.run();
  await held.begun;
  return { harness, held };
}

describe.each(STEPS)("a change while $step", ({ step, operation }) => {
  test("aborts it, waits for its death, and starts over", async () => {
    const { harness, held } = await heldIn(operation);
    expect(harness.phase).toBe(step);
    harness.save(`${SOURCE}d = 4\n`);
    await harness.run();
    expect(harness.phase).toBe("cancelling");
    expect(harness.operations.log.at(-1)).toBe(`${operation} aborted`);
    // However long it takes to die, nothing else begins.
    harness.clock.pass(60_000);
    await harness.settle();
    expect(harness.phase).toBe("cancelling");
    expect(harness.operations.alive).toBe(1);
    held.release();
    await harness.run();
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual([
      "passed",
      "cancelled",
      "passed",
    ]);
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ cycle: 3, files: ["app.py"] });
    expect(harness.of("report").at(-1)?.totals.num_statements).toBe(3);
    expect(harness.faults).toEqual([]);
  });

  test("waits for its end where the policy is to queue", async () => {
    const { harness, held } = await heldIn(operation, { onChange: "queue" });
    harness.save(`${SOURCE}d = 4\n`);
    await harness.run();
    expect(harness.phase).toBe(step);
    held.release();
    await harness.run();
    await harness.run();
    // A file that changed after its check may have been read half old, half new: that cycle's end is its own affair.
    expect(harness.of("cycle.finished")).toHaveLength(3);
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "passed", cycle: 3 });
  });
});

describe("cancel", () => {
  test.each(STEPS)("while $step, and nothing starts by itself", async ({ operation }) => {
    const { harness, held } = await heldIn(operation);
    harness.engine.dispatch({ type: "cancel" });
    await harness.settle();
    expect(harness.phase).toBe("cancelling");
    held.release();
    await harness.run();
    expect(harness.phase).toBe("idle");
    expect(harness.facts.at(-1)).toMatchObject({
      type: "cycle.finished",
      outcome: "cancelled",
      exit_code: 130,
    });
    expect(harness.operations.alive).toBe(0);
  });

  test("what a cancelled step still says is not told", async () => {
    const { harness, held } = await heldIn("run tests");
    harness.engine.dispatch({ type: "cancel" });
    await harness.settle();
    const before = harness.types.length;
    held.release();
    await harness.run();
    expect(harness.types.slice(before)).toEqual(["cycle.finished"]);
  });

  test("in the quiet period takes the change back, until the next one", async () => {
    const harness = await Harness.watching().start();
    harness.save("a = 2\n");
    harness.engine.dispatch({ type: "cancel" });
    await harness.run();
    expect(harness.phase).toBe("idle");
    harness.engine.dispatch({ type: "rerun", select: [] });
    await harness.run();
    expect(harness.of("cycle.started").at(-1)?.files).toEqual(["app.py"]);
  });
});

describe("a change", () => {
  test("after another puts the start off, but not for ever", async () => {
    const harness = await Harness.watching({ ceilingMs: 200 }).start();
    for (const ms of [1, 50, 50, 50]) {
      harness.watcher.change(APP);
      harness.clock.pass(ms);
      await harness.settle();
      expect(harness.of("cycle.started")).toHaveLength(1);
    }
    harness.watcher.change(APP);
    harness.clock.pass(49);
    await harness.settle();
    expect(harness.of("cycle.started")).toHaveLength(2);
  });

  test("in one cycle after the other is waited for longer and longer, up to a second", async () => {
    const harness = await Harness.watching().start();
    const testing = () => harness.phase === "testing";
    const waits: number[] = [];
    for (let count = 0; count < 8; count += 1) {
      const held = harness.operations.hold("run tests");
      harness.watcher.change(`${ROOT}/m${count}.py`);
      const began = harness.clock.now();
      for (let step = 0; step < 100 && !testing(); step += 1) {
        harness.clock.pass(20);
        await harness.settle();
      }
      waits.push(harness.clock.now() - began);
      harness.watcher.change(`${ROOT}/n${count}.py`);
      await harness.settle();
      held.release();
      await harness.settle();
    }
    expect(waits).toEqual([20, 60, 120, 240, 480, 960, 960, 960]);
  });

  test("while the reports are written is run after them", async () => {
    const harness = Harness.watching();
    harness.publisher.wanted = { html: true, json: false };
    const writing = harness.operations.hold("publish");
    await harness.start();
    expect(harness.phase).toBe("reporting");
    harness.save("a = 2\n");
    await harness.run();
    expect(harness.phase).toBe("reporting");
    writing.release();
    await harness.run();
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual(["passed", "passed"]);
  });
});

describe("paused", () => {
  test("changes are counted, and run when it is resumed", async () => {
    const harness = await Harness.watching().start();
    harness.engine.dispatch({ type: "pause", paused: true });
    harness.save("a = 2\n");
    harness.watcher.change(`${APP}x`);
    await harness.run();
    expect(harness.phase).toBe("idle");
    expect(harness.engine.getSnapshot().state).toMatchObject({ paused: true, held: 2 });
    harness.engine.dispatch({ type: "pause", paused: false });
    await harness.run();
    expect(harness.of("cycle.started").at(-1)).toMatchObject({ cycle: 2, files: ["app.py", "app.pyx"] });
  });

  test("resumed without a change, nothing runs", async () => {
    const harness = await Harness.watching().start();
    for (const paused of [true, false]) harness.engine.dispatch({ type: "pause", paused });
    await harness.run();
    expect(harness.of("cycle.started")).toHaveLength(1);
  });
});

describe("row 8: tests that write a file into a watched directory", () => {
  const LOG = `${ROOT}/src/test.log`;

  test("start over four times, run twice, and no more; the file is named, a save still starts a cycle", async () => {
    const harness = Harness.watching();
    let lines = 0;
    harness.tests.onTest = () => {
      harness.server.request();
      lines += 1;
      harness.server.files.set("src/test.log", "line\n".repeat(lines));
      harness.watcher.change(LOG);
    };
    await harness.start();
    for (let count = 0; count < 10; count += 1) {
      harness.clock.pass(3_000);
      await harness.run();
    }
    const outcomes = () => harness.of("cycle.finished").map((fact) => fact.outcome);
    expect(outcomes()).toEqual([...Array(4).fill("cancelled"), "passed", "passed"]);
    const warning = expect.stringMatching(/^src\/test\.log changes whenever /);
    expect(harness.of("warning")).toMatchObject([{ cycle: 6, message: warning }]);
    expect(harness.phase).toBe("idle");
    harness.save(`${SOURCE}c = 3\n`);
    await harness.run();
    expect(outcomes().slice(6)).toEqual(["passed"]);
    expect(harness.of("report").at(-1)?.totals.num_statements).toBe(3);
    expect(harness.of("warning").at(-1)).toMatchObject({ cycle: 7, message: warning });
    expect(harness.faults).toEqual([]);
  });
});
