/** What goes wrong at once with a server and tests on this machine. */
import { once } from "node:events";
import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, describe, expect, test } from "vitest";
import { environment, ROOT, remove, run } from "../support/machine.ts";
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
        within: 20_000,
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
        within: 20_000,
      },
    );
    other.close();
  });

  test("its gunicorn.conf.py is broken", () =>
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
        message: new RegExp(`The server's Python has no coverage package: ${python}, `),
        fix: /pip install coverage, or uv add --dev coverage\. gunicov doctor/,
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
  test("has a SyntaxError", () =>
    inProject(
      { files: { "app.py": "def app(:\n" } },
      { kind: "boot-error", exit: 3, message: /does not start: SyntaxError/, fix: /Fix it, and run again/ },
    ));

  test("has an ImportError", () =>
    inProject(
      { files: { "app.py": "import nothing_of_that_name\n" } },
      { kind: "boot-error", exit: 3, message: /No module named 'nothing_of_that_name'/, fix: /Fix it/ },
    ));

  test("has no app of the name", () =>
    inProject(
      { files: { "app.py": "application = 1\n" } },
      { kind: "boot-error", exit: 3, message: /Failed to find attribute 'app'/, fix: /Fix it/ },
    ));
});

describe("coverage.py", () => {
  const refused = (name: string, text: string, message: RegExp, fix = /Correct .*; the next restart/) =>
    inProject({ files: { [name]: text } }, { kind: "coverage-config", exit: 2, message, fix, early: true });

  test("its configuration can't be read", () =>
    refused(".coveragerc", "[run\nbranch = True\n", /\.coveragerc:1: .*no section headers/));

  test("its configuration has a wrong value", () =>
    refused(".coveragerc", "[run]\nbranch = maybe\n", /\.coveragerc:2: .*Not a boolean: maybe/));

  test("its configuration has a wrong pattern", () =>
    refused("setup.cfg", "[coverage:report]\nexclude_also = (\n", /setup\.cfg:2: .*exclude_also/));

  test("its configuration is no TOML", () =>
    refused("pyproject.toml", "[tool.coverage.run]\nbranch = tru\n", /pyproject\.toml:2: .*Invalid value/));

  test("its plugin is not there", () =>
    refused(".coveragerc", "[run]\nplugins = no_such\n", /does not start.*No module named 'no_such'/));

  test("reports no file", () =>
    inProject(
      { files: { ".coveragerc": "[report]\ninclude = nothing/*\n" } },
      {
        kind: "coverage-error",
        exit: 4,
        message: /no file to report: of 1 data file in \/.*gen-/,
        fix: /\.coveragerc/,
      },
    ));

  test("a file's name is not UTF-8", async () => {
    const directory = await project({ files: { ".coveragerc": "[run]\nsource = .\n" } });
    directories.push(directory);
    await writeFile(
      Buffer.concat([Buffer.from(`${directory}/caf`), Buffer.from([0xe9]), Buffer.from(".py")]),
      "x = 1\n",
    );
    await expectError(["run", "--local"], directory, {
      kind: "coverage-error",
      exit: 4,
      message: /name is not UTF-8: b'.*caf\\xe9\.py'/,
      fix: /Rename that file/,
    });
  });
});

test.each([64, 100, 40])("the shell allows %i open files", async (files) => {
  const directory = await project();
  directories.push(directory);
  const words = [join(ROOT, "bin", "gunicov"), "run", "--local"];
  const { all } = await execa("sh", ["-c", `ulimit -n ${files}; exec node "$@"`, "sh", ...words], {
    cwd: directory,
    env: environment(),
    extendEnv: false,
    all: true,
    reject: false,
  });
  expect(all).not.toMatch(/^\s+at |Traceback/m);
  expect(all).toMatch(/ulimit -n|passed in/);
});

describe("the tests", () => {
  test("their command is not there", () =>
    inProject(
      { tests: ["pytesd", "tests"] },
      { kind: "no-command", exit: 2, message: /no .pytesd. on PATH/, fix: /\[tool\.gunicov\.tests\]/ },
    ));

  test("none is collected", () =>
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
      {
        kind: "usage",
        exit: 2,
        message: /unrecognized arguments: --no-such-option/,
        fix: /test command/,
        early: true,
      },
    ));

  test("pytest-xdist is not installed", () =>
    inProject(
      { tests: ["pytest", "tests", "-p", "no:xdist", "-n", "2"] },
      {
        kind: "no-plugin",
        exit: 2,
        message: /pytest-xdist is not installed/,
        fix: /pip install pytest-xdist/,
        early: true,
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
