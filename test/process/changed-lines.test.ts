/** `--diff` on a real repository and server; diff-cover is the oracle, on the XML report of the same run. */
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { remove, run } from "../support/machine.ts";
import { commit, committed, git, gunicovRun, LIB } from "../support/one-run.ts";

let directory: string;
beforeAll(async () => {
  directory = await committed({
    "src/moved.py": LIB.replaceAll("choose", "other"),
    "src/same.py": "x = 1\n",
  });
});
afterAll(() => remove(directory));

interface DiffCover {
  readonly total_num_lines: number;
  readonly total_num_violations: number;
  readonly src_stats: Readonly<Record<string, { readonly violation_lines: readonly number[] }>>;
}

test("the lines that diff-cover finds: committed, staged, saved, untracked, of a renamed file", async () => {
  git(directory, "checkout", "-qb", "work");
  const lib = join(directory, "src/lib.py");
  await writeFile(lib, LIB.replace('"/never"', '"/nowhere"').replace("return 1", "return 2"));
  await rename(join(directory, "src/moved.py"), join(directory, "src/renamed.py"));
  await appendFile(
    join(directory, "src/renamed.py"),
    "def more(\n    x,\n):\n    return (\n        x\n    )\n",
  );
  await writeFile(join(directory, "src/same.py"), "");
  commit(directory);
  await appendFile(join(directory, "src/app.py"), "STAGED = 1\n");
  git(directory, "add", "-A");
  await appendFile(join(directory, "src/app.py"), "\n\nif STAGED == 2:\n    SAVED = 2  # no cover\n");
  await writeFile(join(directory, "src/fresh.py"), "Y = 1\nZ = 2\n");
  await writeFile(join(directory, "setup.py"), "print()\n");

  const asked = ["--report", "xml=out/c.xml", "--report", "markdown=out/m.md"];
  const ran = await gunicovRun(directory, ["--json", "--diff", "main", "--diff-fail-under", "60", ...asked]);
  expect(ran.code, ran.out).toBe(5);
  const facts = ran.out.split("\n").map((line) => JSON.parse(line));
  const { type, lines, missing, files, not_measured, below } = facts.find((one) => one.type === "diff");
  expect(type).toBe("diff");
  const judge = ["diff-cover", "out/c.xml", "--compare-branch", "main", "--include-untracked"];
  await run([...judge, "--format", "json:out/d.json"], { cwd: directory });
  const theirs: DiffCover = JSON.parse(await readFile(join(directory, "out/d.json"), "utf8"));
  expect([lines, missing]).toEqual([theirs.total_num_lines, theirs.total_num_violations]);
  const ours = files.map((file: { path: string; missing: number[] }) => [file.path, file.missing]);
  const stats = Object.entries(theirs.src_stats);
  expect(Object.fromEntries(ours)).toEqual(
    Object.fromEntries(stats.map(([path, { violation_lines: found }]) => [path, found])),
  );
  expect(Object.keys(theirs.src_stats).toSorted()).toEqual([
    "src/app.py",
    "src/fresh.py",
    "src/lib.py",
    "src/renamed.py",
  ]);
  expect(missing).toBeGreaterThan(3);
  expect(not_measured).toEqual(["setup.py"]);
  expect(below).toEqual({ fail_under: 60 });
  expect(facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "failed", exit_code: 5 });
  expect(facts.filter((one) => one.type === "warning").at(-1)?.message).toContain(
    "below diff_fail_under = 60",
  );
  expect(await readFile(join(directory, "out/m.md"), "utf8")).toContain("below diff_fail_under = 60");
});

test("in text, with annotations where GitHub reads them; nothing to judge is no failure", async () => {
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(directory, "out/summary.md") };
  const ran = await gunicovRun(directory, ["--diff", "main"], env);
  expect(ran.code, ran.out).toBe(0);
  expect(ran.out).toMatch(/^lines changed since main: [\d.]+% run, \d+ of \d+$/m);
  expect(ran.out).toContain("  src/fresh.py: not run 1-2");
  expect(ran.out).toContain("  not measured: setup.py");
  expect(ran.out).toContain("::warning file=src/fresh.py,line=1,endLine=2,title=");
  expect(await readFile(join(directory, "out/summary.md"), "utf8")).toMatch(/^## gunicov\n/);
  git(directory, "add", "-A");
  git(directory, "commit", "-qm", "all");
  const none = await gunicovRun(directory, ["--diff", "HEAD", "--diff-fail-under", "100"]);
  expect(none.code, none.out).toBe(0);
  expect(none.out).toContain("lines changed since HEAD: none of them can be measured, nothing to judge");
  expect(none.out).not.toContain("::");
});

test("a base that is not there is said before the server starts", async () => {
  const ran = await gunicovRun(directory, ["--diff", "origin/main"]);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain("git fetch origin main");
});

test("of tests in another directory, annotations and reports have the paths in the repository", async () => {
  const toml = (text: string) => text.replace("[tool.gunicov.tests]", '[tool.gunicov.tests]\ncwd = "../e2e"');
  const repository = await committed({
    "e2e/pytest.ini": "[pytest]\n",
    "e2e/deep/test_e2e.py":
      "import os, urllib.request\n\ndef test_a():\n    urllib.request.urlopen(os.environ['URL'])\n    assert 1 == 2\n",
    "e2e/deep/test_broken.py": "import not_installed_at_all\n",
  });
  try {
    const service = join(repository, "service");
    await mkdir(service);
    for (const name of ["src", ".coveragerc", "gunicov.toml"]) git(repository, "mv", name, `service/${name}`);
    const file = join(service, "gunicov.toml");
    const text = toml(await readFile(file, "utf8")).replace(
      /,"tests"\]/,
      ',"--continue-on-collection-errors"]',
    );
    await writeFile(file, text);
    const env = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: repository };
    const ran = await gunicovRun(service, ["--report", "codequality=q.json"], env);
    expect(ran.code, ran.out).toBe(1);
    expect(ran.out).toMatch(/^::error file=e2e\/deep\/test_e2e\.py,line=5,/m);
    expect(ran.out).toMatch(/^::error file=e2e\/deep\/test_broken\.py,line=1,/m);
    const quality: readonly { readonly location: { readonly path: string } }[] = JSON.parse(
      await readFile(join(service, "q.json"), "utf8"),
    );
    const paths = quality.map(({ location }) => location.path).toSorted();
    expect(paths).toEqual(["e2e/deep/test_broken.py", "e2e/deep/test_e2e.py"]);
  } finally {
    await remove(repository);
  }
});
