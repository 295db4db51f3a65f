/** Tests by a command that is not pytest, through a real gunicov. */
import { afterEach, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { faultsOf, ofType, parseFact } from "../support/facts.ts";
import { remove } from "../support/machine.ts";
import { project } from "../support/small-project.ts";

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

/** What `gunicov run` tells of tests that a script runs, and its exit code. */
async function run(script: string, testsMore = "") {
  const directory = await project({ tests: ["sh", "run.sh"], testsMore, files: { "run.sh": script } });
  directories.push(directory);
  const { code, stdout } = await gunicov(["run", "--json", "--local"], directory);
  const facts = stdout.split("\n").map(parseFact);
  expect(faultsOf(facts, true)).toEqual([]);
  return { code, facts, ids: ofType(facts, "test.finished").map(({ id, outcome }) => [id, outcome]) };
}

test("pytest in a script: each test by its name, and what the script says after them", async () => {
  const { code, facts, ids } = await run(
    "pytest -p no:cacheprovider tests && echo FAILED: the linter && exit 3\n",
  );
  expect(ids).toEqual([["tests/test_app.py::test_hello", "passed"]]);
  expect(ofType(facts, "error")).toMatchObject([
    { kind: "tests-ended", message: "“sh run.sh” itself ended with 3: FAILED: the linter" },
  ]);
  expect(ofType(facts, "report")).toMatchObject([{ complete: true }]);
  expect(code).toBe(1);
});

const CURL = `import os, urllib.request
urllib.request.urlopen(os.environ["URL"])
open("report.xml", "w").write('<testsuite><testcase classname="shop" name="buys"/></testsuite>')
`;

test("JUnit XML that the command writes: each of its cases; without it one test, and a note says so", async () => {
  const python = `cat > t.py <<'END'\n${CURL}END\npython t.py\n`;
  const told = await run(python, 'junit = "report.xml"');
  expect(told.ids).toEqual([["shop::buys", "passed"]]);
  expect(told.code).toBe(0);
  const one = await run(python);
  expect(one.ids).toEqual([["sh run.sh", "passed"]]);
  expect(ofType(one.facts, "note").map(({ message }) => message)).toContainEqual(
    expect.stringContaining("“sh run.sh” is one test for gunicov"),
  );
});
