/** Unit tests' data beside the server's: one table. The oracle is coverage.py's own combine and report. */
import { copyFile, mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, run } from "../support/machine.ts";
import { committed, gunicovRun, LIB } from "../support/one-run.ts";

const UNIT = `import sys
sys.path.insert(0, "src")
from lib import choose, unused
assert choose("/never") == b"never" and unused() == 1
`;
const ALSO = '\n[[tool.gunicov.also]]\nname = "unit"\ndata = ["unit/.coverage"]\n';

let directory: string;
const at = (path: string) => join(directory, path);
const coverage = (...words: readonly string[]) => run(["coverage", ...words], { cwd: directory });
beforeAll(async () => {
  directory = await committed({ "unit/unit.py": UNIT, "src/dead.py": "x = 1\n" });
  await writeFile(at("gunicov.toml"), `${await readFile(at("gunicov.toml"), "utf8")}${ALSO}`);
});
afterAll(() => remove(directory));

const unit = () => coverage("run", "--data-file=unit/.coverage", "unit/unit.py");
const total = async (data: string) =>
  (await coverage("report", `--data-file=${data}`, "--format=total")).trim();

async function combinedOf(args: readonly string[] = []) {
  const ran = await gunicovRun(directory, ["--json", ...args]);
  const facts = ran.out.split("\n").map((line) => JSON.parse(line));
  const of = (type: string) => facts.filter((one) => one.type === type);
  return { ran, of, combined: of("combined")[0] };
}

test("data that is not there is said before the server starts", async () => {
  const ran = await gunicovRun(directory, []);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain("unit: there is no unit/.coverage.");
});

test("a column for each measurement and one for all, each as coverage.py says; the system's own stays as it is", async () => {
  await unit();
  const { ran, of, combined } = await combinedOf(["--report", "markdown=out/m.md"]);
  expect(ran.code, ran.out).toBe(0);
  await mkdir(at("own"));
  await copyFile(at("unit/.coverage"), at("own/unit"));
  await coverage("combine", "--keep", "--data-file=own/all", "unit/.coverage", ".gunicov/.coverage");
  const [system, units, all] = await Promise.all([".gunicov/.coverage", "own/unit", "own/all"].map(total));
  expect(combined).toMatchObject({ names: ["system", "unit"], complete: true, reasons: [], below: null });
  expect(combined.percents).toEqual({ system, unit: units });
  expect(combined.totals.percent_covered_display).toBe(all);
  expect(of("report")[0].totals.percent_covered_display).toBe(system);
  expect(new Set([system, units, all]).size).toBe(3);
  const [lib] = combined.files.filter((one: { path: string }) => one.path === "src/lib.py");
  expect(lib).toMatchObject({ elsewhere: [3, 8], missing: "" });
  const text = await gunicovRun(directory, []);
  expect(text.out).toMatch(/^Name +system +unit +all +Lines covered by +Missing$/m);
  expect(text.out).toMatch(/^src\/lib.py +\d+% +\d+% +100% +system 1, unit 2, both 3$/m);
  expect(text.out).toMatch(new RegExp(`^All tests +${system}% +${units}% +${all}%`, "m"));
  expect(await readFile(at("out/m.md"), "utf8")).toContain(
    `| **Total** | ${system} % | ${units} % | ${all} % |`,
  );
});

test("the limit judges the system's total, or that of all where it is told to", async () => {
  const toml = await readFile(at("gunicov.toml"), "utf8");
  const { combined, ran } = await combinedOf(["--fail-under", "90"]);
  expect([ran.code, combined.below]).toEqual([5, null]);
  await writeFile(at("gunicov.toml"), `${toml}\n[tool.gunicov.coverage]\nfail_under_of = "all"\n`);
  const all = await combinedOf(["--fail-under", "90"]);
  expect(all.of("report")[0].below).toBeNull();
  expect(all.ran.code, all.ran.out).toBe(0);
  const more = await combinedOf(["--fail-under", "95"]);
  expect([more.ran.code, more.combined.below.fail_under]).toEqual([5, 95]);
  expect(more.of("warning").at(-1).message).toMatch(/^All coverage is 93 %, below fail_under = 95/);
  await writeFile(at("gunicov.toml"), toml);
});

test("data older than its source is stale: said, incomplete, exit code 4; the system's numbers stay complete", async () => {
  const later = new Date(Date.now() + 10_000);
  await writeFile(at("src/lib.py"), `${LIB}\n# edited\n`);
  await utimes(at("src/lib.py"), later, later);
  const { ran, of, combined } = await combinedOf();
  expect(ran.code, ran.out).toBe(4);
  expect(combined).toMatchObject({ complete: false });
  expect(combined.reasons[0]).toContain("unit: its data may be of another version of src/lib.py");
  expect(of("report")[0]).toMatchObject({ complete: true, reasons: [] });
  const text = await gunicovRun(directory, []);
  expect(text.out).toMatch(/^All tests \(incomplete\) /m);
  expect(text.out).toContain("incomplete: unit: its data may be of another version of src/lib.py");
});

test("data of lines can't be put together with branches", async () => {
  await writeFile(at("src/lib.py"), LIB);
  await writeFile(at("lines.rc"), "[run]\nsource = src\n");
  await coverage("run", "--rcfile=lines.rc", "--data-file=unit/.coverage", "unit/unit.py");
  const { ran, combined } = await combinedOf();
  expect(ran.code, ran.out).toBe(4);
  expect(combined).toMatchObject({
    complete: false,
    reasons: ["unit: unit/.coverage holds lines, and the server measures branches"],
    percents: { unit: null },
  });
  await remove(at("unit"));
});
