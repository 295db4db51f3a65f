import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HostPublisher, replace } from "../../src/adapters/host/publisher.ts";
import type { ReportKind } from "../../src/core/report-kind.ts";
import { EMPTY_CONTENT } from "../../src/core/screen-content.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory("reports");
});
afterEach(() => remove(root));

const page = (path: string, text = "<p>") => ({ path, data: Buffer.from(text) });
const kept = (text: string) => ({ json: `{"text": "${text}"}`, data: Buffer.from(text) });

/** A publisher of these reports, at paths in the root. */
function publisher(wanted: Partial<Record<ReportKind, string>> = {}): HostPublisher {
  const entries = Object.entries(wanted) as [ReportKind, string][];
  const reports = entries.map(([kind, path]) => ({ kind, path: join(root, path) }));
  const locate = (path: string) => `sub/${path}`;
  return new HostPublisher(root, { reports, summary: null, locate, otherwise: "gunicov.toml" });
}

/** What coverage.py has made, in a cycle of which nothing else is known. */
function publish(one: HostPublisher, pages: readonly ReturnType<typeof page>[], json = "{}") {
  const files = pages.map(({ path, data }) => ({ path: `html/${path}`, data }));
  const more = [page("coverage.lcov", "SF:x"), page("coverage.xml", "<x/>")];
  const check = { differences: [], report: null };
  return one.publish(EMPTY_CONTENT, { json, data: Buffer.from(""), files: [...files, ...more], check });
}

describe("kept for editors", () => {
  test("under .gunicov, which no repository takes in, and nothing besides", async () => {
    expect(await publisher().keep(kept("one"))).toEqual({ ok: true, value: undefined });
    expect((await readdir(join(root, ".gunicov"))).toSorted()).toEqual([
      ".coverage",
      ".gitignore",
      "coverage.json",
    ]);
    expect(await readFile(join(root, ".gunicov", ".gitignore"), "utf8")).toBe("*\n");
    expect(await readFile(join(root, ".gunicov", ".coverage"), "utf8")).toBe("one");
  });

  test("a reader sees the old one or the new one, never half of either", async () => {
    const one = publisher();
    await one.keep(kept("one"));
    const texts = ["a".repeat(2_000_000), "b".repeat(1_000_000)];
    let writing = true;
    const reading = (async () => {
      while (writing) {
        const text = await readFile(join(root, ".gunicov", ".coverage"), "utf8");
        expect(["one", ...texts].includes(text)).toBe(true);
      }
    })();
    for (let count = 0; count < 20; count += 1) await one.keep(kept(texts[count % 2] ?? ""));
    writing = false;
    await reading;
  });
});

describe("the HTML report", () => {
  test("replaces the one before, with none of its pages", async () => {
    const one = publisher();
    await one.html([page("index.html"), page("old.html")]);
    expect(await one.html([page("index.html", "new"), page("deep/style.css")])).toEqual({
      ok: true,
      value: join(root, ".gunicov", "html", "index.html"),
    });
    expect((await readdir(join(root, ".gunicov", "html"))).toSorted()).toEqual(["deep", "index.html"]);
  });

  test("writes nothing outside, whatever a page is called", async () => {
    const result = await publisher().html([page("../../../escaped.html")]);
    expect(result).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("lies outside") },
    });
    expect(await readdir(root)).toEqual([".gunicov"]);
  });
});

describe("asked for", () => {
  test("tells which", () => {
    expect(publisher({ junit: "x" }).wanted).toEqual([]);
    expect(publisher({ html: "h", lcov: "l" }).wanted).toEqual(["html", "lcov"]);
  });

  test("are written where they were asked for, with the directories above", async () => {
    const one = publisher({ html: "out/html", json: "out/json/coverage.json" });
    expect((await publish(one, [page("index.html")])).ok).toBe(true);
    expect(await readFile(join(root, "out", "html", "index.html"), "utf8")).toBe("<p>");
    expect(await readFile(join(root, "out", "json", "coverage.json"), "utf8")).toBe("{}");
  });

  test("what else is in that directory stays: it is the user's", async () => {
    await mkdir(join(root, "out"));
    await writeFile(join(root, "out", "mine.txt"), "mine");
    await publish(publisher({ html: "out" }), [page("index.html")]);
    expect((await readdir(join(root, "out"))).toSorted()).toEqual(["index.html", "mine.txt"]);
  });
});

