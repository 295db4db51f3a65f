/** Reports that can't be written are found out before a cycle. */
import { globSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { preparePlaces } from "../../src/adapters/host/wanted-places.ts";
import type { ReportKind } from "../../src/core/report-kind.ts";
import { ROOT, remove, temporaryDirectory } from "../support/machine.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory("places");
  await mkdir(join(root, "directory"));
  await writeFile(join(root, "file"), "mine");
});
afterEach(() => remove(root));

const prepare = (kind: ReportKind, path: string, clear = false) =>
  preparePlaces([{ kind, path: join(root, path) }], clear);

test.each([
  ["xml", "directory", "it is a directory"],
  ["junit", "directory", "it is a directory"],
  ["html", "file", "is no directory"],
  ["lcov", "file/x.lcov", "is no directory"],
  ["markdown", "file/deep/x.md", "is no directory"],
  ["json", "../../proc/x/c.json", "/proc/x"],
] as const)("%s at %s", async (kind, path, what) => {
  const at = path.startsWith("..") ? "/proc/x/c.json" : join(root, path);
  const why = await preparePlaces([{ kind, path: at }], false);
  expect(why).toMatchObject({ kind: "config" });
  expect(why?.message).toMatch(new RegExp(`^--report ${kind}=.*${what}`));
});

test("a file with a report may be there, and directories that are missing are made", async () => {
  expect(await prepare("xml", "file")).toBeNull();
  expect(await prepare("xml", "a/b/x.xml")).toBeNull();
  expect(await readdir(join(root, "a"))).toEqual(["b"]);
});

test("what an earlier run has left goes only where that is asked for, and nothing beside it", async () => {
  await writeFile(join(root, "directory", "index.html"), "old");
  await writeFile(join(root, "directory", "mine.txt"), "mine");
  await prepare("html", "directory");
  expect(await readdir(join(root, "directory"))).toHaveLength(2);
  await prepare("html", "directory", true);
  await prepare("lcov", "file", true);
  expect(await readdir(join(root, "directory"))).toEqual(["mine.txt"]);
  expect(await readdir(root)).toEqual(["directory"]);
});

test("nothing goes where one of them can't be written", async () => {
  const both = [
    { kind: "xml", path: join(root, "file") },
    { kind: "html", path: join(root, "file") },
  ] as const;
  expect(await preparePlaces(both, true)).not.toBeNull();
  expect(await readdir(root)).toContain("file");
});

// Node's own `recursive` never ends there, and the thread that it takes can't be ended.
test("no directory is made in another way than by src/directories.ts", () => {
  const files = globSync("src/**/*.{ts,tsx}", { cwd: ROOT }).filter((file) => file !== "src/directories.ts");
  expect(files.filter((file) => /\bmkdir(?:Sync)?\(/.test(readFileSync(join(ROOT, file), "utf8")))).toEqual(
    [],
  );
});
