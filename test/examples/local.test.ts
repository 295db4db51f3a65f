/** From a project without gunicov to the table of a cold run, as a user has it: the wheel, and the commands of docs/start. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment, remove, temporaryDirectory } from "../support/machine.ts";
import { coldRun } from "./cold.ts";
import { expectColdRun } from "./compare.ts";
import { EXAMPLES, layOut } from "./example.ts";
import { commandsOf, follow } from "./page.ts";
import { installedWheel, pythonEnvironment } from "./python.ts";

let place = "";
let tool = "";

beforeAll(async () => {
  place = await temporaryDirectory("examples");
  tool = await installedWheel(join(place, "tool"));
});

afterAll(() => remove(place));

test.concurrent.each(EXAMPLES)("$name: the page's commands give a cold run's table", async (example) => {
  const directory = join(place, example.name);
  const temporary = join(directory, "tmp");
  await mkdir(temporary, { recursive: true });
  const project = await layOut(example, directory);
  const bin = await pythonEnvironment(join(project, ".venv"), example.packages, project);
  // Nothing of the repository's own environment: the project's is found beside it.
  const env = environment({ PATH: "/usr/local/bin:/usr/bin:/bin", TMPDIR: temporary });
  if (example.before !== null) {
    const [file = "", ...args] = example.before;
    await execa(join(bin, file), args, { cwd: project, env, extendEnv: false });
  }
  const report = join(directory, "report.json");
  const typed = await follow(await commandsOf(example.section), project, tool, env, report);
  expect(typed.code, typed.said).toBe(0);
  expect(typed.said).not.toMatch(/incomplete|unproven/);
  await expectColdRun(report, await coldRun(example, project, bin, join(directory, "cold")), project);
});
