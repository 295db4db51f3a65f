/** What bench/soak does in which cycle. */
import { expect, test } from "vitest";
import { plan } from "../../bench/lib/soak/plan.ts";

const KINDS = Array.from({ length: 18 }, (_, index) => `fault ${index}`);

test.each([40, 100, 500])("of %i cycles at least 40 %% have a fault, and each kind comes up", (cycles) => {
  const all = plan(cycles, KINDS, 1);
  const faults = all.filter((kind) => kind !== null);
  expect(all.length).toBe(cycles);
  expect(faults.length).toBeGreaterThanOrEqual(0.4 * cycles);
  expect(faults.length).toBeLessThanOrEqual(0.5 * cycles);
  expect(new Set(faults)).toEqual(new Set(KINDS));
});

test("the same seed gives the same plan, another seed another one", () => {
  expect(plan(100, KINDS, 7)).toEqual(plan(100, KINDS, 7));
  expect(plan(100, KINDS, 7)).not.toEqual(plan(100, KINDS, 8));
});
