/** From a project without gunicov to the table of a cold run, as a user has it: the wheel, and the commands of docs/start. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, temporaryDirectory } from "../support/machine.ts";
import { expectColdRun } from "./compare.ts";
import { EXAMPLES } from "./example.ts";
import { firstTable } from "./first-table.ts";
import { installedWheel } from "./python.ts";

let place: string;
let tool: string;

beforeAll(async () => {
  place = await temporaryDirectory("examples");
  tool = await installedWheel(join(place, "tool"));
});

afterAll(() => remove(place));

test.concurrent.each(EXAMPLES)("$name: the page's commands give a cold run's table", async (example) => {
  const { typed, report, cold, directory } = await firstTable(example, place, tool);
  expect(typed.code, typed.said).toBe(0);
  expect(typed.said).not.toMatch(/incomplete|unproven/);
  await expectColdRun(report, await cold(), directory);
});
