/** What the watcher tells, and what it does not, on real files. */
import { open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HostWatcher } from "../../src/adapters/host/watcher.ts";
import { remove, temporaryDirectory, until } from "../support/machine.ts";
import { named } from "../support/places.ts";

const CALM = 300; // ms in which everything that comes has come

let directory: string;
let watcher: HostWatcher;
let told: string[];

beforeEach(async () => {
  directory = await temporaryDirectory("watch");
  await writeFile(join(directory, "a.py"), "a = 1\n");
  told = [];
  watcher = new HostWatcher({ root: directory, poll: false });
  await watcher.watch(named([directory]), (files) => void told.push(...files));
});
afterEach(async () => {
  await watcher.close();
  await remove(directory);
});

/** Empties the file, and writes it a moment later, as a slow program saves. */
async function saveSlowly(path: string, text: string): Promise<void> {
  const file = await open(path, "w");
  await sleep(15);
  await file.write(text);
  await file.close();
}

// Again where the machine was so busy that the file stood empty for longer than a slow save may take.
test("the same bytes written again, however slowly, are no change", { retry: 3 }, async () => {
  const path = join(directory, "a.py");
  const bytes = await readFile(path, "utf8");
  for (let times = 0; times < 3; times += 1) {
    await saveSlowly(path, bytes);
    await sleep(100);
  }
  for (let times = 0; times < 10; times += 1) await writeFile(path, bytes);
  await rename(path, `${path}.swp`);
  await writeFile(path, bytes);
  await sleep(CALM);
  expect(told).toEqual([]);
});

test("a change is reported once, although the file was empty for a moment", { retry: 3 }, async () => {
  const path = join(directory, "a.py");
  await saveSlowly(path, "a = 2\n");
  await until("the change", () => told.length > 0);
  await sleep(CALM);
  expect(told).toEqual([path]);
});

test("files that come, go and are emptied are reported", async () => {
  const path = join(directory, "b.py");
  await writeFile(path, "b = 1\n");
  await until("the new file", () => told.length === 1);
  await writeFile(path, "");
  await until("the empty file", () => told.length === 2);
  await rm(path);
  await until("the removed file", () => told.length === 3);
  await sleep(CALM);
  expect(told).toEqual([path, path, path]);
});
