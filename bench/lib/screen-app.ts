/**
 * gunicov's screen on an engine that does nothing: a report of so many files and, while asked for, a run whose tests stream in.
 * For bench/screen, which types its keys: `screen-app.ts FILES`. SIGUSR2 begins the stream, and ends it.
 */
import { FakeEngine } from "../../test/ink/fake-engine.ts";
import { BACK, cycle, file, ready, report, STARTED, test } from "../../test/ink/sample.ts";

const built = new URL("../../dist/surfaces/ink/load.js", import.meta.url).href;
const { loadInk } = (await import(built)) as typeof import("../../src/surfaces/ink/load.ts");
const { runInk } = await loadInk();

const TESTS_PAUSE = 10; // ms between two tests that finish
const engine = new FakeEngine();
engine.clock = () => Date.now();
const count = Number(process.argv[2]);
const files = Array.from({ length: count }, (_, index) =>
  file(`source/package_${index % 50}/module_${index}.py`, 160, [7, 8, 9, 30 + (index % 90)], [6]),
);
engine.emit(BACK, ...cycle(report(files)));

let stream: NodeJS.Timeout | null = null;
process.on("SIGUSR2", () => {
  if (stream !== null) return clearInterval(stream);
  let number = 0;
  engine.emit(STARTED, ready(13), { type: "tests.started", total: 100_000 });
  stream = setInterval(() => {
    number += 1;
    engine.emit(test(`test/system/test_module.py::test_number[${number}]`));
  }, TESTS_PAUSE);
});
process.on("SIGTERM", () => engine.end(0));
const noEditor = async () => ({ ok: true, value: undefined }) as const;
await runInk(engine, { version: "bench", color: true, editor: noEditor } as never);
process.exit(0);
