/** From a project without gunicov to the table of a cold run, as a user has it: the wheel, and two commands. */
import { mkdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtPackages } from "../package/installed.ts";
import { environment, remove, temporaryDirectory } from "../support/machine.ts";
import { coldRun } from "./cold.ts";
import { EXAMPLES, layOut } from "./example.ts";
import { pythonEnvironment } from "./python.ts";

let place = "";
let gunicov = "";

beforeAll(async () => {
  place = await temporaryDirectory("examples");
  const { wheel } = await builtPackages();
  gunicov = join(await pythonEnvironment(join(place, "tool"), [wheel]), "gunicov");
});

afterAll(() => remove(place));

test.each(EXAMPLES)("$name: init and run give a cold run's table", async (example) => {
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
  const type = (...words: readonly string[]) =>
    execa(gunicov, words, { cwd: project, env, extendEnv: false, stdin: "ignore", reject: false, all: true });

  const init = await type("init", "--yes", "--local");
  expect(init.exitCode, init.all).toBe(0);
  const path = join(directory, "report.json");
  const ran = await type("run", "--local", "--report", `json=${path}`);
  expect(ran.exitCode, ran.all).toBe(0);
  expect(ran.all).not.toMatch(/incomplete|unproven/);

  const report = JSON.parse(await readFile(path, "utf8"));
  const cold = await coldRun(example, project, bin, join(directory, "cold"));
  const names = Object.keys(report.files).map((file) => relative(project, file));
  expect(names.toSorted()).toEqual(Object.keys(cold.files).toSorted());
  expect(report.totals).toEqual(cold.totals);
});
