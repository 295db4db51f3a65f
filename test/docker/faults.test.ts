/**
 * Issue 3, row 10: whatever becomes of the containers, the engine or the coverage directory, gunicov says what happened,
 * waits, and goes on by itself; the next cycle has the same total, and nothing was touched that gunicov did not make.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readArguments } from "../../src/config/arguments.ts";
import { loadConfig } from "../../src/config/load.ts";
import { settle } from "../../src/config/settings.ts";
import { WATCH } from "../../src/core/policy.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { wire } from "../../src/wire.ts";
import { FaultPlace } from "../support/fault-place.ts";
import { run, until } from "../support/machine.ts";
import type { Cycle, Session } from "../support/session.ts";

/** As `gunicov watch` in a directory has it. */
async function engineIn(directory: string): Promise<Engine> {
  const read = readArguments(["watch"], "0");
  if (!read.ok || read.value.do === "print") throw new Error("no arguments");
  const loaded = await loadConfig(directory, null);
  const settings = loaded.ok ? settle(loaded.value, read.value.flags, directory) : loaded;
  if (!settings.ok) throw new Error(settings.failure.message);
  return await wire(settings.value, WATCH);
}

// Longer than whatever is waited for within a test, which says what did not come.
describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("row 10: containers", { timeout: 180_000 }, () => {
  let place: FaultPlace;
  let session: Session;
  let totals: unknown = null;
  beforeAll(async () => {
    place = await FaultPlace.open();
    session = place.watch();
    await whole();
  });
  afterAll(() => place?.close());
  afterEach(() => session.check());

  /** The next cycle, which must be as good as the first one. */
  async function whole(): Promise<Cycle> {
    const cycle = await session.next();
    expect(cycle.of("error")).toEqual([]);
    expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(cycle.report()).toMatchObject({ complete: true, reasons: [] });
    totals ??= cycle.report().totals;
    expect(cycle.report().totals).toEqual(totals);
    return cycle;
  }

  async function wholeByItself(): Promise<void> {
    expect((await whole()).of("cycle.started")).toMatchObject([{ reason: "back" }]);
  }

  const docker = (...words: string[]) => run(["docker", ...words]);

  describe("the server's", () => {
    async function lost(doIt: () => Promise<unknown>, message: RegExp, fix: RegExp): Promise<void> {
      const seq = session.seq;
      await doIt();
      expect(await session.fact("server.lost", seq)).toMatchObject({
        message: expect.stringMatching(message),
        fix: expect.stringMatching(fix),
      });
    }

    test("row 10: stopped, and started again", async () => {
      await lost(() => docker("stop", place.server), /has stopped \(exit code 0\)/, /Start it again/);
      const { seq } = session;
      await place.save();
      await docker("start", place.server);
      await session.fact("server.back", seq);
      // With what was saved meanwhile.
      expect((await whole()).of("cycle.started")).toMatchObject([{ files: ["app.py"] }]);
    });

    test("row 10: killed, and started again", async () => {
      await lost(() => docker("kill", place.server), /has stopped \(exit code 137\)/, /Start it again/);
      await docker("start", place.server);
      await wholeByItself();
    });

    test("row 10: paused while idle, and unpaused", async () => {
      await lost(() => docker("pause", place.server), /is paused/, /Unpause it/);
      await docker("unpause", place.server);
      await wholeByItself();
    });

    test("row 10: paused while its tests wait for an answer", async () => {
      const letGo = await place.ask("hang");
      const { seq } = session;
      await place.save();
      await session.fact("tests.started", seq);
      await lost(() => docker("pause", place.server), /is paused/, /Unpause it/);
      // The tests would hang on for ever; they are ended.
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      expect(cycle.of("error")).toMatchObject([
        { kind: "server-lost", message: expect.stringMatching(/is paused/) },
      ]);
      await letGo();
      await docker("unpause", place.server);
      await wholeByItself();
    });

    test("row 10: restarted", async () => {
      await lost(() => docker("restart", "--time", "5", place.server), /has stopped/, /Start it again/);
      await wholeByItself();
    });

    test("row 10: removed, and recreated with a new id", async () => {
      await lost(() => docker("rm", "-f", place.server), /has stopped/, /Start it again/);
      await place.makeServer();
      await wholeByItself();
    });

    test("row 10: out of memory", async () => {
      const takeBack = await place.ask("oom");
      await lost(
        () => place.save(),
        /has run out of memory and was killed \(exit code 137\)/,
        /Start it again/,
      );
      const cycle = await session.next();
      expect(cycle.of("error")).toMatchObject([{ kind: "server-lost" }]);
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      await takeBack();
      await docker("start", place.server);
      await wholeByItself();
    });
  });

  describe("the tests'", () => {
    test("row 10: stopped while idle, and started again", async () => {
      const { seq } = session;
      await docker("kill", place.tests);
      expect(await session.fact("tests.lost", seq)).toMatchObject({
        message: expect.stringMatching(/service tests has stopped \(exit code 137\)/),
      });
      await docker("start", place.tests);
      await wholeByItself();
    });

    test("row 10: removed in the middle of the tests, and recreated", async () => {
      const letGo = await place.ask("hang");
      const { seq } = session;
      await place.save();
      await session.fact("tests.started", seq);
      await docker("rm", "-f", place.tests);
      const cycle = await session.next();
      await session.fact("tests.lost", seq);
      expect(cycle.of("error")).toMatchObject([{ kind: "tests-lost" }]);
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      await letGo();
      await place.makeTests();
      await wholeByItself();
    });
  });

  describe("the engine", () => {
    test("row 10: gone and back, the containers live on", async () => {
      const { seq } = session;
      const before = await place.identities();
      await place.proxy.cut();
      expect(await session.fact("server.lost", seq)).toMatchObject({
        message: "The Docker engine has gone.",
        fix: expect.stringMatching(/Start it again/),
      });
      await place.proxy.mend();
      await wholeByItself();
      expect(await place.identities()).toBe(before);
      await until("one helper and one runner", async () => (await place.helpers()).length === 2);
    });

    test("row 10: gone and back with the containers, in the middle of the tests", async () => {
      const letGo = await place.ask("hang");
      const { seq } = session;
      await place.save();
      await session.fact("tests.started", seq);
      await place.proxy.cut();
      const cycle = await session.next();
      expect(cycle.of("error")).toMatchObject([{ kind: "no-engine" }]);
      expect(cycle.finished).toMatchObject({ outcome: "error", exit_code: 3 });
      await letGo();
      await docker("kill", place.server, place.tests);
      await place.proxy.mend();
      expect((await session.next()).of("error")).toMatchObject([
        { message: expect.stringMatching(/is not running/) },
      ]);
      await docker("start", place.server);
      // Where the tests run is not there yet: that is found out, and said.
      expect((await session.next()).of("error")).toMatchObject([{ kind: "tests-lost" }]);
      await docker("start", place.tests);
      await wholeByItself();
    });
  });

  test("row 10: R starts what is stopped, and nothing else", async () => {
    // The key's way from the screen to here is in test/ink/keys.test.tsx.
    expect(await session.stop()).toBe(0);
    const engine = await engineIn(place.directory);
    const outcomes: string[] = [];
    const lost: string[] = [];
    engine.onFact((fact) => {
      if (fact.type === "cycle.finished") outcomes.push(fact.outcome);
      if (fact.type === "server.lost" || fact.type === "tests.lost") lost.push(fact.type);
    });
    try {
      engine.start();
      await until("a first cycle", () => outcomes.length === 1, 60);
      const before = await place.identities();
      engine.dispatch({ type: "revive" });
      await docker("stop", place.server);
      await until("its loss", () => lost.length === 1);
      engine.dispatch({ type: "revive" });
      await until("a cycle after the stop", () => outcomes.length === 2, 60);
      await docker("pause", place.tests);
      await until("the other's loss", () => lost.length === 2);
      engine.dispatch({ type: "revive" });
      await until("a cycle after the pause", () => outcomes.length === 3, 60);
      expect(outcomes).toEqual(["passed", "passed", "passed"]);
      const ids = (text: string) => text.split("\n").map((line) => line.split(" ")[0]);
      expect(ids(await place.identities())).toEqual(ids(before));
    } finally {
      engine.dispatch({ type: "quit" });
      await engine.ended;
    }
  });
});
