/** The facts of a session: their shapes (checked for every line that any test's session prints), their order, nothing else. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Fact, type FactType, faultsOf, parseFact } from "../support/facts.ts";
import { localPlace } from "../support/local-place.ts";
import { edit, type Place } from "../support/place.ts";
import { Session } from "../support/session.ts";

const ALL_KINDS = `
import pytest


def test_that_fails(service):
    print("to stdout")
    assert service.get("/").status == 418


def test_that_is_skipped():
    pytest.skip("not today")


@pytest.fixture
def broken():
    raise RuntimeError("no fixture")


def test_that_has_an_error(broken):
    pass
`;

describe("one run with tests of all outcomes, on a server that prints", () => {
  let place: Place;
  let session: Session;
  let exit: number | null;
  beforeAll(async () => {
    place = await localPlace();
    await writeFile(join(place.demo, "test", "test_kinds.py"), ALL_KINDS);
    await edit(place, "source/xy/api.py", (text) => `${text}\nprint("the server's own words", flush=True)\n`);
    session = new Session(["run", "--json", "--local", "--", "-n", "0"], place.demo);
    // Throws where stdout has a line that is no fact, or the facts break a rule of their order.
    exit = await session.ended();
  });
  afterAll(() => place?.close());

  test("failed tests are a result: the report is whole, the exit code is 1", async () => {
    const cycle = await session.next();
    expect(exit).toBe(1);
    expect(cycle.of("tests.finished")[0]).toMatchObject({ passed: 35, failed: 1, errors: 1, skipped: 1 });
    expect(cycle.report().complete).toBe(true);
    expect(session.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "failed", exit_code: 1 });
    expect(session.stderr).toBe("");
    const [failed] = cycle.of("test.finished").filter((fact) => fact.outcome === "failed");
    expect(failed?.message).toContain("418");
    expect(failed?.place).toContain("test/test_kinds.py:7");
  });

  test("they come in the order of the steps", () => {
    // That a worker takes longer than a second is told where it does, on a busy machine.
    const types = session.facts.map((fact) => fact.type).filter((type) => type !== "server.waiting");
    const order = types.filter((type, index) => type !== types[index - 1]);
    const expected: FactType[] = [
      "note",
      "server.back",
      "cycle.started",
      "server.restarting",
      "server.ready",
      "tests.started",
      "test.finished",
      "tests.finished",
      "coverage.file",
      "coverage.complete",
      "report",
      "cycle.fast-paths",
      "cycle.finished",
    ];
    expect(order).toEqual(expected);
  });
});

describe("the rules", () => {
  const head = { v: 1, at: 1.7e12 } as const;
  const started = (seq: number, cycle: number): Fact => {
    return { ...head, seq, cycle, type: "cycle.started", reason: "start", files: [], selected: 0 };
  };
  const finished = (seq: number, cycle: number): Fact => {
    return {
      ...head,
      seq,
      cycle,
      type: "cycle.finished",
      outcome: "passed",
      exit_code: 0,
      ms: 1,
      phases: {},
    };
  };
  const file = (seq: number, written: number): Fact => {
    return { ...head, seq, cycle: 1, type: "coverage.file", written, expected: 2, pid: 7 };
  };
  const complete = (seq: number, written: number): Fact => {
    return { ...head, seq, cycle: 1, type: "coverage.complete", written, expected: 2, lost: [] };
  };

  test("hold for a good sequence", () => {
    expect(faultsOf([started(1, 1), file(2, 1), file(3, 2), complete(4, 2), finished(5, 1)], true)).toEqual(
      [],
    );
    expect(faultsOf([started(1, 1)], false)).toEqual([]);
  });

  test.each<[string, readonly Fact[]]>([
    ["a gap", [started(1, 1), finished(3, 1)]],
    ["a cycle without an end", [started(1, 1)]],
    ["a cycle that ends twice", [started(1, 1), finished(2, 1), finished(3, 1)]],
    ["a fact after the end", [started(1, 1), finished(2, 1), file(3, 1)]],
    ["an older cycle", [started(1, 2), finished(2, 2), started(3, 1), finished(4, 1)]],
    ["a file not told", [started(1, 1), file(2, 1), complete(3, 2), finished(4, 1)]],
    ["a file told twice", [started(1, 1), file(2, 1), file(3, 1), complete(4, 2), finished(5, 1)]],
  ])("are broken by %s", (_, facts) => {
    expect(faultsOf(facts, true)).not.toEqual([]);
  });

  test.each([
    "",
    "text",
    "{}",
    '{"v":1,"seq":1,"cycle":1,"at":1700000000000,"type":"warning","message":"m","more":1}',
  ])("%j is no fact", (line) => {
    expect(() => parseFact(line)).toThrow();
  });
});
