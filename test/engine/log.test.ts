/** What the log has of the engine's work, and how an error of gunicov's own names it. */
import { expect, test } from "vitest";
import { BUG, failure } from "../../src/core/failure.ts";
import { fail } from "../../src/core/result.ts";
import { Harness, SOURCE } from "./harness.ts";

test("the log has each event with the phases, each decision, the facts, and what the server says", async () => {
  const harness = await Harness.watching().start();
  harness.target.log({ at: 1, text: "a line of the server's" });
  const { notes } = harness.log;
  const settled = notes.filter((note) => note.type === "step.settled");
  expect(settled.map((note) => note.phase)).toEqual([
    "checking → restarting",
    "restarting → testing",
    "testing → flushing",
    "flushing → collecting",
    "collecting → reporting",
    "reporting → idle",
  ]);
  expect(settled[0]).toMatchObject({ status: "done", output: { restart: true, why: expect.any(String) } });
  const runs = notes.filter((note) => note.what === "effect" && note.type === "run");
  expect(runs).toHaveLength(6);
  const facts = notes.flatMap((note) => (note.what === "fact" ? [(note.fact as { type: string }).type] : []));
  expect(facts).toEqual(harness.types.filter((type) => type !== "test.finished" && type !== "coverage.file"));
  expect(notes.at(-1)).toMatchObject({ what: "server says", text: "a line of the server's" });
});

test("the log says how a step failed", async () => {
  const harness = await Harness.watching().start();
  const held = harness.operations.hold("restart");
  harness.save(`${SOURCE}c = 3\n`);
  await harness.run();
  held.settle(fail(failure("timeout", "No worker has booted.", "Try again.", "more")));
  await harness.run();
  const failed = harness.log.notes.find((note) => note.status === "failed");
  expect(failed).toMatchObject({ step: "restarting", failure: { kind: "timeout", detail: "more" } });
  expect(harness.log.kept).toBe(0);
});

test("an error of gunicov's own names the file with the log, which is written then", async () => {
  const harness = Harness.watching();
  harness.operations.breakNext("collect", new TypeError("x is not a function"));
  await harness.start();
  const [error] = harness.of("error");
  expect(error?.kind).toBe("internal");
  expect(error?.fix).toMatch(/The log of it is \.gunicov\/internal-error\.log\.$/);
  expect(harness.log.kept).toBe(1);
  expect(harness.log.lines.join("")).toContain("TypeError: x is not a function");
});

test("so do a report that can't be kept, made or read for such a reason; another failure does not", async () => {
  const harness = await Harness.watching().start();
  const broken = failure("internal", "It broke down.", "Report it.");
  for (const [operation, ask] of [
    ["html", async () => await harness.engine.openHtml()],
    ["source", async () => await harness.engine.source("app.py")],
  ] as const) {
    for (const why of [broken, failure("no-report", "There is none.", "Wait.")]) {
      const held = harness.operations.hold(operation);
      const asked = ask();
      await held.begun;
      held.settle(fail(why));
      const told = await asked;
      const names = !told.ok && told.failure.fix.includes(".gunicov/internal-error.log");
      expect(names, `${operation}, ${why.kind}`).toBe(why === broken);
    }
  }
  const held = harness.operations.hold("export");
  harness.save(`${SOURCE}d = 4\n`);
  await harness.run();
  await held.begun;
  held.settle(fail(broken));
  await harness.run();
  expect(harness.of("warning").at(-1)?.message).toMatch(/^It broke down\. The log of it is \.gunicov/);
});

test("an error whose log can't be written is said all the same", async () => {
  const harness = Harness.watching();
  harness.log.file = null;
  harness.operations.breakNext("collect", new Error("broken"));
  await harness.start();
  expect(harness.of("error")[0]?.fix).toBe(BUG);
});

test("the log's own file starts no cycle", async () => {
  const harness = await Harness.watching().start();
  harness.project.meanings = { "/project/debug.json": "own" };
  harness.watcher.change("/project/debug.json");
  await harness.run();
  expect(harness.of("cycle.started")).toHaveLength(1);
});