describe("what can't be written is reported, with the path", () => {
  test.each([
    { name: "a file in the way of a directory", wanted: { html: "taken/html" }, what: /ENOTDIR|EEXIST/ },
    {
      name: "a directory in the way of a file",
      wanted: { json: "directory" },
      what: /EISDIR|ENOTEMPTY|EEXIST/,
    },
  ])("$name", async ({ wanted, what }) => {
    await writeFile(join(root, "taken"), "");
    await mkdir(join(root, "directory"));
    const result = await publish(publisher(wanted), [page("index.html")]);
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "config", message: expect.stringMatching(what) },
    });
    expect(await readdir(root), "no half-written file stays").not.toContain(expect.stringMatching(/\.new$/));
  });

  test.skipIf(process.getuid?.() === 0)("a directory that is read-only", async () => {
    await chmod(root, 0o500);
    expect(await publisher().keep(kept("one"))).toMatchObject({ ok: false, failure: { kind: "config" } });
    await chmod(root, 0o700);
  });

  test("a .gunicov that is a link to nowhere", async () => {
    await symlink(join(root, "nowhere", "at", "all"), join(root, ".gunicov"));
    const result = await publisher().keep(kept("one"));
    expect(result).toMatchObject({ ok: false, failure: { fix: expect.stringContaining("permissions") } });
  });
});

describe("a link that the project brings along leads nowhere", () => {
  let outside: string;
  beforeEach(async () => {
    outside = await temporaryDirectory("outside");
    await writeFile(join(outside, "precious"), "mine");
    await mkdir(join(outside, "html"));
    await writeFile(join(outside, "html", "page.html"), "mine");
  });
  afterEach(async () => {
    expect(await readFile(join(outside, "precious"), "utf8")).toBe("mine");
    expect((await readdir(outside, { recursive: true })).toSorted()).toEqual([
      "html",
      "html/page.html",
      "precious",
    ]);
    await remove(outside);
  });

  const refused = { ok: false, failure: { kind: "config", message: expect.stringContaining("is a link") } };

  test("in the place of .gunicov: refused, and nothing is removed there either", async () => {
    await symlink(outside, join(root, ".gunicov"));
    expect(await publisher().keep(kept("one"))).toMatchObject(refused);
    expect(await publisher().html([page("index.html")])).toMatchObject(refused);
  });

  test("many writes of one file at the same time all end well, and one of them is there whole", async () => {
    const path = join(root, "one");
    const texts = Array.from({ length: 50 }, (_, index) => `${index}`.repeat(10_000));
    await Promise.all(texts.map((text) => replace(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect((await readdir(root)).filter((name) => name.startsWith("one"))).toEqual(["one"]);
  });

  test("in the place of a file in it: replaced", async () => {
    const own = join(root, ".gunicov");
    await mkdir(own);
    const names = [".gitignore", ".coverage", "coverage.json", `.coverage.${process.pid}-1.new`];
    for (const name of names) await symlink(join(outside, "precious"), join(own, name));
    await symlink(join(outside, "html"), join(own, "html"));
    expect(await publisher().keep(kept("one"))).toMatchObject({ ok: true });
    expect(await publisher().html([page("index.html")])).toMatchObject({ ok: true });
    expect(await readFile(join(own, ".coverage"), "utf8")).toBe("one");
    expect(await readFile(join(own, "html", "index.html"), "utf8")).toBe("<p>");
  });

  test("in a directory that the command line names: files are replaced, directories refused", async () => {
    await mkdir(join(root, "out"));
    await symlink(join(outside, "precious"), join(root, "out", "index.html"));
    await symlink(join(outside, "precious"), join(root, "out.json"));
    await symlink(join(outside, "html"), join(root, "out", "sub"));
    const wanted = publisher({ html: "out", json: "out.json" });
    expect(await publish(wanted, [page("index.html")])).toMatchObject({ ok: true });
    expect(await readFile(join(root, "out", "index.html"), "utf8")).toBe("<p>");
    expect(await publish(wanted, [page("sub/page.html")])).toMatchObject(refused);
  });

  test("the directory of the command line itself may be one: that is the user's own word", async () => {
    const there = await temporaryDirectory("there");
    await symlink(there, join(root, "out"));
    expect(await publish(publisher({ html: "out" }), [page("index.html")])).toMatchObject({
      ok: true,
    });
    expect(await readdir(there)).toEqual(["index.html"]);
    await remove(there);
  });
});
