/** What a killed session has left in `.gunicov/` is swept by the next one, and nothing else is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeScratch } from "../../src/adapters/process/scratch.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let directory: string;
beforeEach(async () => {
  directory = await temporaryDirectory("scratch");
});
afterEach(() => remove(directory));

/** A directory of another session: like one of ours, but for these words of its owner. */
async function left(change: object): Promise<string> {
  const path = await makeScratch(directory);
  const owner = JSON.parse(await readFile(join(path, "owner.json"), "utf8")) as object;
  await writeFile(join(path, "owner.json"), JSON.stringify({ ...owner, ...change }));
  await mkdir(join(path, "master-7-1", "gen-000001"), { recursive: true });
  return basename(path);
}

async function kept(): Promise<readonly string[]> {
  const own = basename(await makeScratch(directory));
  return (await readdir(directory)).filter((name) => name !== own);
}

test("of a session that was killed: removed", async () => {
  const child = spawn("true");
  await once(child, "exit");
  await left({ pid: child.pid });
  expect(await kept()).toEqual([]);
});

test("of one whose pid another process has now: removed", async () => {
  await left({ started: "1" });
  expect(await kept()).toEqual([]);
});

test("of one that lives, or of another machine or container: kept", async () => {
  const names = [await left({}), await left({ host: "other", pid: 1 }), await left({ namespace: "pid:[1]" })];
  expect((await kept()).toSorted()).toEqual(names.toSorted());
});

test("without an owner: kept for a day", async () => {
  const [young, old] = [join(directory, "server-a"), join(directory, "server-b")];
  await mkdir(young);
  await mkdir(old);
  const before = (Date.now() - 25 * 60 * 60 * 1000) / 1000;
  await utimes(old, before, before);
  await writeFile(join(directory, "coverage.json"), "{}");
  expect(await kept()).toEqual(["coverage.json", "server-a"]);
});
