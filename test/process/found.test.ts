/** A project without any configuration: gunicov runs on what it finds, and its table is that of a cold run. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../src/adapters/process/port.ts";
import { ofType, parseFact } from "../support/facts.ts";
import { environment, ROOT, remove, run, temporaryDirectory, until } from "../support/machine.ts";

const FILES = {
  Procfile: "web: gunicorn --workers 2 --bind 0.0.0.0:$PORT shop.web:app\n",
  ".coveragerc": "[run]\nbranch = true\nsource = shop\n",
  "shop/__init__.py": "",
  "shop/web.py":
    'from shop.rules import price\n\n\ndef app(environ, start_response):\n    start_response("200 OK", [])\n    return [price(environ["PATH_INFO"])]\n',
  "shop/rules.py":
    'def price(path):\n    if path == "/free":\n        return b"0"\n    return b"1"\n\n\ndef unused():\n    return 1\n',
  "tests/system/test_shop.py":
    'import os\nimport urllib.request\n\nURL = os.environ.get("SHOP_URL", "http://localhost:8000")\n\n\ndef test_price():\n    assert urllib.request.urlopen(f"{URL}/tea").read() == b"1"\n',
  "tests/unit/test_rules.py":
    'from shop.rules import price\n\n\ndef test_free():\n    assert price("/free") == b"0"\n',
};

const made: string[] = [];
afterAll(async () => {
  for (const directory of made) await remove(directory);
});

async function place(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await temporaryDirectory("found");
  made.push(directory);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}

async function gunicov(cwd: string, ...words: readonly string[]) {
  return await execa(process.execPath, [join(ROOT, "bin", "gunicov"), ...words], {
    ...{ cwd, env: environment({}), extendEnv: false, stdin: "ignore", reject: false },
  });
}

/** Plain gunicorn under coverage.py's own .pth, ended by SIGTERM: its lines and missing branches by file. */
async function cold(directory: string): Promise<unknown> {
  const rc = join(directory, "cold.rc");
  await writeFile(
    rc,
    `[run]\nbranch = true\nsource = shop\nparallel = true\ndata_file = ${directory}/.cold\n`,
  );
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn("gunicorn", ["--workers", "2", "--bind", address, "shop.web:app"], {
    cwd: directory,
    env: environment({ COVERAGE_PROCESS_START: rc }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const closed = once(server, "close");
  try {
    await until("the cold server", () => log.split("Booting worker").length === 3);
    await run(["pytest", "-q", "tests/system"], { cwd: directory, env: { SHOP_URL: `http://${address}` } });
  } finally {
    server.kill("SIGTERM");
    await closed;
  }
  const options = { cwd: directory, env: environment({}) };
  execFileSync("coverage", ["combine", `--rcfile=${rc}`], options);
  execFileSync("coverage", ["json", `--rcfile=${rc}`, "-o", "cold.json"], options);
  return totalsOf(JSON.parse(await readFile(join(directory, "cold.json"), "utf8")).totals);
}

function totalsOf(totals: Readonly<Record<string, unknown>>): unknown {
  const { covered_lines, num_statements, num_branches, covered_branches, percent_covered } = totals;
  return { covered_lines, num_statements, num_branches, covered_branches, percent_covered };
}

test("a Procfile's project: found with its reasons, run, and the total is that of a cold run", async () => {
  const directory = await place(FILES);
  const { stdout, exitCode } = await gunicov(directory, "run", "--json");
  const facts = stdout.split("\n").map(parseFact);
  const [found] = ofType(facts, "found");
  expect(found?.findings.map(({ key, value }) => `${key}: ${value}`)).toEqual([
    "server.command: gunicorn --bind 127.0.0.1:{port} --workers 2 shop.web:app",
    "server.source: shop",
    "tests.command: pytest tests/system",
    "tests.env: SHOP_URL=http://127.0.0.1:{port}",
    "coverage: .coveragerc",
  ]);
  expect(found?.findings[0]?.why).toBe("Procfile:1, web");
  const [report] = ofType(facts, "report");
  expect(report?.complete).toBe(true);
  expect(exitCode).toBe(0);
  expect(totalsOf({ ...report?.totals })).toEqual(await cold(directory));
});

test("a flag wins over what was found, and a file that names the server ends the search", async () => {
  const directory = await place(FILES);
  const flagged = await gunicov(directory, "config", "--tests-command", "pytest tests/unit");
  expect(flagged.stdout).toMatch(/command = \["pytest", "tests\/unit"\] +# --tests-command/);
  expect(flagged.stdout).toMatch(/source = \["shop"\] +# found: Python code/);
  await writeFile(join(directory, "gunicov.toml"), '[server]\ncommand = ["gunicorn", "x:y"]\n');
  expect((await gunicov(directory, "config")).stdout).not.toContain("# found");
});

test("two ways to start gunicorn: without a terminal the key that decides is named, exit code 2", async () => {
  const directory = await place({
    ...FILES,
    Procfile: "web: gunicorn shop.web:app\nother: gunicorn -w 3 shop.web:app\n",
  });
  const { exitCode, stderr, stdout } = await gunicov(directory, "run");
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("2 answers fit (server.command)");
  expect(stderr).toContain("[tool.gunicov.server]");
});
