/** The watcher on real directories: what a person, an editor or a branch switch does to files. */
import { mkdir, rename, symlink, unlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostWatcher } from "../../src/adapters/host/watcher.ts";
import { remove, temporaryDirectory, until } from "../support/machine.ts";
import { named } from "../support/places.ts";

/** Long enough for an event to have come if it were to come, in ms. */
const SILENCE = 250;

let root: string;
let watched: string;
let watcher: HostWatcher;
let seen: string[];

const at = (...names: string[]) => join(watched, ...names);

beforeEach(async () => {
  root = await temporaryDirectory("watch");
  watched = join(root, "src");
  await mkdir(at("package"), { recursive: true });
  await writeFile(at("app.py"), "a = 1\n");
  await writeFile(at("package", "views.py"), "v = 1\n");
  seen = [];
  watcher = new HostWatcher({ root: root, poll: false });
  await watch(watched);
});

afterEach(async () => {
  await watcher.close();
  await remove(root);
});

async function watch(...directories: string[]): Promise<void> {
  await watcher.watch(named(directories), (files) => seen.push(...files));
}

async function expectSeen(...files: string[]): Promise<void> {
  await until(`news of ${files.join(", ")}`, () => files.every((file) => seen.includes(file)), 30);
  await sleep(SILENCE);
  expect([...new Set(seen)].toSorted()).toEqual(files.toSorted());
}

async function expectNothing(): Promise<void> {
  await sleep(SILENCE);
  expect(seen).toEqual([]);
}

describe("a change is reported", () => {
  test("a save", async () => {
    await writeFile(at("app.py"), "a = 2\n");
    await expectSeen(at("app.py"));
  });

  test("a save of the same size, in the same second", async () => {
    for (const digit of [3, 4, 5]) {
      seen = [];
      await writeFile(at("app.py"), `a = ${digit}\n`);
      await expectSeen(at("app.py"));
    }
  });

  test("an atomic save: another file is renamed over it", async () => {
    await writeFile(at("app.py.tmp"), "a = 2\n");
    await rename(at("app.py.tmp"), at("app.py"));
    await expectSeen(at("app.py"));
  });

  test("a save as vim does it: moved away, written anew, the backup deleted", async () => {
    await writeFile(at("4913"), "");
    await unlink(at("4913"));
    await rename(at("app.py"), at("app.py~"));
    await writeFile(at("app.py"), "a = 2\n");
    await unlink(at("app.py~"));
    await expectSeen(at("app.py"));
  });

  test("a file of any kind: a template", async () => {
    await writeFile(at("package", "page.html"), "<p>");
    await expectSeen(at("package", "page.html"));
  });

  test("a deletion", async () => {
    await unlink(at("package", "views.py"));
    await expectSeen(at("package", "views.py"));
  });

  test("a rename: both names", async () => {
    await rename(at("app.py"), at("main.py"));
    await expectSeen(at("app.py"), at("main.py"));
  });

  test("a new directory, with what is in it and what comes into it", async () => {
    await mkdir(at("fresh", "deep"), { recursive: true });
    await writeFile(at("fresh", "deep", "a.py"), "a");
    await expectSeen(at("fresh", "deep", "a.py"));
    seen = [];
    await writeFile(at("fresh", "deep", "b.py"), "b");
    await expectSeen(at("fresh", "deep", "b.py"));
  });

  test("a directory that is moved away, and one that is made anew in its place", async () => {
    await rename(at("package"), join(root, "away"));
    await expectSeen(at("package", "views.py"));
    seen = [];
    await mkdir(at("package"));
    await writeFile(at("package", "views.py"), "v = 2\n");
    await expectSeen(at("package", "views.py"));
    seen = [];
    await writeFile(at("package", "views.py"), "v = 3\n");
    await expectSeen(at("package", "views.py"));
  });

  test("the watched directory itself, gone and back", async () => {
    await rename(watched, join(root, "away"));
    await until("news of the files", () => seen.includes(at("app.py")), 30);
    await mkdir(watched);
    await writeFile(at("app.py"), "a = 7\n");
    seen = [];
    await until(
      "it to be watched again",
      async () => {
        await writeFile(at("app.py"), `a = ${Math.random()}\n`);
        await sleep(100);
        return seen.includes(at("app.py"));
      },
      5,
    );
  });

  test("300 files at once, none forgotten", async () => {
    const files = Array.from({ length: 300 }, (_, index) => at("package", `m${index}.py`));
    await Promise.all(files.map((file) => writeFile(file, "1")));
    await expectSeen(...files);
    seen = [];
    await Promise.all(files.map((file) => writeFile(file, "2")));
    await expectSeen(...files);
  });
});

