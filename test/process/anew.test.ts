/** R on a server of gunicov's own that runs: it is ended, and started anew. */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readArguments } from "../../src/config/arguments.ts";
import { LiveSettings } from "../../src/config/live.ts";
import { loadConfig } from "../../src/config/load.ts";
import { mergeSettings } from "../../src/config/settings.ts";
import type { Fact } from "../../src/core/fact.ts";
import { WATCH } from "../../src/core/policy.ts";
import type { Engine } from "../../src/engine/engine.ts";
import { wire } from "../../src/wire.ts";
import { remove, until } from "../support/machine.ts";
import { project } from "../support/small-project.ts";

const APP = `import os

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"%d" % os.getppid()]
`;
const KIND = `from gunicorn.workers.sync import SyncWorker

class Kind(SyncWorker):
    def init_process(self):
        self.log.info("kind 1")
        super().init_process()
`;
const CONFIG = `from kind import Kind

workers = 2
worker_class = Kind
`;
const TEST = `import os, time, urllib.request

def test_answers():
    assert urllib.request.urlopen(os.environ["URL"], timeout=10).read()
    while os.path.exists(os.getcwd() + "-hold"): time.sleep(0.05)
`;

let directory: string;
let engine: Engine;
let facts: Fact[];

const masters = () => facts.flatMap((fact) => (fact.type === "server.back" ? [fact.master] : []));
const reports = () => facts.flatMap((fact) => (fact.type === "report" ? [fact] : []));
const outcomes = () => facts.flatMap((fact) => (fact.type === "cycle.finished" ? [fact.outcome] : []));
const log = () => engine.getSnapshot().content.log.map((line) => line.text);
const cycles = (count: number) => until(`cycle ${count}`, () => outcomes().length >= count, 60);

async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text !== "" && !/\) [ZX] /.test(text);
}

beforeEach(async () => {
  const files = {
    "app.py": APP,
    "kind.py": KIND,
    "gunicorn.conf.py": CONFIG,
    "tests/test_app.py": TEST,
    ".coveragerc": "[run]\nsource = .\nomit = tests/*\n",
  };
  directory = await project({ files });
  facts = [];
  const read = readArguments(["watch", "--local"]);
  if (!read.ok || !("flags" in read.value)) throw new Error("no arguments");
  const loaded = await loadConfig(directory, null);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const settings = mergeSettings(loaded.value, read.value.flags, directory);
  if (!settings.ok) throw new Error(settings.failure.message);
  engine = await wire(new LiveSettings(loaded.value, settings.value, read.value.flags, directory), WATCH);
  engine.onFact((fact) => facts.push(fact));
  engine.start();
  await cycles(1);
});
afterEach(async () => {
  engine.dispatch({ type: "quit" });
  await engine.ended;
  await remove(directory);
  await remove(`${directory}-hold`);
});

describe("R on a running local server", { timeout: 120_000 }, () => {
  test("an edit of its worker class, which no reload takes in: said, incomplete, and whole after R", async () => {
    const first = reports()[0];
    expect(first).toMatchObject({ complete: true });
    await writeFile(join(directory, "kind.py"), KIND.replace('"kind 1"', '"kind 2"'));
    await cycles(2);
    expect(reports().at(-1)?.reasons.join()).toContain(
      "kind.py has changed since gunicorn's master loaded it: start the server anew (R does it)",
    );
    expect(log().join("\n")).not.toContain("kind 2");
    const [old] = masters();
    engine.dispatch({ type: "start-anew" });
    await until("the new master", () => masters().length === 2, 60);
    expect(await isAlive(old ?? 0), "the old one is dead before").toBe(false);
    await cycles(3);
    expect(outcomes()).toEqual(["passed", "incomplete", "passed"]);
    expect(reports().at(-1)).toMatchObject({ complete: true, totals: first?.totals });
    expect(log().join("\n")).toContain("kind 2");
    expect(facts.map((fact) => fact.type)).not.toContain("server.lost");
    expect(
      (await readdir(join(directory, ".gunicov"))).filter((name) => name.startsWith("server-")),
    ).toHaveLength(1);
  });

  test("while its tests run, and while it is stopped (SIGSTOP): the tests end, then it does", async () => {
    await writeFile(`${directory}-hold`, "");
    engine.dispatch({ type: "rerun", select: [] });
    await until("the tests", () => engine.getSnapshot().state.phase === "testing", 30);
    const [old = 0] = masters();
    process.kill(old, "SIGSTOP");
    engine.dispatch({ type: "start-anew" });
    await until("the new master", () => masters().length === 2, 60);
    expect(await isAlive(old)).toBe(false);
    await remove(`${directory}-hold`);
    await cycles(3);
    expect(outcomes()).toEqual(["passed", "cancelled", "passed"]);
    expect(reports().at(-1)).toMatchObject({ complete: true, totals: reports()[0]?.totals });
  });

  test("its config has an error by then: that is said, and R starts it once that is fixed", async () => {
    await writeFile(join(directory, "gunicorn.conf.py"), `${CONFIG}raise ValueError("no such thing")\n`);
    await until("a cycle after it", () => outcomes().length >= 2, 60);
    const before = outcomes().length;
    engine.dispatch({ type: "start-anew" });
    await cycles(before + 1);
    expect(facts.findLast((fact) => fact.type === "error")?.message).toContain("no such thing");
    await writeFile(join(directory, "gunicorn.conf.py"), CONFIG);
    engine.dispatch({ type: "start-anew" });
    await until("a good cycle", () => outcomes().at(-1) === "passed", 60);
    expect(reports().at(-1)).toMatchObject({ complete: true, totals: reports()[0]?.totals });
  });
});
