/** The end: in every phase it comes once, after the death of what was under way; insisted on, it comes at once. */
import { describe, expect, test } from "vitest";
import { Harness } from "./harness.ts";

const QUIT = { type: "quit" } as const;
const HELD = ["restart", "run tests", "flush", "collect"];

async function heldIn(operation: string, once: boolean) {
  const harness = once ? Harness.once() : Harness.watching();
  const held = harness.operations.hold(operation);
  harness.engine.start();
  await harness.run();
  await held.begun;
  return { harness, held };
}

function expectAllClosed({ operations, watcher }: Harness): void {
  expect(operations.alive).toBe(0);
  expect(operations.log.slice(-2)).toEqual(["server closed", "tests closed"]);
  expect(watcher.directories).toBeNull();
}

describe.each(HELD)("quit during %s", (operation) => {
  test("waits for its death, then closes everything", async () => {
    const { harness, held } = await heldIn(operation, true);
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBeNull();
    expect(harness.operations.log).not.toContain("server closed");
    held.release();
    await harness.settle();
    expect(harness.exit).toBe(130);
    expect(harness.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "cancelled" });
    expectAllClosed(harness);
  });

  test("again: at once, with what is alive left behind", async () => {
    const { harness } = await heldIn(operation, true);
    harness.engine.dispatch(QUIT);
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBe(130);
    expect(harness.operations.alive).toBe(1);
  });

  test("`watch` ends with 0", async () => {
    const { harness, held } = await heldIn(operation, false);
    harness.engine.dispatch(QUIT);
    held.release();
    await harness.settle();
    expect(harness.exit).toBe(0);
    expectAllClosed(harness);
  });
});

describe("quit", () => {
  test.each(["find", "open tests"])(
    "during the look (%s) waits until it can be closed",
    async (operation) => {
      const { harness, held } = await heldIn(operation, false);
      harness.engine.dispatch(QUIT);
      await harness.settle();
      expect(harness.operations.log).toContain(`${operation} aborted`);
      expect(harness.exit).toBeNull();
      held.release();
      await harness.settle();
      expect(harness.exit).toBe(0);
      expectAllClosed(harness);
    },
  );

  test("when idle", async () => {
    const harness = await Harness.watching().start();
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBe(0);
    expectAllClosed(harness);
  });

  test("in the quiet period: the cycle does not start", async () => {
    const harness = await Harness.watching().start();
    harness.save("a = 2\n");
    harness.engine.dispatch(QUIT);
    await harness.run();
    expect(harness.of("cycle.started")).toHaveLength(1);
    expect(harness.exit).toBe(0);
  });

  test("while reports are written: they are, and `run` was interrupted", async () => {
    const harness = Harness.once();
    harness.publisher.wanted = ["html", "json"];
    const writing = harness.operations.hold("publish");
    await harness.start();
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBeNull();
    writing.release();
    await harness.settle();
    expect(harness.exit).toBe(130);
    expectAllClosed(harness);
  });

  test("again while things are being closed: at once", async () => {
    const harness = Harness.watching();
    const find = harness.operations.hold("find");
    harness.engine.start();
    await harness.settle();
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBeNull();
    harness.engine.dispatch(QUIT);
    await harness.settle();
    expect(harness.exit).toBe(0);
    find.release();
    await harness.settle();
  });

  test("after the end nothing happens any more", async () => {
    const harness = await Harness.once().start();
    const { length } = harness.facts;
    harness.engine.dispatch({ type: "rerun", select: [] });
    harness.watcher.change("/project/app.py");
    await harness.run();
    expect(harness.facts).toHaveLength(length);
    expect(harness.exit).toBe(0);
  });
});
