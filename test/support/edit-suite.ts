/** What a save leads to; the same tests here and in containers. Each goes on from the one before it. */
import { mkdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectEqual } from "./expect-equal.ts";
import type { Report } from "./facts.ts";
import { judge, untilBooted } from "./generations.ts";
import { edit, type Place, startTime } from "./place.ts";
import type { Cycle, Session } from "./session.ts";

const VERDICT = "source/xy/verdict.py";
const TESTS = "test/test_pages.py";

/** A statement with a branch that no test takes yet, before all others of verdict(). */
const LUCKY = '    if total == 7:\n        return "Lucky."\n';
const LUCKY_TEST = `

def test_seven_is_lucky(service):
    assert "Lucky." in service.submit(1, letters="BBBFF").text
`;
const SLOW_TEST = `

def test_that_takes_its_time():
    import time
    time.sleep(20)
`;

/** In one process: these tests are about saves, and pytest-xdist takes seconds to start. */
const PYTEST = ["-n", "0"];

export function editSuite(makePlace: () => Promise<Place>): void {
  describe("a save", () => {
    let place: Place;
    let session: Session;
    let born: string | undefined;
    let before: Report;

    /** The next cycle, which must be a good one, with its report as coverage.py has it. */
    const good = async (): Promise<Cycle> => {
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
      const generations = cycle.of("server.ready").map((ready) => ready.generation);
      expect(cycle.report()).toMatchObject({ complete: true, partial: false, generations });
      expectEqual(cycle.report(), await judge(place));
      return cycle;
    };
    const master = () => session.facts.find((fact) => fact.type === "server.back")?.master ?? 0;
    const expectSameMaster = async () => expect(await startTime(place, master())).toBe(born);

    beforeAll(async () => {
      place = await makePlace();
      session = await place.watch(PYTEST);
      before = (await good()).report();
      born = await startTime(place, master());
    });
    afterAll(() => place?.close());

    test("of a new branch is a cycle by itself, with exactly that change in its report", async () => {
      await edit(place, VERDICT, (text) => text.replace(/(def verdict.*\n)/, `$1${LUCKY}`));
      const cycle = await good();
      expect(cycle.of("cycle.started")[0]).toMatchObject({ reason: "change", files: [VERDICT] });
      const after = cycle.report();
      expect(after.totals).toEqual({
        ...withLucky(before.totals),
        percent_covered: after.totals.percent_covered,
        percent_covered_display: after.totals.percent_covered_display,
      });
      expect(others(after)).toEqual(others(before));
      const [old, now] = [fileOf(before), fileOf(after)];
      expect(now.missing_lines).toEqual([6, ...shifted(old.missing_lines)]);
      expect(now.missing_branches).toEqual([[5, 6], ...old.missing_branches.map(shifted)]);
      expect(now.executed_lines).toEqual([
        ...old.executed_lines.filter((line) => line < 5),
        5,
        ...shifted(old.executed_lines.filter((line) => line >= 5)),
      ]);
      before = after;
    });

    test("of a test only runs the tests on the fresh workers", async () => {
      // A save that comes before that restarts once more.
      await untilBooted(place);
      await edit(place, TESTS, (text) => text + LUCKY_TEST);
      const cycle = await good();
      expect(cycle.of("cycle.started")[0]?.files).toEqual([TESTS]);
      expect(cycle.of("server.restarting")).toEqual([]);
      expect(cycle.of("server.ready")[0]?.restarted).toBe(false);
      expect(cycle.of("tests.finished")[0]?.passed).toBe(36);
      const after = cycle.report();
      expect(fileOf(after).missing_lines).not.toContain(6);
      expect(after.totals.covered_lines).toBe(before.totals.covered_lines + 1);
      expect(others(after)).toEqual(others(before));
      before = after;
    });

    test("that changes no byte, or that no server reads, is no cycle", async () => {
      const seq = session.seq;
      const file = join(place.demo, VERDICT);
      const directory = dirname(file);
      await utimes(file, new Date(), new Date());
      await writeFile(file, await readFile(file));
      await mkdir(join(directory, "__pycache__"), { recursive: true });
      const noise = ["__pycache__/verdict.cpython-313.pyc", ".verdict.py.swp", "verdict.py~", "4913"];
      for (const name of [...noise, "#verdict.py#", ".coverage"]) await writeFile(join(directory, name), "x");
      await sleep(700);
      expect(session.news(seq)).toEqual([]);
    });

    test("during a run cancels it, and a new cycle has the right total", async () => {
      const seq = session.seq;
      const tests = await edit(place, TESTS, (text) => text + SLOW_TEST);
      await session.fact("tests.started", seq);
      const saved = Date.now();
      await edit(place, TESTS, () => tests);
      await edit(place, VERDICT, (text) => text.replace(LUCKY, ""));
      const cancelled = await session.next();
      expect(cancelled.finished).toMatchObject({ outcome: "cancelled", exit_code: 130 });
      expect(cancelled.of("report")).toEqual([]);
      // Its new test wants what is no longer there: a result, with its coverage.
      const cycle = await session.next();
      expect(cycle.number).toBe(cancelled.number + 1);
      expect(cycle.finished).toMatchObject({ outcome: "failed", exit_code: 1 });
      expect(cycle.of("tests.finished")[0]).toMatchObject({ passed: 35, failed: 1 });
      expect(cycle.report().complete).toBe(true);
      expectEqual(cycle.report(), await judge(place));
      expect(fileOf(cycle.report()).summary.num_statements).toBe(fileOf(before).summary.num_statements - 2);
      expect(Date.now() - saved).toBeLessThan(20_000);

      await edit(place, TESTS, () => tests.replace(LUCKY_TEST, ""));
      before = (await good()).report();
    });

    test("of a syntax error never reaches the server; the next good one recovers", async () => {
      const text = await edit(place, "source/xy/scoring.py", (good) => `${good}\ndef broken(:\n`);
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      const line = text.split("\n").length + 1;
      expect(cycle.of("check.failed")[0]?.failures).toMatchObject([{ path: "source/xy/scoring.py", line }]);
      expect(cycle.of("error")[0]).toMatchObject({ kind: "check-failed" });
      expect(cycle.facts.map((fact) => fact.type)).toEqual([
        "cycle.started",
        "check.failed",
        "error",
        "cycle.finished",
      ]);
      await expectSameMaster();

      await edit(place, "source/xy/scoring.py", () => text);
      expect(others((await good()).report())).toEqual(others(before));
      await expectSameMaster();
    });

    test("of an import that fails shows its traceback; the server lives on, the next good one recovers", async () => {
      const file = join(place.demo, "source/xy/api.py");
      const text = await edit(place, "source/xy/api.py", (good) => `import not_there_at_all\n${good}`);
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      const [failed] = cycle.of("server.boot-error");
      expect(failed?.traceback).toContain("No module named 'not_there_at_all'");
      expect(failed?.workers).toBe(2);
      expect(cycle.of("error")[0]).toMatchObject({ kind: "boot-error" });
      expect(cycle.of("tests.started")).toEqual([]);
      expect(cycle.of("report")).toEqual([]);
      await expectSameMaster();

      // As many editors save: another file, moved over the old one.
      await writeFile(`${file}~`, text);
      await rename(`${file}~`, file);
      expect((await good()).report().totals).toEqual(before.totals);
      await expectSameMaster();
      expect(session.facts.filter((fact) => fact.type === "server.lost")).toEqual([]);
    });

    test("can come at any time: SIGTERM while idle ends gunicov with 0, and nothing of it is left", async () => {
      expect(await session.stop()).toBe(0);
      expect(session.stderr).toBe("");
      expect(await place.leftovers(session)).toEqual([]);
    });
  });
}

function fileOf(report: Report): Report["files"][number] {
  const file = report.files.find((one) => one.path === VERDICT);
  if (!file) throw new Error(`${VERDICT} is not in the report`);
  return file;
}

function others(report: Report): Report["files"] {
  return report.files.filter((file) => file.path !== VERDICT);
}

/** Lines (or a branch's two ends) of verdict() when LUCKY has come before them; exits are negative, the def's own line. */
function shifted(lines: readonly number[]): number[] {
  return lines.map((line) => (line < 5 ? line : line + 2));
}

/** Two statements more, of which one is missed; two branches more, of which one is. */
function withLucky(totals: Report["totals"]): Report["totals"] {
  if (!("num_branches" in totals)) throw new Error("no branches");
  return {
    ...totals,
    num_statements: totals.num_statements + 2,
    covered_lines: totals.covered_lines + 1,
    missing_lines: totals.missing_lines + 1,
    num_branches: totals.num_branches + 2,
    covered_branches: totals.covered_branches + 1,
    missing_branches: totals.missing_branches + 1,
    num_partial_branches: totals.num_partial_branches + 1,
  };
}
