/**
 * The screen with made-up facts, to look at while working on it:
 *   npx tsc --noEmit false --outDir .cache/play && node .cache/play/test/ink/play.js
 */
import { setTimeout as sleep } from "node:timers/promises";
import { editFile } from "../../src/adapters/host/editor.ts";
import { suspendProcess } from "../../src/adapters/host/suspend.ts";
import { failure } from "../../src/core/failure.ts";
import { ok } from "../../src/core/result.ts";
import { runInk } from "../../src/surfaces/ink/run.tsx";
import { FakeEngine } from "./fake-engine.ts";
import { BACK, cycle, FAILED, FILES, finished, ready, report, STARTED, test } from "./sample.ts";

const { NO_COLOR } = process.env;
const engine = new FakeEngine();
engine.clock = Date.now;
engine.sources = () =>
  ok(
    Array.from(
      { length: 130 },
      (_, line) => `${line % 5 ? "    " : ""}value_${line} = ${line}  # made up`,
    ).join("\n"),
  );
const dispatch = engine.dispatch.bind(engine);
engine.dispatch = (wish) => {
  dispatch(wish);
  if (wish.type === "quit") engine.end(0);
  if (wish.type === "rerun") void show(process.argv[2] ?? "failing");
};

async function show(scene: string): Promise<void> {
  engine.emit(STARTED);
  await sleep(50);
  if (scene === "boot") {
    const traceback =
      "Traceback (most recent call last):\n  File \"/app/demo/source/xy/game.py\", line 12, in <module>\n    import nothing\nModuleNotFoundError: No module named 'nothing'\n";
    engine.emit({ type: "server.boot-error", traceback, workers: 4 });
    engine.emit({
      type: "error",
      ...failure("boot-error", "The new code does not boot.", "Correct it and save.", traceback),
    });
    engine.emit(finished({ outcome: "error", exit_code: 3 }));
    return;
  }
  engine.emit({ type: "server.restarting", why: "game.py" });
  await sleep(200);
  engine.emit(ready(13), { type: "tests.started", total: 12 });
  for (let index = 0; index < 11; index++) {
    engine.log(`[INFO] 127.0.0.1 "POST /rounds/${index}/bid HTTP/1.1" 200`);
    engine.emit(
      test(`test/system/test_round.py::test_number_${index}`, { ms: 10 + index, started: Date.now() }),
    );
    await sleep(60);
  }
  engine.log("[ERROR] Exception on /rounds/1/score [POST]", 1_000_120);
  engine.log("KeyError: 'round'", 1_000_121);
  engine.emit(FAILED, {
    type: "tests.finished",
    passed: 11,
    failed: 1,
    errors: 0,
    skipped: 0,
    xfailed: 0,
    xpassed: 0,
    ms: 700,
  });
  for (let written = 0; written <= 4; written++) {
    engine.emit({ type: "coverage.file", written, expected: 4, pid: 30 });
    await sleep(150);
  }
  const lost = [{ age: 2, pid: 31, cause: "timeout" }];
  const reasons = ["worker 31 lost data: timeout"];
  const whole = scene !== "incomplete";
  engine.emit(
    whole
      ? { type: "coverage.complete", expected: 4, written: 4, lost: [] }
      : { type: "coverage.incomplete", expected: 4, written: 3, lost, reasons },
  );
  engine.emit(
    { type: "report", ...report(FILES, whole ? {} : { complete: false, reasons }) },
    finished({ outcome: whole ? "failed" : "incomplete", exit_code: whole ? 1 : 4 }),
  );
}

engine.emit(BACK, ...cycle());
void sleep(1500).then(() => show(process.argv[2] ?? "failing"));
await runInk(engine, {
  version: "0.1.0",
  color: !NO_COLOR,
  editor: editFile,
  suspend: suspendProcess,
});
