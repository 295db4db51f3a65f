/** A command that makes other coverage: when it is run, what of it counts, and how it ends. The oracle is coverage.py's own combine. */
import { chmod, mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processesWith, remove, run, until } from "../support/machine.ts";
import { committed, gunicovRun, LIB } from "../support/one-run.ts";
import { Session } from "../support/session.ts";

const TEST = `import sys
sys.path.insert(0, "src")
from lib import choose, unused

def test_choose():
    assert choose("/never") == b"never"

def test_unused():
    assert unused() == 1
`;
const PYTEST = ["coverage", "run", "-m", "pytest", "-q", "-p", "no:cacheprovider", "unit"];
/** In parallel, with a child process that is measured too. */
const PARALLEL = [
  "sh",
  "-c",
  'coverage run -p -m pytest -q -p no:cacheprovider "unit/test_$1.py" ; coverage run -p -m pytest -q -p no:cacheprovider unit/test_more.py',
  "sh",
  "lib",
];

let directory: string;
let plain: string;
const at = (path: string) => join(directory, path);
beforeAll(async () => {
  directory = await committed({ "unit/test_lib.py": TEST });
  const toml = await readFile(at("gunicov.toml"), "utf8");
  plain = toml.replace("[tool.gunicov.tests]", 'source = ["src"]\n[tool.gunicov.tests]\nsource = ["tests"]');
});
afterAll(() => remove(directory));

async function configure(command: readonly string[], more = ""): Promise<void> {
  const also = `\n[[tool.gunicov.also]]\nname = "unit"\ncommand = ${JSON.stringify(command)}\n${more}`;
  await writeFile(at("gunicov.toml"), plain + also);
}

// biome-ignore lint/suspicious/noExplicitAny: facts, as a reader of JSON has them.
type Said = any;

async function said(args: readonly string[] = []) {
  const ran = await gunicovRun(directory, ["--json", ...args]);
  const facts: readonly Said[] = ran.out.split("\n").map((line) => JSON.parse(line));
  const of = (type: string) => facts.filter((one) => one.type === type);
  return { ran, of, combined: of("combined")[0] };
}

/** Data files that the command has written. */
async function own(): Promise<readonly string[]> {
  const names = await readdir(at(".gunicov/also/unit"));
  return names.filter((name) => name.startsWith(".cov")).map((name) => at(`.gunicov/also/unit/${name}`));
}

async function oracle(...data: readonly string[]): Promise<string> {
  const all = join(directory, "own.data");
  await run(["coverage", "combine", "--keep", `--data-file=${all}`, ...data], { cwd: directory });
  const total = await run(["coverage", "report", `--data-file=${all}`, "--format=total"], { cwd: directory });
  await rm(all);
  return total.trim();
}

test("its data is its own, and put together as `coverage combine` has it", async () => {
  await configure(PYTEST);
  // What lies there is of an earlier run: it counts no more.
  await mkdir(at(".gunicov/also/unit"), { recursive: true });
  await writeFile(at(".gunicov/also/unit/.coverage.old"), "no data of coverage.py");
  await writeFile(at(".coverage"), "the user's own, which nobody touches");
  const { ran, of, combined } = await said();
  expect(ran.code, ran.out).toBe(0);
  expect(of("also.running")).toMatchObject([{ name: "unit", command: PYTEST }]);
  expect(of("also.ran")).toMatchObject([{ name: "unit", ok: true, message: "" }]);
  expect(combined).toMatchObject({ complete: true, names: ["system", "unit"] });
  const unit = await oracle(...(await own()));
  const all = await oracle(...(await own()), at(".gunicov/.coverage"));
  expect([combined.percents.unit, combined.totals.percent_covered_display]).toEqual([unit, all]);
  expect(await readFile(at(".coverage"), "utf8")).toContain("nobody touches");
  expect(of("report")[0]).toMatchObject({ complete: true });
  expect(Number(all)).toBeGreaterThan(Number(of("report")[0].totals.percent_covered_display));
  await rm(at(".coverage"));
});

test("parallel data files are all taken", async () => {
  await writeFile(
    at("unit/test_more.py"),
    TEST.replace("def test_choose", "def other").replace("never", "no"),
  );
  await configure(PARALLEL);
  const { ran, combined } = await said();
  expect(ran.code, ran.out).toBe(0);
  expect(await own()).toHaveLength(2);
  const all = await oracle(...(await own()), at(".gunicov/.coverage"));
  expect(combined).toMatchObject({ complete: true, totals: { percent_covered_display: all } });
  await rm(at("unit/test_more.py"));
});

