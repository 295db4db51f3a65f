/** Faults of the source, on a server that lives through all of them. Each goes on from the one before. */
import { readFile, unlink, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FaultProject } from "../support/fault-project.ts";

const APP = "web/app.py";
const WORDS = "web/words.py";
const CONFIG = "gunicorn.conf.py";

let project: FaultProject;
beforeAll(async () => {
  project = await FaultProject.open();
});
afterAll(() => project?.close());

/** Saves what must not boot, and then what was there before. */
async function boots(path: string, text: string, says: RegExp): Promise<void> {
  const before = await project.save(path, text);
  const cycle = await project.bad("boot-error", 3);
  expect(cycle.of("server.boot-error")).toMatchObject([{ traceback: expect.stringMatching(says) }]);
  expect(cycle.of("tests.started")).toEqual([]);
  await project.save(path, before);
  await project.good();
}

test("the app's attribute is missing", async () => {
  const text = await readFile(project.at(APP), "utf8");
  await boots(APP, text.replace("def app(", "def application("), /Failed to find attribute 'app'/);
});

test("sys.exit at import", async () => {
  await boots(WORDS, "import sys\n\nsys.exit(3)\n", /SystemExit: 3/);
});

test("a crash at import: gunicorn tries again and again, gunicov does not wait for ever", async () => {
  await boots(WORDS, "import os\n\nos._exit(7)\n", /ended before it had booted: os\._exit\(7\)/);
});

test("an endless import is named while it lasts; the save that fixes it ends it", async () => {
  const before = await project.save(WORDS, "while True:\n    pass\n");
  const waiting = await project.session.fact("server.waiting", project.session.seq);
  expect(waiting.why).toMatch(/still importing/);
  const saved = Date.now();
  await project.save(WORDS, before);
  expect((await project.session.next()).finished.outcome).toBe("cancelled");
  // Its restart alone would be waited for as long as it lasts.
  expect(Date.now() - saved).toBeLessThan(15_000);
  await project.good();
});

test("an error in gunicorn's config file: its last good settings stay", async () => {
  const before = await project.save(CONFIG, "threads = 1 // 0\n");
  const cycle = await project.good();
  expect(cycle.of("warning")).toMatchObject([
    { message: expect.stringMatching(/config file fails.*ZeroDivisionError/) },
  ]);
  await project.save(CONFIG, before);
  expect((await project.good()).of("warning")).toEqual([]);
});

test("a syntax error in gunicorn's config file never reaches it", async () => {
  const before = await project.save(CONFIG, "threads = = 1\n");
  const cycle = await project.bad("check-failed", 3);
  expect(cycle.of("check.failed")[0]?.failures).toMatchObject([{ path: CONFIG, line: 1 }]);
  await project.save(CONFIG, before);
  await project.good();
});

test("a module is deleted, and comes back", async () => {
  const before = await readFile(project.at(WORDS));
  await unlink(project.at(WORDS));
  const cycle = await project.bad("boot-error", 3);
  expect(cycle.of("cycle.started")[0]?.files).toEqual([WORDS]);
  expect(cycle.of("server.boot-error")[0]?.traceback).toMatch(/No module named 'web.words'/);
  await writeFile(project.at(WORDS), before);
  await project.good();
});

test("a file that is not UTF-8", async () => {
  const before = await project.save(WORDS, Buffer.from('NAME = "caf\xe9"\n', "latin1"));
  const cycle = await project.bad("check-failed", 3);
  expect(cycle.of("check.failed")[0]?.failures).toMatchObject([
    { path: WORDS, message: expect.stringMatching(/utf-8/i) },
  ]);
  // With its encoding declared it is as good as any other.
  await project.save(WORDS, Buffer.from(`# -*- coding: latin-1 -*-\n# caf\xe9\n${before}`, "latin1"));
  await project.good();
  await project.save(WORDS, before);
  await project.good();
});
