/** What all tests promise (src/ports/tests.ts), held against the real runner and the fake alike. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { FactBody, TestResult } from "../../src/core/fact.ts";
import type { Tests } from "../../src/ports/tests.ts";
import { until } from "../support/machine.ts";

/** One of each outcome; the fake has the same, by the same ids. */
export const FILE = "tests/test_outcomes.py";
export const SOURCE = `import pytest

def test_passes():
    pass

def test_fails():
    assert 1 + 1 == 3

@pytest.fixture
def broken():
    raise RuntimeError("no fixture today")

def test_has_an_error(broken):
    pass

@pytest.mark.skip
def test_is_skipped():
    pass
`;
export const SLOW_FILE = "tests/test_slow.py";
/** It starts something: that is told by its environment, and has to die too. */
export const SLOW_SOURCE = `import subprocess

def test_sleeps():
    subprocess.run(["sleep", "60"])
`;

export interface TestsSubject {
  readonly tests: Tests;
  /** From now on it runs only the tests of this file. */
  choose(file: typeof FILE | typeof SLOW_FILE): void;
  /** Its command is not there. */
  loseCommand(): void;
  /** A run has begun and will not end by itself. */
  running(): Promise<boolean>;
  /** What it speaks through is killed; null: it speaks through nothing. */
  readonly cut: (() => Promise<void>) | null;
  /** Command lines of what is left of a run. */
  left(): Promise<readonly string[]>;
  close(): Promise<void>;
}

const NEVER = new AbortController().signal;

function finished(facts: readonly FactBody[]): readonly TestResult[] {
  return facts.filter((fact) => fact.type === "test.finished");
}

export function testsContract(name: string, make: () => Promise<TestsSubject>): void {
  describe(`${name} keeps the tests' promises`, () => {
    let subject: TestsSubject;
    let facts: FactBody[];
    const say = (fact: FactBody) => void facts.push(fact);

    beforeEach(async () => {
      subject = await make();
      facts = [];
    });
    afterEach(() => subject?.close());

    test("before they are open they fail, and say so", async () => {
      const result = await subject.tests.run([], say, NEVER);
      expect(result).toMatchObject({ ok: false, failure: { kind: "tests-lost" } });
      expect(facts).toEqual([]);
    });

    test("each outcome is reported once, and counted", async () => {
      expect((await subject.tests.open(NEVER)).ok).toBe(true);
      const result = await subject.tests.run([], say, NEVER);
      expect(result).toMatchObject({ ok: true, value: { passed: 1, failed: 1, errors: 1, skipped: 1 } });
      expect(facts[0]).toEqual({ type: "tests.started", total: 4 });
      const warm = { name: "tests.warm", used: true, why: null };
      expect(facts.filter(({ type }) => type === "cycle.fast-paths")).toEqual([
        { type: "cycle.fast-paths", paths: [warm] },
      ]);
      const outcomes = finished(facts).map(({ id, outcome }) => [id, outcome]);
      expect(outcomes).toEqual([
        [`${FILE}::test_passes`, "passed"],
        [`${FILE}::test_fails`, "failed"],
        [`${FILE}::test_has_an_error`, "error"],
        [`${FILE}::test_is_skipped`, "skipped"],
      ]);
    });

    test("a failure comes with its assertion, its place and its time", async () => {
      await subject.tests.open(NEVER);
      await subject.tests.run([], say, NEVER);
      const failed = finished(facts).find(({ outcome }) => outcome === "failed");
      expect(failed?.message).toMatch(/^assert/);
      expect(failed?.place).toMatch(/^tests\/test_outcomes\.py:\d+$/);
      expect(failed?.output).toContain("assert");
      expect(failed?.ended).toBeGreaterThanOrEqual(failed?.started ?? Number.POSITIVE_INFINITY);
      // Milliseconds of the epoch, not seconds.
      expect(failed?.started).toBeGreaterThan(1.6e12);
    });

    test("a selection runs, and nothing else", async () => {
      await subject.tests.open(NEVER);
      const result = await subject.tests.run([`${FILE}::test_passes`], say, NEVER);
      expect(result).toMatchObject({ ok: true, value: { passed: 1, failed: 0, errors: 0, skipped: 0 } });
      expect(finished(facts).map(({ id }) => id)).toEqual([`${FILE}::test_passes`]);
    });

    test("of a selection that is gone in part the rest runs, and what is gone is said", async () => {
      await subject.tests.open(NEVER);
      const select = [`${FILE}::test_passes`, `${FILE}::test_gone`];
      const result = await subject.tests.run(select, say, NEVER);
      expect(result).toMatchObject({ ok: true, value: { passed: 1, failed: 0 } });
      const said = facts.flatMap((fact) => (fact.type === "warning" ? [fact.message] : []));
      expect(said).toEqual([expect.stringContaining(`${FILE}::test_gone`)]);
    });

    test("a selection that is gone is no run of all", async () => {
      await subject.tests.open(NEVER);
      const result = await subject.tests.run([`${FILE}::test_gone`], say, NEVER);
      expect(result).toMatchObject({ ok: false, failure: { kind: "no-tests" } });
      expect(finished(facts)).toEqual([]);
    });

    test("a command that is not there is reported when they are opened", async () => {
      subject.loseCommand();
      const result = await subject.tests.open(NEVER);
      expect(result).toMatchObject({
        ok: false,
        failure: { kind: "no-command", fix: expect.stringMatching(/./) },
      });
    });

    test("aborted, a run settles as cancelled once nothing of it is left, and the next one runs", async () => {
      subject.choose(SLOW_FILE);
      await subject.tests.open(NEVER);
      const controller = new AbortController();
      const run = subject.tests.run([], say, controller.signal);
      await until("the test to run", subject.running);
      await sleep(10);
      controller.abort();
      expect(await run).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
      expect(await subject.left()).toEqual([]);
      subject.choose(FILE);
      const opened = await subject.tests.open(NEVER);
      expect(opened.ok || opened.failure).toBe(true);
      const next = await subject.tests.run([`${FILE}::test_passes`], say, NEVER);
      expect(next.ok || next.failure).toBe(true);
    });

    test("aborted before it began, it runs nothing", async () => {
      await subject.tests.open(NEVER);
      const result = await subject.tests.run([], say, AbortSignal.abort());
      expect(result).toMatchObject({ ok: false, failure: { kind: "cancelled" } });
      expect(finished(facts)).toEqual([]);
    });

    test("cut off in a run it says so, and the next run works", async ({ skip }) => {
      const { cut } = subject;
      if (cut === null) return skip();
      subject.choose(SLOW_FILE);
      await subject.tests.open(NEVER);
      const run = subject.tests.run([], say, NEVER);
      await until("the test to run", subject.running);
      await cut();
      expect(await run).toMatchObject({ ok: false, failure: { kind: "tests-lost" } });
      subject.choose(FILE);
      const next = await subject.tests.run([`${FILE}::test_passes`], say, NEVER);
      expect(next.ok || next.failure).toBe(true);
    });

    test("they can be opened again, and closed twice", async () => {
      await subject.tests.open(NEVER);
      expect((await subject.tests.open(NEVER)).ok).toBe(true);
      await subject.tests.close();
      expect((await subject.tests.run([], say, NEVER)).ok).toBe(false);
      await subject.tests.close();
      expect(await subject.left()).toEqual([]);
    });
  });
}
