/** The tests' command is edited while gunicov watches: what is wrong with it is said before the server is restarted for the next save. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultProject } from "../support/fault-project.ts";

let project: FaultProject;
let saves = 0;

beforeAll(async () => {
  project = await FaultProject.open();
});
afterAll(() => project?.close());

/** A change of the server's code, which its workers have to load. */
async function edit(): Promise<void> {
  saves += 1;
  const words = await readFile(project.at("web/words.py"), "utf8");
  await project.save("web/words.py", words.replace(/( # \d+)?\n/, ` # ${saves}\n`));
}

test.each([
  ["a program that is not there", '"pytest"', '"pytesd"', "no-command", "“pytesd”"],
  ["an option that pytest does not know", '"tests"', '"tests", "--nope"', "usage", "--nope"],
  ["a directory that is not there", "env = {", 'cwd = "nowhere"\nenv = {', "config", "nowhere"],
])("%s", async (_, right, wrong, kind, message) => {
  const config = await readFile(project.at("gunicov.toml"), "utf8");
  const [, tests = ""] = config.split("[tool.gunicov.tests]");
  await project.save("gunicov.toml", config.replace(tests, tests.replace(right, wrong)));
  const first = await project.bad(kind, 2);
  expect(first.of("error")[0]?.message).toContain(message);
  expect(first.of("error")[0]?.fix).not.toBe("");
  await edit();
  const second = await project.bad(kind, 2);
  expect([...second.of("server.restarting"), ...second.of("server.ready")]).toEqual([]);
  await project.save("gunicov.toml", config);
  const fixed = await project.good();
  expect(fixed.of("server.ready")).toMatchObject([{ restarted: true }]);
});
