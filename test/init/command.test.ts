/** `gunicov init` as people type it, on a project of files without Docker. */
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

const PYPROJECT = "# mine\n[project]\nname = 'shop'\n";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory("init-command");
  await mkdir(join(root, "tests"));
  const texts = {
    "pyproject.toml": PYPROJECT,
    Procfile: "web: gunicorn --workers 2 app:app\n",
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "tests/test_app.py": "import os\nimport requests\n\nURL = os.environ['BASE_URL']\n",
  };
  for (const [name, text] of Object.entries(texts)) await writeFile(join(root, name), text);
});
afterEach(() => remove(root));

const names = async () => (await readdir(root)).toSorted();
const pyproject = () => readFile(join(root, "pyproject.toml"), "utf8");

test("shows the diff and writes nothing where nobody can be asked; --yes writes; twice is as once; --undo takes it back", async () => {
  const before = await names();
  const shown = await gunicov(["init"], root);
  expect(shown.stdout).toContain("+[tool.gunicov.server]");
  expect(shown.stdout).toMatch(/\+command = \["gunicorn", /);
  expect(shown.stdout).toContain("Nothing was written: there is no terminal to ask on.");
  expect([shown.code, await names(), await pyproject()]).toEqual([2, before, PYPROJECT]);

  const written = await gunicov(["init", "--yes"], root);
  expect([written.code, written.stderr]).toEqual([0, ""]);
  expect(written.stdout).toMatch(/Next:\n {2}gunicov\s*$/);
  expect((await pyproject()).startsWith(`${PYPROJECT}\n[tool.gunicov.server]\n`)).toBe(true);
  const config = await gunicov(["config"], root);
  expect(config.stdout).toMatch(/command = \["gunicorn", .*# pyproject\.toml:6/);

  const again = await gunicov(["init", "--yes"], root);
  expect([again.code, again.stdout]).toMatchObject([0, expect.stringContaining("Nothing to write")]);

  expect((await gunicov(["init", "--undo"], root)).code).toBe(0);
  expect([await names(), await pyproject()]).toEqual([before, PYPROJECT]);
}, 30_000);

test("--undo says what becomes of containers that were started with it", async () => {
  const text = "services: {}\n";
  const after = createHash("sha256").update(text).digest("hex");
  await mkdir(join(root, ".gunicov"));
  await writeFile(join(root, "compose.gunicov.yaml"), text);
  const record = [{ path: "compose.gunicov.yaml", before: null, after }];
  await writeFile(join(root, ".gunicov", "init.json"), JSON.stringify(record));
  const undone = await gunicov(["init", "--undo"], root);
  expect(undone.stdout).toMatch(
    /^Taken back: compose\.gunicov\.yaml\n.*still name its files.*docker compose up -d\n?$/,
  );
}, 30_000);

test("--undo refuses where the user has edited a file since, and keeps it", async () => {
  await gunicov(["init", "--yes"], root);
  const edited = (await pyproject()).replace("shop", "store");
  await writeFile(join(root, "pyproject.toml"), edited);
  const undone = await gunicov(["init", "--undo"], root);
  expect([undone.code, undone.stderr]).toMatchObject([
    2,
    expect.stringContaining("pyproject.toml was edited"),
  ]);
  expect(await pyproject()).toBe(edited);
}, 30_000);

test("--up runs the command that starts the containers, and gives its exit code", async () => {
  await rm(join(root, "Procfile"));
  const web =
    '    image: shop\n    command: gunicorn app:app\n    volumes: [".:/app"]\n    ports: ["8000:8000"]\n';
  await writeFile(join(root, "compose.yaml"), `version: "3.7"\nservices:\n  web:\n${web}`);
  // Stands in for compose, of both versions: it says how it was called, and fails where it is to start something.
  const bin = join(root, "bin");
  await mkdir(bin);
  for (const name of ["docker", "docker-compose"])
    await writeFile(
      join(bin, name),
      '#!/bin/sh\necho "called $@"\ncase $* in *up*) exit 7 ;; *) exit 1 ;; esac\n',
      {
        mode: 0o755,
      },
    );
  const env = { PATH: `${bin}:${process.env.PATH}`, DOCKER_HOST: "unix:///nowhere.sock" };
  const { code, stdout } = await gunicov(["init", "--yes", "--up"], root, env);
  expect(stdout).toMatch(/\$ docker[ -]compose -f compose\.yaml -f compose\.gunicov\.yaml up -d\n/);
  expect(stdout).toContain("called ");
  expect(code).toBe(7);
}, 30_000);

test("--up where there is no docker says so, and keeps what was written", async () => {
  await rm(join(root, "Procfile"));
  const web =
    '    image: shop\n    command: gunicorn app:app\n    volumes: [".:/app"]\n    ports: ["8000:8000"]\n';
  await writeFile(join(root, "compose.yaml"), `services:\n  web:\n${web}`);
  const env = { PATH: dirname(process.execPath), DOCKER_HOST: "unix:///nowhere.sock" };
  const { code, stderr } = await gunicov(["init", "--yes", "--up"], root, env);
  expect(stderr).toMatch(/docker can't be run: .*ENOENT.*\n.*Install Docker with compose/);
  expect([code, await names()]).toEqual([2, expect.arrayContaining(["compose.gunicov.yaml"])]);
}, 30_000);
