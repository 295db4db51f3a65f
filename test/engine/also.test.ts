/** Other measurements in `watch`: after the cycle, ended by the next one, never of a selection's data. */
import { expect, test } from "vitest";
import type { OtherData } from "../../src/ports/also.ts";
import { Harness } from "./harness.ts";

const UNIT: OtherData = { name: "unit", files: [], sources: {}, doubt: "it has failed" };

function watching(): Harness {
  const harness = Harness.watching();
  harness.also.names = ["unit"];
  harness.also.data = [UNIT];
  harness.server.together = { others: [], refused: [], totals: TOTALS, files: [], below: null };
  return harness;
}

const TOTALS = {
  covered_lines: 1,
  num_statements: 2,
  percent_covered: 50,
  percent_covered_display: "50",
  missing_lines: 1,
  excluded_lines: 0,
};

const shown = (harness: Harness) => harness.engine.getSnapshot().content;

test("after the cycle's end, which does not wait; a doubt makes it incomplete", async () => {
  const harness = watching();
  const reading = harness.operations.hold("also");
  await harness.start();
  await reading.begun;
  expect(harness.phase).toBe("idle");
  expect(harness.types.slice(-2)).toEqual(["cycle.finished", "also.started"]);
  expect(shown(harness)).toMatchObject({ combined: null, also: { names: ["unit"] } });
  reading.release();
  await harness.settle();
  expect(harness.of("combined")).toMatchObject([{ complete: false, reasons: ["unit: it has failed"] }]);
  expect(harness.faults).toEqual([]);
});

test("the next cycle ends it, and waits until it is dead; no old number stays", async () => {
  const harness = watching();
  const reading = harness.operations.hold("also");
  await harness.start();
  await reading.begun;
  harness.save("a = 2\n");
  await harness.run();
  expect(harness.phase).toBe("checking");
  expect(harness.operations.log.at(-1)).toBe("also aborted");
  reading.release();
  await harness.settle();
  expect(harness.of("cycle.finished")).toHaveLength(2);
  expect(harness.of("combined")).toHaveLength(1);
  const [last] = harness.of("report").slice(-1);
  expect(harness.facts.indexOf(harness.of("combined")[0] as never)).toBeGreaterThan(
    harness.facts.indexOf(last as never),
  );
});

test("a ends with all of them anew; what they depend on, between two cycles, with a look", async () => {
  const harness = await watching().start();
  await harness.settle();
  harness.engine.dispatch({ type: "rerun", select: [] });
  await harness.run();
  await harness.settle();
  harness.also.changed();
  await harness.settle();
  expect(harness.also.asked).toEqual([false, true, false]);
  expect(harness.of("combined")).toHaveLength(3);
});

test("never of a selection's data: what stands there stays, and a change is said", async () => {
  const harness = await watching().start();
  await harness.settle();
  harness.engine.dispatch({ type: "rerun", select: ["t.py::one"] });
  await harness.run();
  await harness.settle();
  expect(harness.of("combined")).toHaveLength(1);
  expect(shown(harness).combined).not.toBeNull();
  harness.also.changed();
  await harness.settle();
  expect(harness.of("combined")).toHaveLength(1);
  expect(harness.of("warning").at(-1)?.message).toContain("press a");
});

test("quitting waits for its end", async () => {
  const harness = watching();
  const reading = harness.operations.hold("also");
  await harness.start();
  await reading.begun;
  harness.engine.dispatch({ type: "quit" });
  await harness.settle();
  expect(harness.exit).toBeNull();
  reading.release();
  await harness.settle();
  expect(harness.exit).toBe(0);
});
