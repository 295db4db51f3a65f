/** What the server reads outside of the watched directories: an edit starts a cycle that takes it in. */
import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../support/facts.ts";
import { localPlaceIn } from "../support/local-place.ts";
import { temporaryDirectory } from "../support/machine.ts";
import { edit } from "../support/place.ts";
import { project } from "../support/small-project.ts";

const APP = `import lib

def app(environ, start_response):
    if environ["PATH_INFO"] == "/":
        body = lib.WORD
    else:
        body = b"other"  # dead
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

const PLUGIN = `import coverage

class Excluder(coverage.CoveragePlugin):
    def configure(self, config):
        config.set_option("report:exclude_lines", ["dead"])

def coverage_init(registry, options):
    registry.add_configurer(Excluder())
`;

const RC = "[run]\nsource = .\nomit = tests/*, gunicorn.conf.py\nplugins = excluder\n";

const TOML = `
[tool.gunicov.server]
command = ["gunicorn", "--bind", "127.0.0.1:{port}", "-w", "2", "app:app"]
env = { COVERAGE_RCFILE = "settings/coverage.ini" }
source = ["src"]

[tool.gunicov.tests]
command = ["pytest", "-q", "-p", "no:cacheprovider", "tests"]
source = ["tests"]
env = { URL = "http://127.0.0.1:{port}" }
`;

function appOf(report: Report) {
  return report.files.find((file) => file.path === "app.py");
}

test("settings, a plugin and a module outside of the watched directories", async () => {
  const files = {
    "app.py": APP,
    "lib.py": 'WORD = b"hello"\n',
    "excluder.py": PLUGIN,
    "settings/coverage.ini": RC,
    "src/unused.py": "x = 1\n",
    "gunicov.toml": TOML,
  };
  const directory = await project({ files }, join(await temporaryDirectory("settings"), "project"));
  const place = localPlaceIn(directory);
  try {
    const session = await place.watch();
    let said: unknown;
    const good = async () => {
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
      const report = cycle.report();
      expect(report).toMatchObject({ complete: true, reasons: [] });
      said = cycle.of("server.ready")[0]?.coverage;
      return report;
    };
    expect(appOf(await good())?.excluded_lines).toEqual([7]);
    await edit(place, "excluder.py", (text) => text.replace('["dead"]', '["DEAD"]'));
    const edited = await good();
    expect(appOf(edited)).toMatchObject({ excluded_lines: [], missing_lines: [7] });
    await edit(place, "settings/coverage.ini", (text) => text.replace("[run]", "[run]\nbranch = True"));
    const branched = await good();
    expect(branched.totals).toMatchObject({ num_branches: 2 });
    expect(said).toMatchObject({ config: "settings/coverage.ini", branch: true });
    await edit(place, "tests/test_app.py", (text) => `${text}# a comment\n`);
    expect((await good()).totals).toEqual(branched.totals);
    expect(said).toBeUndefined();
    await edit(place, "lib.py", (text) => `${text}OTHER = 1\n`);
    expect((await good()).totals.num_statements).toBe(branched.totals.num_statements + 1);
    // Settings that are not there yet, right in the root.
    await writeFile(join(directory, "gunicorn.conf.py"), "workers = 3\n");
    await good();
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});

test("a module that git ignores and the server has loaded, but for what the user has ignored", async () => {
  const files = {
    "src/app.py": APP.replaceAll("lib", "local_settings").replace("import", "import left\nimport"),
    "src/local_settings.py": 'WORD = b"hello"\n',
    "src/left.py": "x = 1\n",
    ".gitignore": "local_settings.py\nleft.py\n",
    ".coveragerc": "[run]\nsource = src\n",
    "gunicov.toml": `${TOML.replace("env = { COVERAGE_RCFILE", "# env = { COVERAGE_RCFILE").replace(
      '"app:app"',
      '"--pythonpath", "src", "app:app"',
    )}\n[tool.gunicov.watch]\nignore = ["left.py"]\n`,
  };
  const directory = await project({ files }, join(await temporaryDirectory("ignored"), "project"));
  execFileSync("git", ["init", "-q", directory]);
  const place = localPlaceIn(directory);
  try {
    const session = await place.watch();
    const before = (await session.next()).report();
    await edit(place, "src/local_settings.py", (text) => `${text}OTHER = 1\n`);
    const after = (await session.next()).report();
    expect(after).toMatchObject({ complete: true, reasons: [] });
    expect(after.totals.num_statements).toBe(before.totals.num_statements + 1);
    // It is not watched: the next cycle is that of the save after it.
    await edit(place, "src/left.py", (text) => `${text}y = 1\n`);
    await edit(place, "src/app.py", (text) => `${text}z = 1\n`);
    const last = await session.next();
    expect(last.report().totals.num_statements).toBe(after.totals.num_statements + 2);
    expect(last.of("cycle.started")[0]?.files).toEqual(["src/app.py"]);
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});
