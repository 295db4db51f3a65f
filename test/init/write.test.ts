/** What gunicov init writes on a disk: all or nothing, and back. */
import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diffOf } from "../../src/init/diff.ts";
import { undoAll, writeAll } from "../../src/init/write.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory("init");
});
afterEach(() => remove(root));

const at = (name: string) => join(root, name);
const read = (name: string) => readFile(at(name), "utf8");
const change = (name: string, before: string | null, after: string) => ({ path: at(name), before, after });

async function everything(): Promise<Record<string, string>> {
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [path.slice(root.length), await readFile(path, "utf8")])),
  );
}

describe("undo", () => {
  test("gives back each byte, the mode, and removes what was not there", async () => {
    const text = "\uFEFF[project]\r\nname = 'x'";
    await writeFile(at("pyproject.toml"), text);
    await chmod(at("pyproject.toml"), 0o640);
    const before = await everything();
    const changes = [
      change("pyproject.toml", text, `${text}\r\n# more`),
      change("deep/er/new.yaml", null, "a: 1\n"),
    ];
    expect(await writeAll(root, changes)).toEqual({
      ok: true,
      value: ["pyproject.toml", "deep/er/new.yaml"],
    });
    expect((await stat(at("pyproject.toml"))).mode & 0o777).toBe(0o640);
    expect(await read("deep/er/new.yaml")).toBe("a: 1\n");
    expect(await read(".gunicov/.gitignore")).toBe("*\n");
    expect(await undoAll(root)).toMatchObject({ ok: true });
    expect(await everything()).toEqual(before);
    expect((await stat(at("pyproject.toml"))).mode & 0o777).toBe(0o640);
    expect(await undoAll(root)).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("nothing") },
    });
  });

  test("takes nothing back where one file was edited since, and names it", async () => {
    await writeFile(at("a"), "1");
    await writeAll(root, [change("a", "1", "2"), change("b", null, "x")]);
    await writeFile(at("b"), "mine");
    const undone = await undoAll(root);
    expect(undone).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("b was edited") },
    });
    expect([await read("a"), await read("b")]).toEqual(["2", "mine"]);
  });

  test("goes back to before the first of two, if nobody edited the file between", async () => {
    await writeFile(at("a"), "1");
    await writeAll(root, [change("a", "1", "2")]);
    await writeAll(root, [change("a", "2", "3")]);
    await undoAll(root);
    expect(await read("a")).toBe("1");
    await writeAll(root, [change("a", "1", "2")]);
    await writeFile(at("a"), "mine");
    await writeAll(root, [change("a", "mine", "3")]);
    await undoAll(root);
    expect(await read("a")).toBe("mine");
  });

  test("leaves the results of cycles where they are, and out of git", async () => {
    const files = [
      ".gunicov/.gitignore",
      ".gunicov/hook/start/sitecustomize.py",
      ".gunicov/hook/gunicov_hook/take_over.py",
    ];
    await writeAll(root, [...files.map((name) => change(name, null, "*\n")), change("b", null, "x")]);
    await writeFile(at(".gunicov/coverage.json"), "{}");
    await undoAll(root);
    expect((await readdir(at(".gunicov"))).toSorted()).toEqual([".gitignore", "coverage.json"]);
    expect(Object.keys(await everything()).toSorted()).toEqual([
      "/.gunicov/.gitignore",
      "/.gunicov/coverage.json",
    ]);
  });
});

describe("nothing is written", () => {
  test("where one of the files can't be", async () => {
    await writeFile(at("a"), "1");
    await writeFile(at("file"), "");
    const before = await everything();
    const put = await writeAll(root, [change("a", "1", "2"), change("file/below", null, "x")]);
    expect(put).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("Nothing was changed") },
    });
    expect(await everything()).toEqual(before);
  });

  test("where a place is taken only after the others were written", async () => {
    await writeFile(at("a"), "1");
    await mkdir(at("b"));
    const before = await everything();
    expect(await writeAll(root, [change("a", "1", "2"), change("b", null, "x")])).toMatchObject({
      ok: false,
    });
    expect(await everything()).toEqual(before);
  });

  test("where a file has changed since it was shown, or is not UTF-8", async () => {
    await writeFile(at("a"), "other");
    expect(await writeAll(root, [change("a", "1", "2")])).toMatchObject({ ok: false });
    expect(await read("a")).toBe("other");
    await writeFile(at("a"), Buffer.from([0xff, 0x31]));
    expect(await writeAll(root, [change("a", "\uFFFD1", "2")])).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("not UTF-8") },
    });
  });
});

test("a link stays one, and what it leads to is written", async () => {
  await writeFile(at("real.toml"), "1");
  await symlink("real.toml", at("link.toml"));
  await writeAll(root, [change("link.toml", "1", "2")]);
  expect([await read("real.toml"), (await readdir(root)).includes("link.toml")]).toEqual(["2", true]);
  await undoAll(root);
  expect(await read("real.toml")).toBe("1");
});

// The oracle is patch(1)'s reader in git.
test.each([
  ["1\n2\n3\n4\n5\n", "1\n2\n3\n4\n5\n\n6\n"],
  ["1\n2\n3\n4\n5", "1\n2\n3\n4\n5\n6"],
  ["1\r\n2\r\n", "1\r\nx\r\n2\r\n"],
  ["", "1\n"],
  ["1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n"],
])("the diff of %j and %j is one that git applies", async (before, after) => {
  await writeFile(at("f"), before.replaceAll("\r", ""));
  const text = `${diffOf(change("f", before, after), "f").join("\n")}\n`;
  await writeFile(at("d"), text);
  await promisify(execFile)("git", ["apply", "--unidiff-zero", "d"], { cwd: root });
  expect(await read("f")).toBe(after.replaceAll("\r", ""));
});
