/** The bench that must give one number, at a length for CI (50 and more by hand). */
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT, run } from "../support/machine.ts";

const CYCLES = 20;

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in containers", () => {
  test(`${CYCLES} saves in a row give one total, with every worker's file found`, {
    timeout: 300_000,
  }, async () => {
    const stdout = await run([join(ROOT, "bench", "same-every-time"), `${CYCLES}`, "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      cycles: CYCLES,
      distinct_totals: 1,
      files_expected: 2 * CYCLES,
      files_found: 2 * CYCLES,
    });
  });
});