describe("nothing is reported", () => {
  test("of a save that changes no byte", async () => {
    await writeFile(at("app.py"), "a = 1\n");
    await expectNothing();
  });

  test("of a touch", async () => {
    await utimes(at("app.py"), new Date(), new Date());
    await expectNothing();
  });

  test("only half of a deletion that was taken back", async () => {
    await unlink(at("app.py"));
    await writeFile(at("app.py"), "a = 1\n");
    await sleep(SILENCE);
    // That it is gone may be told, and then that it is back; or neither.
    expect(seen.length).not.toBe(1);
  });

  test("of bytecode, caches, editors' files, coverage's data", async () => {
    const files = [
      ["__pycache__", "app.cpython-313.pyc"],
      ["package", "__pycache__", "views.cpython-313.pyc.140"],
      [".git", "index"],
      ["node_modules", "x", "index.js"],
      [".gunicov", "coverage.json"],
      [".pytest_cache", "v", "lastfailed"],
      [".app.py.swp"],
      [".app.py.swx"],
      ["app.py~"],
      ["4913"],
      ["#app.py#"],
      [".#app.py"],
      ["app.py___jb_tmp___"],
      [".goutputstream-AB12"],
      [".coverage"],
      [".coverage.host.123.XyZ"],
      [".DS_Store"],
    ];
    for (const names of files) {
      await mkdir(join(at(...names), ".."), { recursive: true });
      await writeFile(at(...names), "noise");
    }
    await expectNothing();
  });

  test("of files outside, and once it is closed", async () => {
    await writeFile(join(root, "outside.py"), "x");
    await expectNothing();
    await watcher.close();
    await writeFile(at("app.py"), "a = 2\n");
    await expectNothing();
  });
});

describe("directories", () => {
  test("a link to one is watched as that one, by the name it was given", async () => {
    await symlink(watched, join(root, "link"));
    await watch(join(root, "link"));
    await writeFile(at("app.py"), "a = 2\n");
    await expectSeen(join(root, "link", "app.py"));
  });

  test("whose own name, or one above, is a tool's are watched all the same", async () => {
    const inside = join(root, "venv", "build", "src");
    await mkdir(inside, { recursive: true });
    await watch(inside);
    await writeFile(join(inside, "a.py"), "a");
    await expectSeen(join(inside, "a.py"));
  });

  test("others take the place of those before", async () => {
    const other = join(root, "other");
    await mkdir(other);
    await watch(other);
    await writeFile(at("app.py"), "a = 2\n");
    await writeFile(join(other, "a.py"), "a");
    await expectSeen(join(other, "a.py"));
  });

  test("that are not there yet are watched once they are", async () => {
    const later = join(root, "later");
    await watch(watched, later);
    await mkdir(later);
    await writeFile(join(later, "a.py"), "a");
    await expectSeen(join(later, "a.py"));
  });

  test("a single file is watched too", async () => {
    await watch(at("app.py"));
    await writeFile(at("app.py"), "a = 2\n");
    await expectSeen(at("app.py"));
  });

  test("where the system sends no events, polling sees a save", async () => {
    await watcher.close();
    watcher = new HostWatcher({ root: root, poll: true });
    await watch(watched);
    await writeFile(at("app.py"), "a = 2222\n");
    await expectSeen(at("app.py"));
  });
});

describe("what can't be watched takes nothing from the others", () => {
  test.each([
    { name: "a link to nowhere", to: () => join(root, "nowhere") },
    { name: "a link to itself", to: () => at("link.py") },
    { name: "a link to a directory above it", to: () => watched },
  ])("$name", async ({ to }) => {
    await symlink(to(), at("link.py"));
    await watcher.close();
    await watch(watched);
    await writeFile(at("package", "views.py"), "v = 2\n");
    await until("the other file's news", () => seen.includes(at("package", "views.py")), 30);
  });
});
