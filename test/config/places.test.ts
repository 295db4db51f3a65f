/** What is watched, and what a change of a file means, by the settings and by what is there. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isOfStart, placesOf, serverSource } from "../../src/config/places.ts";
import type { FileConfig } from "../../src/config/schema.ts";
import { mergeSettings } from "../../src/config/settings.ts";
import { testPlaces } from "../../src/config/test-places.ts";
import { takesEffectAtStart } from "../../src/core/start-file.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";
import { fileLayer, NO_FLAGS } from "../support/no-flags.ts";

let root: string;

beforeEach(async () => {
  root = await temporaryDirectory("places");
});
afterEach(() => remove(root));

async function put(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await write(path, "");
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

const at = (...paths: readonly string[]) => paths.map((path) => join(root, path));
const places = (command: readonly string[], cwd: string | null = null) =>
  testPlaces(root, cwd, command).map((path) => path.slice(root.length + 1));

function settings(config: FileConfig) {
  const file = join(root, "gunicov.toml");
  const loaded = { layer: fileLayer(config, file), root, file, explicit: false, doubt: null };
  const settled = mergeSettings(loaded, NO_FLAGS, root);
  if (!settled.ok) throw new Error(settled.failure.message);
  return settled.value;
}

describe("the tests of this machine are where", () => {
  test.each([
    { name: "a directory", command: ["pytest", "-n", "auto", "checks/system"] },
    { name: "a file", command: ["python", "-m", "pytest", "-x", "checks/system/test_a.py"] },
    { name: "one test of a file", command: ["/usr/bin/pytest", "checks/system/test_a.py::test_b[1]"] },
    {
      name: "behind options",
      command: ["env/bin/pytest", "-k", "tests", "-p", "no:cacheprovider", "--tb", "short", "checks/system"],
    },
  ])("the command names $name", async ({ command }) => {
    await put("checks/system/test_a.py", "tests/test_c.py");
    expect(places(command)).toEqual([command.at(-1)?.split("::")[0]]);
  });

  test("its paths are from the tests' working directory", async () => {
    await put("api/e2e/test_a.py");
    expect(places(["pytest", "e2e"], "api")).toEqual(["api/e2e"]);
  });

  test.each([
    ["pytest.ini", "[pytest]\ntestpaths = systest\n    more/*/deep\n[other]\ntestpaths = no\n"],
    ["pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["systest", "more/*/deep"]\n'],
    ["tox.ini", "[tox]\n[pytest]\naddopts = -q\ntestpaths =\n  systest\n  more/*/deep\n"],
    ["setup.cfg", "[metadata]\n[tool:pytest]\ntestpaths = systest more/*/deep\n"],
  ])("%s says testpaths", async (file, text) => {
    await put("systest/test_a.py", "tests/test_b.py", "more/a/deep/test_c.py");
    await write(file, text);
    expect(places(["pytest"])).toEqual(["systest", "more"]);
  });

  test("nothing says it: under the usual names, and where test files lie", async () => {
    await put(
      "tests/test_a.py",
      "e2e/test_b.py",
      "systest/test_c.py",
      "own/test_d.py",
      "test_root.py",
      "src/app.py",
    );
    await put(".venv/test_no.py");
    expect(places(["pytest"]).toSorted()).toEqual(["e2e", "own", "systest", "test_root.py", "tests"]);
  });
});

describe("what is watched", () => {
  test("is what is mounted, and not gunicov's own hook; the tests' mounts too where only the server's source is named", async () => {
    await put(
      "src/a.py",
      "e2e/test_a.py",
      "tool/gunicov_hook.py",
      "tool/gunicov_helper/__init__.py",
      "hook/gunicov_hook.py",
    );
    const [src = "", e2e = "", tool = "", hook = ""] = at("src", "e2e", "tool", "hook/gunicov_hook.py");
    const found = { server: [src, tool, hook], tests: [src, e2e] };
    const all = settings({ server: { service: "web" }, tests: { service: "tests" } });
    expect(placesOf(all, found)).toMatchObject({ named: [], found: [src, e2e] });
    expect(serverSource(all, found)).toEqual([src]);
    const named = settings({ server: { service: "web", source: ["src"] }, tests: { service: "tests" } });
    expect(placesOf(named, found)).toMatchObject({ named: [src], found: [e2e] });
  });

  test("beside the code: environment files, settings, what the server is started with; nothing else", () => {
    const { beside } = placesOf(settings({ server: { service: "web", source: [] } }), {
      server: [],
      tests: null,
    });
    const wanted = (names: string) => names.split(" ").filter((name) => beside.wanted(name));
    const yes =
      ".env .env.local gunicov.toml pyproject.toml .coveragerc conftest.py compose.yaml Dockerfile uv.lock";
    expect(wanted(`${yes} README.md server.log db.sqlite3 notes.txt`).join(" ")).toBe(yes);
  });
});

describe("a file that only a new start of the server takes in", () => {
  test("is known by its name", () => {
    const names = [
      ..."Dockerfile Dockerfile.dev web.Dockerfile Containerfile compose.yaml compose.override.yml docker-compose.yml".split(
        " ",
      ),
      ..."docker-compose.prod.yaml .dockerignore requirements.txt requirements-dev.txt requirements.in constraints.txt".split(
        " ",
      ),
      ..."Pipfile Pipfile.lock poetry.lock uv.lock Procfile environment.yml entrypoint.sh docker-entrypoint.sh start.sh".split(
        " ",
      ),
    ];
    expect(names.filter((name) => !takesEffectAtStart(name))).toEqual([]);
    const saves =
      "app.py composer.yaml requirements.md start.py page.html settings.yaml seed.sh gunicorn.out lock.json";
    expect(saves.split(" ").filter(takesEffectAtStart)).toEqual([]);
  });

  test("is the local server's own script; among the tests nothing is", async () => {
    await put("bin/go", "web/out", "tests/requirements.txt", "tests/test_a.py");
    const found = { server: null, tests: null };
    const own = settings({ server: { command: ["sh", "bin/go", "--log", "web/out"] } });
    const verdicts = at("bin/go", "web/out", "tests/requirements.txt").map((path) =>
      isOfStart(path, own, found),
    );
    expect(verdicts).toEqual([true, false, false]);
    expect(isOfStart(join(root, "requirements.txt"), own, found)).toBe(true);
  });
});
