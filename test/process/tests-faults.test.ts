/** Faults of the tests, in one session. After each the next good save gives the whole total again. */
import { readFile, rename, unlink, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { parseFact } from "../support/facts.ts";
import { FaultProject } from "../support/fault-project.ts";
import { until } from "../support/machine.ts";
import type { Cycle } from "../support/session.ts";

const FAULT = "tests/test_fault.py";
/** Seconds that a run may take. */
const TIMEOUT = 30;
const MIB = 1024;

let project: FaultProject;
beforeAll(async () => {
  const tests = ["pytest", "-p", "no:cacheprovider", "-n", "2", "tests"];
  project = await FaultProject.open([], { tests, testsMore: `timeout = ${TIMEOUT}` });
});
afterAll(() => project?.close());

const faulty = (text: string) => writeFile(project.at(FAULT), text);

async function fixed(): Promise<void> {
  await unlink(project.at(FAULT));
  await project.good();
}

/** The next cycle: its tests failed, and that is a result like any other. */
async function failed(): Promise<Cycle> {
  const cycle = await project.next();
  expect(cycle.finished).toMatchObject({ outcome: "failed", exit_code: 1 });
  expect(cycle.report().complete).toBe(true);
  return cycle;
}

/** The oldest first. */
async function pidsOf(words: string): Promise<readonly number[]> {
  const all = await project.session.processes();
  return all.filter((command) => command.includes(words)).map((command) => Number.parseInt(command, 10));
}

const HANG = `import subprocess
import time


def test_hang():
    subprocess.Popen(["sleep", "98765"])
    while True:
        time.sleep(0.01)
`;

test("a hang is ended after the timeout, with all that it started", async () => {
  await faulty(HANG);
  const cycle = await project.bad("tests-timeout", 1);
  expect(cycle.of("error")[0]?.message).toMatch(new RegExp(`${TIMEOUT} s.*test_fault\\.py::test_hang`));
  expect(await pidsOf("sleep 98765")).toEqual([]);
  await fixed();
});

test("the runner is killed in the middle of a run", async () => {
  const { seq } = project.session;
  await faulty(HANG);
  await project.session.fact("tests.started", seq);
  await until("the hang", async () => (await pidsOf("sleep 98765")).length > 0);
  const runners = await pidsOf("gunicov_runner");
  // The oldest is the runner, the others are its forks.
  const [runner, ...forks] = runners;
  expect(forks).not.toEqual([]);
  process.kill(runner as number, "SIGKILL");
  const cycle = await project.next();
  expect(cycle.finished.outcome).toBe("error");
  expect(cycle.of("error")).toMatchObject([{ kind: "tests-lost" }]);
  // Only what the tests themselves have started is nobody's any more.
  await until("the end of its forks", async () =>
    (await pidsOf("gunicov_runner")).every((pid) => !runners.includes(pid)),
  );
  for (const pid of await pidsOf("sleep 98765")) process.kill(pid);
  await fixed();
});

test("a worker of xdist crashes", async () => {
  await faulty("import os\n\n\ndef test_crash():\n    os._exit(9)\n");
  const cycle = await failed();
  const [crash] = cycle.of("test.finished").filter((one) => one.outcome !== "passed");
  expect(crash).toMatchObject({
    id: "tests/test_fault.py::test_crash",
    message: expect.stringMatching(/crash/),
  });
  expect(cycle.of("tests.finished")[0]).toMatchObject({ passed: 2, failed: 1 });
  await fixed();
});

test("a collection error", async () => {
  await faulty("import not_there_at_all\n");
  const cycle = await failed();
  const [error] = cycle.of("test.finished").filter((one) => one.outcome === "error");
  expect(error).toMatchObject({ id: FAULT, message: expect.stringMatching(/not_there_at_all/) });
  await fixed();
});

test("no tests", async () => {
  await rename(project.at("tests/test_app.py"), project.at("tests/app_py"));
  await project.bad("no-tests", 2);
  await rename(project.at("tests/app_py"), project.at("tests/test_app.py"));
  await project.good();
});

test("names in unicode and very long ones", async () => {
  const long = "x".repeat(100_000);
  await faulty(
    `import pytest\n\n\ndef test_größe_漢字():\n    pass\n\n\n@pytest.mark.parametrize("p", [1], ids=["${long}"])\ndef test_long(p):\n    pass\n`,
  );
  const cycle = await project.good();
  const ids = cycle.of("test.finished").map((one) => one.id);
  expect(ids).toContain(`${FAULT}::test_größe_漢字`);
  expect(ids.filter((id) => id.startsWith(`${FAULT}::test_long[xxx`))).toHaveLength(1);
  await fixed();
});

test("100 MB of output: gunicov's and the runner's memory stay bounded", async () => {
  await faulty(`def test_flood():
    for _ in range(1000):
        print("x" * 100_000)
    print("the last words")
    assert False
`);
  const before = await memory();
  const cycle = await failed();
  const [flood] = cycle.of("test.finished").filter((one) => one.outcome === "failed");
  expect(flood?.output).toContain("the last words");
  expect(Buffer.byteLength(flood?.output ?? "")).toBeLessThanOrEqual(64 * 1024);
  const after = await memory();
  expect(after.gunicov - before.gunicov).toBeLessThan(48 * MIB);
  expect(after.runner - before.runner).toBeLessThan(32 * MIB);
  await fixed();
});

/** Peaks, in KiB. */
async function memory(): Promise<{ readonly gunicov: number; readonly runner: number }> {
  const peak = async (pid: number) =>
    Number(/VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1]);
  const of = async (words: string) => await peak((await pidsOf(words))[0] as number);
  return { gunicov: await of("bin/gunicov"), runner: await of("gunicov_runner") };
}

/** Clears the screen, sets the title, writes the clipboard, a CSI of 8 bits, DEL, rings, goes back, turns text around. */
const EVIL = String.raw`\x1b[2J\x1b]0;owned\x07\x1b]52;c;b3duZWQ=\x1b\\\x9b31m\x7f\x07\b\r\u202eEVIL`;
const CONTROL = /[\p{Control}\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069]/u;

test("escape sequences and control characters in output and names reach no terminal", async () => {
  const file = project.at("tests/test_\x1b[2J\x9b31m\x7f\u202eEVIL.py");
  await writeFile(file, `def test_evil():\n    print("${EVIL}")\n    assert "${EVIL}" == ""\n`);
  const cycle = await failed();
  const evil = cycle.of("test.finished").filter((one) => one.outcome === "failed");
  expect(evil).toHaveLength(1);
  expect(evil[0]?.id).toContain("EVIL");
  const [text, json] = await Promise.all([
    gunicov(["run", "--local"], project.directory),
    gunicov(["run", "--local", "--json"], project.directory),
  ]);
  expect(text.code).toBe(1);
  expect(text.stdout).toContain("EVIL");
  for (const line of [...text.stdout.split("\n"), text.stderr, ...json.stdout.split("\n")])
    expect(line).not.toMatch(CONTROL);
  // The facts are the same ones all the same.
  const facts = json.stdout.split("\n").map(parseFact);
  const names = facts.flatMap((fact) => (fact.type === "test.finished" ? [fact.id] : []));
  expect(names).toContain(evil[0]?.id);
  await unlink(file);
  await project.good();
});
