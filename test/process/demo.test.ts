/** `gunicov demo` where it can't begin: what is missing, and what to do. */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment, ROOT, remove, temporaryDirectory } from "../support/machine.ts";

let directory: string;
beforeAll(async () => {
  directory = await temporaryDirectory("demo-errors");
});
afterAll(() => remove(directory));

async function demo(to: string, env: Readonly<Record<string, string>>) {
  const words = [join(ROOT, "bin/gunicov"), "demo", to, "--once"];
  const options = { env: environment(env), extendEnv: false, reject: false, cwd: directory };
  return await execa(process.execPath, words, options);
}

test("without python3 it says which one it needs", async () => {
  const said = await demo("no-python", { PATH: join(directory, "nothing"), UV: "" });
  expect(said.exitCode).toBe(3);
  expect(said.stderr).toMatch(/The demo needs python3\.\nInstall Python 3\.10 or newer\.$/);
});

test("a directory with something else in it is left as it is", async () => {
  await mkdir(join(directory, "mine"));
  await writeFile(join(directory, "mine/app.py"), "");
  const said = await demo("mine", {});
  expect(said.exitCode).toBe(2);
  expect(said.stderr).toMatch(/mine is not empty, and not the demo\.\nName another: gunicov demo DIR\.$/);
});

test.each([
  ["/proc/gunicov-demo", "nothing can be made in /proc"],
  ["/proc/self/fd/99/deep", "nothing can be made in /proc/self/fd"],
  ["mine/app.py", "/mine/app.py is no directory"],
  ["mine/app.py/below", "/mine/app.py is no directory"],
  ["/dev/null", "/dev/null is no directory"],
  ["/sys/gunicov-demo", "/sys can't be written|nothing can be made in /sys"],
])("%s can't take it, and that is said", async (to, why) => {
  const said = await demo(to, {});
  expect(said.stderr).toMatch(
    new RegExp(
      `The demo can't be copied into \\S+: \\S*(?:${why})\\.\nName another directory: gunicov demo DIR\\.`,
    ),
  );
  expect(said.exitCode).toBe(3);
});

test("where its packages can't be fetched it shows what pip said, and another way", async () => {
  // Another Python than .venv's, which has them all.
  const base = await execa("python3", ["-c", "import sys; print(sys.base_prefix + '/bin/python3')"]);
  await mkdir(join(directory, "bare"));
  await symlink(base.stdout, join(directory, "bare/python3"));
  const said = await demo("no-network", {
    PATH: join(directory, "bare"),
    UV: "",
    PIP_CONFIG_FILE: "/dev/null",
    PIP_INDEX_URL: "http://127.0.0.1:9/simple",
    PIP_EXTRA_INDEX_URL: "",
    PIP_RETRIES: "0",
  });
  expect(said.exitCode).toBe(3);
  expect(said.stderr).toMatch(/The demo's packages can't be installed: .* failed\.\nIs there a network\?/);
  expect(said.stderr).toContain("No matching distribution found");
});
