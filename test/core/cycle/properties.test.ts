import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { reduce } from "../../../src/core/cycle/cycle.ts";
import { ONCE, type Policy, WATCH } from "../../../src/core/policy.ts";
import { type Action, action } from "./actions.ts";
import { FAULTS } from "./faults.ts";
import { type Reduce, World } from "./world.ts";

const RUNS = 10_000;
const LENGTH = 60;
const LOG = "test.log";
const POLICIES: readonly Policy[] = [WATCH, { ...WATCH, onChange: "queue" }, ONCE];

/** Runs a sequence and then everything to its end; throws where an invariant breaks. */
function live(reduceUnderTest: Reduce, policy: Policy, actions: readonly Action[]): World {
  const world = new World(reduceUnderTest, policy);
  for (const one of actions) world.act(one);
  world.comeToRest();
  if (world.killed || world.state.phase === "stopped") return world;
  if (world.openCycles.size > 0) throw new Error("a cycle never finished");
  const { phase, server, next } = world.state;
  if (phase !== "idle") throw new Error(`at rest in ${phase}`);
  if (server === "up" && next !== null) throw new Error("something is waiting that nothing will start");
  // A cancelled cycle's files are run with the next one; here the user asks for it.
  world.act({ type: "rerun", select: [], after: 1 });
  world.comeToRest();
  if (!policy.once) writesLog(world);
  world.act({ type: "rerun", select: [], after: 1 });
  world.comeToRest();
  if (world.owed.size > 0) throw new Error(`changes were lost: ${[...world.owed].join(", ")}`);
  return world;
}

/** A log that the tests write: they must not start over for ever, and the user's saves still count. */
function writesLog(world: World): void {
  world.change([LOG]);
  world.comeToRest([LOG]);
  const before = world.finished.size;
  world.act({ type: "files", files: ["a.py"], after: 60_000 });
  world.comeToRest([LOG]);
  if (world.state.server === "up" && world.finished.size === before)
    throw new Error("a save has started nothing");
}

function check(reduceUnderTest: Reduce, runs: number) {
  return fc.check(
    fc.property(fc.constantFrom(...POLICIES), fc.array(action, { maxLength: LENGTH }), (policy, actions) => {
      live(reduceUnderTest, policy, actions);
    }),
    { numRuns: runs },
  );
}

describe("the cycle, over random events", () => {
  test("holds its invariants", () => {
    const details = check(reduce, RUNS);
    expect(details.failed, fc.defaultReportMessage(details)).toBe(false);
  });

  test("gets through whole cycles often enough for that to mean something", () => {
    const worlds = fc
      .sample(fc.array(action, { minLength: LENGTH, maxLength: LENGTH }), 500)
      .map((actions) => live(reduce, WATCH, actions));
    const finished = worlds.reduce((sum, world) => sum + world.finished.size, 0);
    expect(finished).toBeGreaterThan(500);
  });

  test.each(FAULTS)("catches: $name", ({ into }) => {
    expect(check(into(reduce), RUNS).failed).toBe(true);
  });
});
