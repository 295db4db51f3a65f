/**
 * Issue 3, whatever becomes of the containers, the engine or the coverage directory, gunicov says what happened,
 * waits, and goes on by itself; the next cycle has the same total, and nothing was touched that gunicov did not make.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readArguments } from "../../src/config/arguments.ts";
import { LiveSettings } from "../../src/config/live.ts";
import { loadConfig } from "../../src/config/load.ts";
import { mergeSettings } from "../../src/config/settings.ts";
import { WATCH } from "../../src/core/policy.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { wire } from "../../src/wire.ts";
import { FaultPlace } from "../support/fault-place.ts";
import { run, until } from "../support/machine.ts";
import type { Cycle, Session } from "../support/session.ts";

/** As `gunicov watch` in a directory has it. */
async function engineIn(directory: string): Promise<Engine> {
  const read = readArguments(["watch"]);
  if (!read.ok || !("flags" in read.value)) throw new Error("no arguments");
  const loaded = await loadConfig(directory, null);
  const settings = loaded.ok ? mergeSettings(loaded.value, read.value.flags, directory) : loaded;
  if (!settings.ok) throw new Error(settings.failure.message);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  return await wire(new LiveSettings(loaded.value, settings.value, read.value.flags, directory), WATCH);
}

// Longer than whatever is waited for within a test, which says what did not come.
describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("containers", { timeout: 180_000 }, () => {
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
  // On a busy machine the kernel may not freeze all processes in time ("unable to freeze").
  const pause = (name: string) => until("its pause", () => docker("pause", name).catch(() => ""), 60);

  describe("the server's", () => {
    async function lost(doIt: () => Promise<unknown>, message: RegExp, fix: RegExp): Promise<void> {
      const seq = session.seq;
      await doIt();
      expect(await session.fact("server.lost", seq)).toMatchObject({
        message: expect.stringMatching(message),
        fix: expect.stringMatching(fix),
      });
    }

    test("stopped, and started again", async () => {
      await lost(() => docker("stop", place.server), /has stopped \(exit code 0\)/, /Start it again/);
      const { seq } = session;
      await place.save();
      await docker("start", place.server);
      await session.fact("server.back", seq);
      // With what was saved meanwhile.
      expect((await whole()).of("cycle.started")).toMatchObject([{ files: ["app.py"] }]);
    });

    test("killed, and started again", async () => {
      await lost(() => docker("kill", place.server), /has stopped \(exit code 137\)/, /Start it again/);
      await docker("start", place.server);
      await wholeByItself();
    });

    test("paused while idle, and unpaused", async () => {
      await lost(() => pause(place.server), /is paused/, /Unpause it/);
      await docker("unpause", place.server);
      await wholeByItself();
    });

    test("paused while its tests wait for an answer", async () => {
      const letGo = await place.ask("hang");
      const { seq } = session;
      await place.save();
      await session.fact("tests.started", seq);
      await lost(() => pause(place.server), /is paused/, /Unpause it/);
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

    test("restarted", async () => {
      await lost(() => docker("restart", "--time", "5", place.server), /has stopped/, /Start it again/);
      await wholeByItself();
    });

    test("removed, and recreated with a new id", async () => {
      await lost(() => docker("rm", "-f", place.server), /has stopped/, /Start it again/);
      await place.makeServer();
      await wholeByItself();
    });

    test("out of memory", async () => {
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
    test("stopped while idle, and started again", async () => {
      const { seq } = session;
      await docker("kill", place.tests);
      expect(await session.fact("tests.lost", seq)).toMatchObject({
        message: expect.stringMatching(/service tests has stopped \(exit code 137\)/),
      });
      await docker("start", place.tests);
      await wholeByItself();
    });

    test("removed in the middle of the tests, and recreated", async () => {
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
    test("gone and back, the containers live on", async () => {
      const { seq } = session;
      const before = await place.identities();
      await place.proxy.cut();
      expect(await session.fact("server.lost", seq)).toMatchObject({
        message: "The Docker engine has gone.",
        fix: expect.stringMatching(/Start it again/),
      });
      await place.proxy.fix();
      await wholeByItself();
      expect(await place.identities()).toBe(before);
      // What the broken connections left behind has ended by itself.
      await expect
        .poll(() => place.helpers(), { timeout: 20_000 })
        .toEqual([expect.stringContaining("gunicov_helper"), expect.stringContaining("gunicov_runner")]);
    });

    test("gone and back with the containers, in the middle of the tests", async () => {
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
      await place.proxy.fix();
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

  describe("the coverage directory", () => {
    const asRoot = (script: string) => place.exec("root", "sh", "-c", script);
    // What the last cycle still keeps for editors must not make room again.
    const kept = "while ls -d /var/tmp/gunicov/*/report-* 2>/dev/null; do sleep 0.02; done";
    const fill = () => asRoot(`${kept}; dd if=/dev/zero of=/var/tmp/fill bs=4k 2>/dev/null || true`);

    /** Does it while the tests run, and lets them end. */
    async function inTheMiddle(doIt: () => Promise<unknown>): Promise<void> {
      const letGo = await place.ask("hang");
      const { seq } = session;
      await place.save();
      await session.fact("tests.started", seq);
      await doIt();
      await letGo();
    }

    /** The next cycle says that its data has no place, and why; and no number. */
    async function refused(message: RegExp): Promise<void> {
      const cycle = await session.next();
      expect(cycle.of("error")).toMatchObject([
        { kind: "coverage-dir", message: expect.stringMatching(message) },
      ]);
      expect(cycle.of("report")).toEqual([]);
      expect(cycle.finished).toMatchObject({ outcome: "incomplete", exit_code: 4 });
    }

    const FULL =
      /^Nothing can be recorded in \/var\/tmp\/gunicov: (?:No space left on device|.*disk is full)$/;
    const READ_ONLY = /^Nothing can be recorded in \/var\/tmp\/gunicov: Read-only file system$/;
    const REMOVED = /^The record of this run has been removed from \/var\/tmp\/gunicov$/;

    test("full", async () => {
      await fill();
      await place.save();
      await refused(FULL);
      await asRoot("rm /var/tmp/fill");
      await wholeByItself();
    });

    test("full in the middle", async () => {
      await inTheMiddle(fill);
      await refused(FULL);
      await asRoot("rm /var/tmp/fill");
      await wholeByItself();
    });

    test("read-only", async () => {
      await place.remount("ro");
      await place.save();
      await refused(READ_ONLY);
      await place.remount("rw");
      await wholeByItself();
    });

    test("no longer writable by the worker's user", async () => {
      await asRoot("chown -R root /var/tmp/gunicov");
      await place.save();
      await refused(/^Nothing can be recorded in \/var\/tmp\/gunicov: Permission denied$/);
      await asRoot("chown -R xy /var/tmp/gunicov");
      await wholeByItself();
    });

    test("wiped while idle", async () => {
      await asRoot("rm -rf /var/tmp/gunicov");
      await place.save();
      await whole();
    });

    test("wiped in the middle", async () => {
      await inTheMiddle(() => asRoot("rm -rf /var/tmp/gunicov"));
      await refused(REMOVED);
      await wholeByItself();
    });

    test("only the newest run wiped: an older one's data is not taken for it", async () => {
      await inTheMiddle(() => asRoot("rm -rf $(ls -d /var/tmp/gunicov/*/gen-* | tail -n 1)"));
      await refused(REMOVED);
      await wholeByItself();
    });

    test.each([
      ["empty", "0"],
      ["cut off in its middle", "50"],
      ["overwritten", "100"],
    ])("a data file that is %s", async (_, how) => {
      const takeBack = await place.ask("spoil", how);
      await place.save();
      const cycle = await session.next();
      expect(cycle.of("error")).toMatchObject([
        { kind: "coverage-error", message: expect.stringMatching(/\/gen-\d+\/\.coverage\./) },
      ]);
      expect(cycle.of("report")).toEqual([]);
      expect(cycle.finished).toMatchObject({ outcome: "incomplete", exit_code: 4 });
      await takeBack();
      await place.save();
      await whole();
    });

    test("not writable from the start", async () => {
      const { seq } = session;
      await docker("rm", "-f", place.server);
      await session.fact("server.lost", seq);
      await place.makeServer("/opt/gunicov");
      await refused(/^Nothing can be recorded in \/opt\/gunicov: Permission denied$/);
      await asRoot("mkdir -m 1777 /opt/gunicov");
      await wholeByItself();
    });
  });

  test("R starts what is stopped, and nothing else", async () => {
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
      engine.dispatch({ type: "start-anew" });
      await docker("stop", place.server);
      await until("its loss", () => lost.length === 1);
      engine.dispatch({ type: "start-anew" });
      await until("a cycle after the stop", () => outcomes.length === 2, 60);
      await pause(place.tests);
      await until("the other's loss", () => lost.length === 2);
      engine.dispatch({ type: "start-anew" });
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