test.each([
  ["a failing test", PYTEST, /has failed \(exit code 1\): .*1 failed/],
  ["a program that is not there", ["no-such-program", "unit"], /`no-such-program unit` was not found/],
  ["no data", ["python3", "-c", "pass"], /written no data of coverage.py to .gunicov\/also\/unit/],
])("%s: said, incomplete, exit code 4; the system's own numbers stay", async (what, command, why) => {
  const failing = what === "a failing test";
  if (failing) await writeFile(at("unit/test_lib.py"), TEST.replace("== 1", "== 2"));
  await configure(command);
  const { ran, of, combined } = await said();
  expect(ran.code, ran.out).toBe(4);
  expect(of("also.ran").at(-1)).toMatchObject({ ok: false, message: expect.stringMatching(why) });
  expect(combined).toMatchObject({ complete: false });
  expect(combined.reasons[0]).toMatch(why);
  expect(combined.percents.unit === null).toBe(!failing);
  expect(of("report")[0]).toMatchObject({ complete: true, reasons: [] });
  await writeFile(at("unit/test_lib.py"), TEST);
  await rm(at("else.data"), { force: true });
});

test("where the configuration says where it writes, what is old there is not taken for new", async () => {
  await configure(PYTEST, 'data = ["unit/.coverage"]\n');
  await run(["coverage", "run", "--data-file=unit/.coverage", "-m", "pytest", "-q", "unit"], {
    cwd: directory,
  });
  const old = await said();
  expect(old.ran.code).toBe(4);
  expect(old.combined.reasons[0]).toContain("written no data of coverage.py to unit/.coverage");
  await configure(
    [...PYTEST.slice(0, 2), "--data-file=unit/.coverage", ...PYTEST.slice(2)],
    'data = ["unit/.coverage"]\n',
  );
  const { ran, combined } = await said();
  expect(ran.code, ran.out).toBe(0);
  expect(combined).toMatchObject({ complete: true, percents: { unit: expect.any(String) } });
  await rm(at("unit/.coverage"));
});

test("in watch: run again for what it depends on, for nothing else; its numbers go, and come anew", async () => {
  await configure(PYTEST);
  const session = new Session(["watch", "--local", "--json"], directory);
  try {
    await session.next();
    const first = await session.fact("combined", 0);
    expect(first).toMatchObject({ complete: true });
    // A system test: the server's report is another one, and the unit tests' data the same.
    await writeFile(at("tests/test_more.py"), "def test_more():\n    pass\n");
    const second = await session.fact("combined", first.seq);
    const between = session.facts.slice(first.seq, second.seq).map(({ type }) => type);
    expect(between).toContain("report");
    expect(between).not.toContain("also.running");
    // A unit test: no cycle, and the other way round.
    await writeFile(at("unit/test_lib.py"), TEST.replace("unused() == 1", "unused"));
    const third = await session.fact("combined", second.seq);
    const types = session.facts.slice(second.seq, third.seq).map(({ type }) => type);
    expect(types).toEqual(["also.started", "also.running", "also.ran", "combined"]);
    expect(Number(third.percents.unit)).toBeLessThan(Number(second.percents.unit));
    // The source: both.
    await writeFile(at("src/lib.py"), `${LIB}\n\ndef more():\n    return 2\n`);
    const fourth = await session.fact("combined", third.seq);
    expect(session.facts.slice(third.seq, fourth.seq).map(({ type }) => type)).toContain("also.running");
    expect(fourth).toMatchObject({ complete: true });
    expect(await session.stop()).toBe(0);
  } finally {
    await session.kill();
    await writeFile(at("src/lib.py"), LIB);
    await writeFile(at("unit/test_lib.py"), TEST);
    await rm(at("tests/test_more.py"), { force: true });
  }
});

test("a save ends it, and so does the end of gunicov, however that comes; what a source became meanwhile is not green", async () => {
  const slow = at("slow.sh");
  await writeFile(
    slow,
    '#!/bin/sh\ncoverage run -m pytest -q -p no:cacheprovider unit\nexec sleep "$SLEEP"\n',
  );
  await chmod(slow, 0o755);
  await configure(["./slow.sh"], 'source = ["unit"]\n');
  const session = new Session(["watch", "--local", "--json"], directory, {
    SLEEP: "1000",
    ALSO_MARK: directory,
  });
  const sleeping = async () => {
    const all = await processesWith("ALSO_MARK", directory);
    return all.find((one) => one.includes(" sleep ")) ?? null;
  };
  try {
    await session.next();
    const one = await until("the command", sleeping, 60);
    await writeFile(at("src/lib.py"), `${LIB}# edited\n`);
    await session.next();
    const two = await until(
      "its next run",
      async () => {
        const pid = await sleeping();
        return pid !== one && pid;
      },
      60,
    );
    expect(two).not.toBeNull();
    expect(session.facts.filter(({ type }) => type === "combined" || type === "also.ran")).toEqual([]);
    session.signal("SIGKILL");
    await until("its end", async () => (await sleeping()) === null, 60);
  } finally {
    await session.kill();
    await writeFile(at("src/lib.py"), LIB);
  }
  // In `run`: the file is another one, and then the same again, while the command runs.
  await writeFile(
    slow,
    "#!/bin/sh\nset -e\necho '# x' >> src/lib.py\ncoverage run -m pytest -q -p no:cacheprovider unit\nsed -i '$d' src/lib.py\n",
  );
  const now = new Date();
  await utimes(at("src/lib.py"), now, now);
  const { ran, combined } = await said();
  expect(ran.code, ran.out).toBe(4);
  expect(combined.reasons).toEqual([expect.stringContaining("of another version of src/lib.py")]);
});
