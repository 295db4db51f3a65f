/** A failing test is shown with what the server logged while it ran: it waits for that, and the order stays. */
import { expect, test } from "vitest";
import type { Fact, FactBody } from "../../src/core/fact.ts";
import { Hold } from "../../src/surfaces/text/hold.ts";

let seq = 0;
function fact(at: number, body: FactBody): Fact {
  seq += 1;
  return { v: 1, seq, cycle: 1, at, ...body };
}

function ended(at: number, outcome: "passed" | "failed"): Fact {
  const times = { ms: 1, started: at - 1, ended: at, setup_ms: 0, teardown_ms: 0 };
  const rest = { message: "", place: "", output: "", xfail: null };
  return fact(at, { type: "test.finished", id: `t.py::${at}`, outcome, ...rest, ...times });
}

const finished = (at: number) =>
  fact(at, {
    type: "tests.finished",
    passed: 1,
    failed: 1,
    errors: 0,
    skipped: 0,
    xfailed: 0,
    xpassed: 0,
    ms: 1,
  });
const saved = (at: number) => fact(at, { type: "coverage.file", written: 1, expected: 1, pid: 1 });

test("without a failing test nothing waits", () => {
  const hold = new Hold();
  for (const one of [ended(1, "passed"), finished(2), saved(3)]) expect(hold.take(one)).toEqual([one]);
});

test("it waits until the workers have saved, and what came after it comes after it", () => {
  const hold = new Hold();
  const all = [ended(1, "failed"), ended(2, "passed"), finished(3), saved(4)];
  expect(all.map((one) => hold.take(one).length)).toEqual([0, 0, 0, 4]);
});

test("in a long run half a second is enough, for each of its own", () => {
  const hold = new Hold();
  const all = [ended(1, "failed"), ended(400, "failed"), ended(600, "passed"), ended(950, "passed")];
  const shown = all.map((one) => hold.take(one).map(({ at }) => at));
  expect(shown).toEqual([[], [], [1], [400, 600, 950]]);
});
