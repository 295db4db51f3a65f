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

const TELLS = `
import os, time, urllib.request, warnings
import pytest

@pytest.fixture
def slow():
    time.sleep(0.1)
    yield

def test_hello(slow):
    warnings.warn("old thing", DeprecationWarning)
    assert urllib.request.urlopen(os.environ["URL"]).read() == b"hello"

@pytest.mark.xfail(reason="a known bug")
def test_known():
    assert False

@pytest.mark.xfail(reason="was a bug")
def test_mended():
    pass
`;
const REPORT = `
def pytest_terminal_summary(terminalreporter):
    terminalreporter.section("own report")
    terminalreporter.write_line("12 things seen", green=True)
`;

test("warnings, xfail and xpass with their reasons, set-up times and plugins' sections are in facts and text", async () => {
  const directory = await made({ "tests/conftest.py": REPORT, "tests/test_app.py": TELLS });
  const [json, text] = await Promise.all([
    gunicov(["run", "--json", "--local"], directory),
    gunicov(["run", "--local"], directory),
  ]);
  const facts = json.stdout.split("\n").map(parseFact);
  expect([json.code, text.code]).toEqual([0, 0]);
  expect(ofType(facts, "tests.told")).toMatchObject([
    {
      warnings: [{ category: "DeprecationWarning", message: "old thing", place: "tests/test_app.py:11" }],
      more: 0,
      sections: [{ title: "own report", text: "12 things seen" }],
    },
  ]);
  expect(ofType(facts, "tests.finished")).toMatchObject([{ passed: 2, skipped: 1, xfailed: 1, xpassed: 1 }]);
  const ended = new Map(ofType(facts, "test.finished").map((one) => [one.id.split("::")[1], one]));
  expect(ended.get("test_known")).toMatchObject({ xfail: "xfailed", message: "a known bug" });
  expect(ended.get("test_mended")).toMatchObject({ xfail: "xpassed", message: "was a bug" });
  expect(ended.get("test_hello")?.setup_ms).toBeGreaterThanOrEqual(100);
  for (const line of [
    "XFAIL tests/test_app.py::test_known: a known bug",
    "XPASS tests/test_app.py::test_mended: was a bug",
    "own report\n  12 things seen",
    "1 warning of the tests\n  tests/test_app.py:11: DeprecationWarning: old thing",
    "2 passed, 1 skipped (1 xfailed, 1 xpassed) in ",
  ])
    expect(text.stdout).toContain(line);
});
