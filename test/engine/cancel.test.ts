/** What happens to a step that is under way: aborted, it is waited for until it is dead, always. */
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { fail, ok } from "../../src/core/result.ts";
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

  test.each(STEPS)("says what failed while $step all the same", async ({ step, operation }) => {
    const { harness, held } = await heldIn(operation);
    harness.engine.dispatch({ type: "cancel" });
    await harness.settle();
    held.settle(fail(failure("timeout", "No worker has booted.", "Try again.")));
    await harness.run();
    const told = {
      type: "warning",
      message: `Cancelled while ${step}, which has failed: No worker has booted.`,
    };
    expect(harness.facts.slice(-2)).toMatchObject([told, { type: "cycle.finished", outcome: "cancelled" }]);
    expect(harness.faults).toEqual([]);
  });

  test("says what failed of older code in passing, for it has been saved again", async () => {
    const { harness, held } = await heldIn("restart");
    harness.save(`${SOURCE}d = 4\n`);
    await harness.run();
    held.settle(fail(failure("boot-error", "The new code does not start: NameError", "Fix it.")));
    await harness.run();
    expect(harness.of("warning")).toEqual([]);
    const message = "Cancelled while restarting, which has failed: The new code does not start: NameError";
    expect(harness.of("note").map((fact) => fact.message)).toContain(message);
    expect(harness.of("cycle.finished").map((fact) => fact.outcome)).toEqual([
      "passed",
      "cancelled",
      "passed",
    ]);
  });

  test("tells a loss once, not again by the step that it ends", async () => {
    const { harness, held } = await heldIn("restart");
    harness.engine.dispatch({ type: "cancel" });
    await harness.settle();
    const gone = failure("server-lost", "The container has stopped.", "Start it.");
    harness.target.life({ type: "gone", failure: gone });
    held.settle(fail(gone));
    await harness.run();
    expect(harness.of("server.lost")).toHaveLength(1);
    expect(harness.of("warning")).toEqual([]);
  });

  test("what a cancelled step still says is not reported", async () => {
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
    harness.publisher.wanted = ["html"];
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

describe("what the server and the tests write into a watched directory", () => {
  const DATA = `${ROOT}/src/state.dat`;

  /** Each test changes a file, as the watcher tells. */
  function writing(harness: Harness, file: string): void {
    let lines = 0;
    harness.tests.onTest = () => {
      harness.server.request();
      lines += 1;
      harness.server.files.set(file.slice(ROOT.length + 1), "line\n".repeat(lines));
      harness.watcher.change(file);
    };
  }

  async function rest(harness: Harness): Promise<void> {
    for (let count = 0; count < 10; count += 1) {
      harness.clock.pass(3_000);
      await harness.run();
    }
  }

  const outcomes = (harness: Harness) => harness.of("cycle.finished").map((fact) => fact.outcome);
  const aside = {
    message: expect.stringMatching(/^src\/state\.dat is written by .*include = \["src\/state\.dat"\]/),
  };

  test("starts over once, and no more; the file is named and kept, a save still starts a cycle", async () => {
    const harness = Harness.watching();
    writing(harness, DATA);
    await harness.start();
    await rest(harness);
    expect(outcomes(harness)).toEqual(["cancelled", "passed"]);
    expect(harness.of("warning")).toMatchObject([{ cycle: 2, ...aside }]);
    expect(harness.project.kept).toEqual([DATA]);
    expect(harness.phase).toBe("idle");
    harness.save(`${SOURCE}c = 3\n`);
    await harness.run();
    expect(outcomes(harness).slice(2)).toEqual(["passed"]);
    expect(harness.of("report").at(-1)?.totals.num_statements).toBe(3);
    expect(harness.faults).toEqual([]);
  });

  test("and another beside it are kept one list after the other: the whole one is the last", async () => {
    const harness = Harness.watching();
    const lists: string[][] = [];
    let under = 0;
    harness.project.keepAside = async (names) => {
      under += 1;
      expect(under).toBe(1);
      // The first one takes longer.
      for (let turns = lists.length === 0 ? 50 : 1; turns > 0; turns -= 1) await turn();
      lists.push([...names]);
      under -= 1;
    };
    const other = `${ROOT}/src/other.dat`;
    let lines = 0;
    harness.tests.onTest = () => {
      harness.server.request();
      lines += 1;
      for (const file of [DATA, other]) {
        harness.server.files.set(file.slice(ROOT.length + 1), "line\n".repeat(lines));
        harness.watcher.change(file);
      }
    };
    await harness.start();
    await rest(harness);
    expect(lists).toEqual([[DATA], [DATA, other]]);
  });

  test("and is known to be the server's, starts nothing at all, in a run or between two", async () => {
    const harness = Harness.watching();
    harness.server.writes = [`${ROOT}/src/page.html`];
    writing(harness, `${ROOT}/src/page.html`);
    await harness.start();
    await rest(harness);
    harness.watcher.change(`${ROOT}/src/page.html`);
    await rest(harness);
    expect(outcomes(harness)).toEqual(["passed"]);
  });

  test("and an earlier session has set aside, starts nothing", async () => {
    const harness = Harness.watching();
    harness.project.aside = [DATA];
    writing(harness, DATA);
    await harness.start();
    await rest(harness);
    expect(outcomes(harness)).toEqual(["passed"]);
  });
});

describe("a change of", () => {
  test("a start script is said, and starts no cycle", async () => {
    const harness = await Harness.watching().start();
    harness.project.meanings = { [`${ROOT}/start.sh`]: "start" };
    harness.watcher.change(`${ROOT}/start.sh`);
    await harness.run();
    expect(harness.of("cycle.finished")).toHaveLength(1);
    const message = "start.sh has changed: that takes effect when the server is started anew.";
    expect(harness.of("warning")).toMatchObject([{ message }]);
    harness.target.ownServer = true;
    harness.watcher.change(`${ROOT}/start.sh`);
    expect(harness.of("warning").at(-1)?.message).toBe(message.replace("anew.", "anew (R does it)."));
  });

  test("gunicov's own settings is said; what the tests' command is starts a cycle", async () => {
    const harness = await Harness.watching().start();
    const file = `${ROOT}/gunicov.toml`;
    harness.project.meanings = { [file]: "settings" };
    const edit = { start: false, save: false, policy: {} };
    harness.project.rereads = ok({ ...edit, now: ["watch.quiet_ms"], later: ["server.port"] });
    harness.watcher.change(file);
    await harness.run();
    expect(harness.of("cycle.finished")).toHaveLength(1);
    harness.project.rereads = ok({ ...edit, now: ["tests.command"], later: [] });
    harness.watcher.change(file);
    await harness.run();
    expect(harness.of("cycle.finished")).toHaveLength(2);
    expect(harness.of("warning").map(({ message }) => message)).toEqual([
      "gunicov.toml was read again: watch.quiet_ms holds from now on.",
      "gunicov.toml: server.port takes effect when gunicov is started again.",
      "gunicov.toml was read again: tests.command holds from now on.",
    ]);
  });
});
