/** A save is read once, on its way from the watcher to the check. */
import { createHash } from "node:crypto";
import { mkdir, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Hashes } from "../../src/adapters/host/hashes.ts";
import { HostWatcher } from "../../src/adapters/host/watcher.ts";
import { remove, temporaryDirectory, until } from "../support/machine.ts";
import { Opens } from "../support/opens.ts";
import { named } from "../support/places.ts";

let root: string;
let watcher: HostWatcher;
let hashes: Hashes;
let seen: string[];
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const app = () => join(root, "src", "app.py");

beforeEach(async () => {
  root = await temporaryDirectory("hashes");
  await mkdir(join(root, "src"));
  await writeFile(app(), "a = 1\n");
  hashes = new Hashes();
  seen = [];
  watcher = new HostWatcher({ root, poll: false, hashes });
  await watcher.watch(named([join(root, "src")]), (files) => seen.push(...files));
});

afterEach(async () => {
  await watcher.close();
  await remove(root);
});

test("a save is read once until the check has its hash, and so is each file of a checkout", async () => {
  const names = Array.from({ length: 20 }, (_, index) => `file${index}.py`);
  for (const name of [...names, "app.py"]) await writeFile(join(root, name), `b = "${name}"\n`);
  const opens = await Opens.of(join(root, "src"));
  await rename(join(root, "app.py"), app());
  await until("news of it", () => seen.length > 0, 30);
  expect(await hashes.hash(app())).toBe(sha256('b = "app.py"\n'));
  for (const name of names) await rename(join(root, name), join(root, "src", name));
  await until("news of them", () => seen.length > 20, 30);
  for (const name of names) {
    expect(await hashes.hash(join(root, "src", name))).toBe(sha256(`b = "${name}"\n`));
  }
  expect((await opens.names()).toSorted()).toEqual([...names, "app.py"].toSorted());
  expect(new Set(seen).size).toBe(seen.length);
});

describe("a hash", () => {
  test("is that of the bytes now, whatever was read before", async () => {
    const before = new Date(1_000_000_000_000);
    for (const text of ["a = 2\n", "a = 3\n", "a = 3\n", ""]) {
      seen = [];
      await writeFile(app(), text);
      await utimes(app(), before, before);
      expect(await hashes.hash(app())).toBe(sha256(text));
    }
    await until("news of it", () => seen.length > 0, 30);
    await writeFile(app(), "a = 4\n");
    expect(await hashes.hash(app())).toBe(sha256("a = 4\n"));
    await rename(app(), join(root, "gone"));
    expect(await hashes.hash(app())).toBeNull();
    expect(await hashes.hash(root)).toBeNull();
  });
});
