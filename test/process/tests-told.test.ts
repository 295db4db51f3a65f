/** What pytest tells besides outcomes, through a real gunicov: on its text and in its facts. */
import { afterEach, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { faultsOf, ofType, parseFact } from "../support/facts.ts";
import { remove } from "../support/machine.ts";
import { project } from "../support/small-project.ts";

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

async function made(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await project({ files });
  directories.push(directory);
  return directory;
}

const LIMIT = `
def pytest_sessionfinish(session):
    session.exitstatus = 1

def pytest_terminal_summary(terminalreporter):
    terminalreporter.write_line("FAIL Required test coverage of 90% not reached.")
`;

test("a plugin that lets passed tests end with 1: the run counts, the report is whole, the exit code is 1", async () => {
  const directory = await made({ "tests/conftest.py": LIMIT });
  const [json, text] = await Promise.all([
    gunicov(["run", "--json", "--local"], directory),
    gunicov(["run", "--local"], directory),
  ]);
  const facts = json.stdout.split("\n").map(parseFact);
  const message = "pytest itself ended with 1: FAIL Required test coverage of 90% not reached.";
  expect(faultsOf(facts, true)).toEqual([]);
  expect(ofType(facts, "error")).toMatchObject([{ kind: "tests-ended", message }]);
  expect(ofType(facts, "tests.finished")).toMatchObject([{ passed: 1, failed: 0, errors: 0 }]);
  expect(ofType(facts, "report")).toMatchObject([{ complete: true, partial: false }]);
  expect(ofType(facts, "cycle.finished")).toMatchObject([{ outcome: "failed", exit_code: 1 }]);
  expect([json.code, text.code]).toEqual([1, 1]);
  expect(text.stdout).toContain(`error: ${message}`);
  expect(text.stdout).toMatch(/TOTAL .*100/);
});
