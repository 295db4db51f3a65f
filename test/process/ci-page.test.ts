/** docs/start/ci.md: the commands of its workflow files, read from the page, in a clean clone with a local server. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { environment, ROOT, remove } from "../support/machine.ts";
import { commit, committed, git, LIB } from "../support/one-run.ts";

let origin: string;
let page: string;
beforeAll(async () => {
  page = await readFile(join(ROOT, "docs/start/ci.md"), "utf8");
  origin = await committed();
  git(origin, "checkout", "-qb", "work");
  await writeFile(join(origin, "src/lib.py"), LIB.replace("return 1", "return 2"));
  const toml = await readFile(join(origin, "gunicov.toml"), "utf8");
  const [, limits = ""] = /```toml\n(.*?)```/s.exec(page) ?? [];
  await writeFile(join(origin, "gunicov.toml"), `${toml}\n${limits}`);
  commit(origin);
});
afterAll(() => remove(origin));

/** The commands of a section's job, without the installation of packages. */
function commands(section: string): readonly string[] {
  const [, text = ""] = new RegExp(`\n## ${section}\n(.*?)\n## `, "s").exec(page) ?? [];
  const lines = [...text.matchAll(/^ +- (?:run: )?((?:pip|git|gunicov) .*)$/gm)].map(([, line = ""]) => line);
  expect(lines[0]).toMatch(/^pip install .* gunicov$/);
  return lines.slice(1);
}

/** A clone as CI makes it, and what each command there ended with. */
async function inClone(lines: readonly string[], env: Readonly<Record<string, string>>) {
  const directory = await mkdtemp(join(origin, "clone-"));
  git(origin, "clone", "-q", "--branch", "work", `file://${origin}`, directory);
  const own = environment({ ...env, GIT_TERMINAL_PROMPT: "0" });
  const path = [join(ROOT, "bin"), join(process.execPath, ".."), own.PATH].join(delimiter);
  const ran = [];
  for (const line of lines) {
    const options = { cwd: directory, env: { ...own, PATH: path }, extendEnv: false, reject: false } as const;
    const { exitCode, stdout, stderr } = await execa("sh", ["-c", line], { ...options, stdin: "ignore" });
    ran.push({ code: exitCode, out: stdout, err: stderr });
  }
  return { directory, last: ran.at(-1), ran };
}

test("GitHub Actions: the limit of changed lines decides, with annotations, a summary and reports", async () => {
  const summary = join(origin, "summary.md");
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary, GITHUB_BASE_REF: "main" };
  const { directory, last } = await inClone(commands("GitHub Actions"), env);
  expect(last?.code, `${last?.out}${last?.err}`).toBe(5);
  expect(last?.out).toContain("::warning file=src/lib.py,line=8,endLine=8,");
  expect(last?.out).toContain("below diff_fail_under = 90");
  expect(await readFile(summary, "utf8")).toContain("`src/lib.py`");
  expect(await readFile(join(directory, "reports/junit.xml"), "utf8")).toContain('failures="0"');
  expect(await readFile(join(directory, "reports/html/index.html"), "utf8")).toContain("Coverage report");
});

test("GitLab CI: what the page names as artifacts is there, and its expression finds the total", async () => {
  const env = { GITLAB_CI: "true", CI_MERGE_REQUEST_TARGET_BRANCH_NAME: "main" };
  const { directory, last } = await inClone(commands("GitLab CI"), env);
  expect(last?.code, `${last?.out}${last?.err}`).toBe(5);
  for (const name of ["junit.xml", "quality.json", "coverage.xml"]) {
    expect(page).toContain(name);
    expect(await readFile(join(directory, name), "utf8")).not.toBe("");
  }
  expect(await readFile(join(directory, "quality.json"), "utf8")).toContain('"path": "src/lib.py"');
  const [, source = ""] = /coverage: '\/(.*)\/'/.exec(page) ?? [];
  const found = (last?.out ?? "").split("\n").flatMap((line) => new RegExp(source).exec(line)?.[1] ?? []);
  expect(found).toHaveLength(1);
  expect(last?.out).toContain(`${found[0]}%`);
});
