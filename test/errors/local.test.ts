/** What goes wrong at once with a server and tests on this machine. */
import { once } from "node:events";
import { mkdir, readdir, symlink } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { ROOT, remove, run } from "../support/machine.ts";
import { type Choices, project, SERVER } from "../support/small-project.ts";
import { type Expected, expectError } from "./expect.ts";

const directories: string[] = [];

async function inProject(choices: Choices, expected: Expected): Promise<void> {
  const directory = await project(choices);
  directories.push(directory);
  await expectError(["run", "--local"], directory, expected);
  // The server's record goes with the server.
  const left = await readdir(join(directory, ".gunicov")).catch(() => []);
  expect(left.filter((name) => name.startsWith("server-"))).toEqual([]);
}

afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

describe("the server", () => {
  test("gunicorn is not installed", () =>
    inProject(
      { server: ["gunicorm", "app:app"] },
      {
        kind: "no-gunicorn",
        exit: 3,
        message: /gunicorm was not found/,
        fix: /pip install gunicorn/,
        within: 3000,
      },
    ));

  test("its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await inProject(
      { server: ["gunicorn", "--bind", `127.0.0.1:${port}`, "app:app"] },
      {
        kind: "port-taken",
        exit: 3,
        message: new RegExp(`address is in use: .*${port}`),
        fix: /server\.port = 0/,
        within: 3000,
      },
    );
    other.close();
  });

  test("row 8: its gunicorn.conf.py is broken", () =>
    inProject(
      { files: { "gunicorn.conf.py": "workers = 1\nthreads = = 2\n" } },
      {
        kind: "server-lost",
        exit: 3,
        message: /gunicorn has ended \(exit code 1\): SyntaxError: invalid syntax \(.*gunicorn\.conf\.py:2\)/,
        fix: /what its log says/,
      },
    ));

  test("gunicorn refuses its options", () =>
    inProject(
      { server: [...SERVER, "--workers", "many"] },
      {
        kind: "server-lost",
        exit: 3,
        message: /argument -w\/--workers: invalid int value/,
        fix: /what its log says/,
      },
    ));

  test("a -c of its own keeps the hook out", () =>
    inProject(
      { server: [...SERVER, "-c", "own.py"], files: { "own.py": "workers = 1\n" } },
      {
        kind: "no-hook",
        exit: 2,
        message: /without gunicov's hook: -c own\.py on its command line/,
        fix: /GUNICOV_USER_CONFIG = "own\.py"/,
      },
    ));

  test("its Python has no coverage", async () => {
    const venv = join(await project(), "venv");
    directories.push(join(venv, ".."));
    const python = await venvWithGunicornOnly(venv);
    await inProject(
      { server: [python, "-m", ...SERVER] },
      {
        kind: "no-coverage",
        exit: 2,
        message: new RegExp(`The server's Python \\(${python}.*has no coverage package`),
        fix: new RegExp(`${python} -m pip install coverage`),
      },
    );
  });

  test("its working directory is not there", () =>
    inProject(
      { more: 'cwd = "nowhere"' },
      {
        kind: "config",
        exit: 2,
        message: /The working directory .*nowhere is not there/,
        fix: /set another cwd/,
      },
    ));
});

describe("the code", () => {
  test("row 8: has a SyntaxError", () =>
    inProject(
      { files: { "app.py": "def app(:\n" } },
      { kind: "boot-error", exit: 3, message: /does not start: SyntaxError/, fix: /Mend it and save/ },
    ));

  test("row 8: has an ImportError", () =>
    inProject(
      { files: { "app.py": "import nothing_of_that_name\n" } },
      { kind: "boot-error", exit: 3, message: /No module named 'nothing_of_that_name'/, fix: /Mend it/ },
    ));

  test("row 8: has no app of the name", () =>
    inProject(
      { files: { "app.py": "application = 1\n" } },
      { kind: "boot-error", exit: 3, message: /Failed to find attribute 'app'/, fix: /Mend it/ },
    ));
});

describe("the tests", () => {
  test("their command is not there", () =>
    inProject(
      { tests: ["pytesd", "tests"] },
      { kind: "no-command", exit: 2, message: /no .pytesd. on PATH/, fix: /\[tool\.gunicov\.tests\]/ },
    ));

  test("row 9: none is collected", () =>
    inProject(
      { tests: ["pytest", "tests", "-k", "nothing"] },
      { kind: "no-tests", exit: 2, message: /collected no tests/, fix: /testpaths/ },
    ));

  test("their path is not there", () =>
    inProject(
      { tests: ["pytest", "nowhere"] },
      { kind: "usage", exit: 2, message: /nowhere/, fix: /command/ },
    ));

  test("pytest refuses an option", () =>
    inProject(
      { tests: ["pytest", "tests", "--no-such-option"] },
      { kind: "usage", exit: 2, message: /unrecognized arguments: --no-such-option/, fix: /test command/ },
    ));

  test("pytest-xdist is not installed", () =>
    inProject(
      { tests: ["pytest", "tests", "-p", "no:xdist", "-n", "2"] },
      {
        kind: "no-plugin",
        exit: 2,
        message: /pytest-xdist is not installed/,
        fix: /pip install pytest-xdist/,
      },
    ));
});

/** Cheap: no pip, and gunicorn by links. Gives its python. */
async function venvWithGunicornOnly(venv: string): Promise<string> {
  const own = join(ROOT, ".venv", "bin", "python");
  await run([own, "-m", "venv", "--without-pip", venv]);
  const python = join(venv, "bin", "python");
  const where = "import sysconfig; print(sysconfig.get_path('purelib'))";
  const [from, to] = [(await run([own, "-c", where])).trim(), (await run([python, "-c", where])).trim()];
  await mkdir(to, { recursive: true });
  for (const name of ["gunicorn", "packaging"]) await symlink(join(from, name), join(to, name));
  return python;
}
