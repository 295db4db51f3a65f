/** A small share of bench/fuzz, always the same. */
import { expect, test } from "vitest";
import { answers } from "../../bench/fuzzing/answers.ts";
import { config } from "../../bench/fuzzing/config.ts";
import { child, helper, runner } from "../../bench/fuzzing/programs.ts";
import { report } from "../../bench/fuzzing/report.ts";

const SEED = 20261124;

test.each([
  ["the helper's requests", helper, 2000],
  ["the runner's requests", runner, 2000],
  ["what the runner's child says", child, 2000],
  ["the programs' answers", answers, 1000],
  ["configuration and command line", config, 800],
  ["reports", report, 500],
])("%s", async (_, part, count) => {
  const { inputs, found } = await part(SEED, count);
  expect(found).toEqual([]);
  expect(inputs).toBeGreaterThanOrEqual(count);
});
