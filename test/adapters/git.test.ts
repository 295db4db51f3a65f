/** What is watched, where git says what it ignores: git's own answer is what is right. */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Selection } from "../../src/adapters/host/selection.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let root: string;

beforeEach(async () => {
  root = await temporaryDirectory("git");
});
afterEach(() => remove(root));

function git(...words: readonly string[]): string {
  const own = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.excludesFile=/nowhere"];
  const options = { cwd: root, encoding: "utf8" } as const;
  return execFileSync("git", [...own, ...words], options);
}

function write(path: string, text = "x\n"): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function select(more: { ignore?: readonly string[]; include?: readonly string[] } = {}, base = root) {
  return new Selection([base], { root, ignore: [], include: [], ...more });
}

/** The files that are watched, as a walk comes to them. */
function watched(selection = select(), base = root): readonly string[] {
  const found: string[] = [];
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      const verdict = selection.verdict(path, entry.isDirectory());
      if (entry.isDirectory() && verdict !== "ignored") walk(path);
      if (entry.isFile() && verdict === "watched") found.push(relative(root, path));
    }
  };
  walk(base);
  return found.toSorted();
}

/** The same by git: what it tracks, and what it would add. */
function byGit(): readonly string[] {
  const told = git("ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0");
  return told.filter((path) => path !== "").toSorted();
}

const NAMES = ["a", "b", "lib", "build"];
const name = fc.constantFrom(...NAMES);
const directory = fc.array(name, { maxLength: 3 }).map((parts) => parts.join("/"));
const file = fc
  .tuple(directory, fc.constantFrom("x.py", "y.txt", "z.css", "b"))
  .map(([dir, one]) => join(dir, one));
const glob = fc.constantFrom("*.py", "y.*", "x.py", "*", "**", "a", "lib", "build", "?", "[ab]", "b*");
const pattern = fc
  .tuple(
    fc.constantFrom("", "!", "!"),
    fc.constantFrom("", "/", "**/"),
    fc.oneof(
      glob,
      fc.tuple(name, glob).map((parts) => parts.join("/")),
      fc.tuple(name, fc.constant("**"), glob).map((parts) => parts.join("/")),
    ),
    fc.constantFrom("", "/"),
  )
  .map((parts) => parts.join(""))
  // Of these alone the library has another opinion than git: a directory within one that is ignored, taken back in.
  .filter((one) => !/^!(\/|\*\*\/)?\*{1,2}\/$/.test(one) && !/^!.*\*\*\/$/.test(one));
const rules = fc.tuple(directory, fc.array(pattern, { minLength: 1, maxLength: 4 }));

test("files and nested rules of any kind, some of them tracked all the same: as git has it", async () => {
  const one = fc.asyncProperty(
    fc.array(file, { minLength: 1, maxLength: 12 }),
    fc.array(rules, { maxLength: 3 }),
    fc.array(pattern, { maxLength: 2 }),
    fc.nat(3),
    async (files, ignores, exclude, tracked) => {
      await remove(root);
      await mkdir(root, { recursive: true });
      git("init", "-q");
      const made: string[] = [];
      for (const path of files) {
        try {
          write(path);
          made.push(path);
        } catch {
          // A file is where a directory would have to be.
        }
      }
      for (const [where, patterns] of ignores) {
        try {
          write(join(where, ".gitignore"), patterns.join("\n"));
        } catch {
          // The same.
        }
      }
      await writeFile(join(root, ".git", "info", "exclude"), exclude.join("\n"));
      if (tracked > 0) git("add", "--force", "--", ...made.slice(0, tracked));
      expect(watched()).toEqual(byGit());
    },
  );
  await fc.assert(one, { numRuns: 60 });
}, 120_000);

describe("git's rules", () => {
  beforeEach(() => git("init", "-q"));

  test.each([
    ["lib/a/x.py", "lib/**/*", "!lib/*"],
    ["lib/a/x.py", "lib/a/*.py\nlib", "!lib"],
    ["lib/[a]*?/x.py", "lib/**/*", "!lib/*"],
    ["lib/a/x.py", "/lib/*\n*.css", "!lib/a"],
  ])("%s, excluded by %j, which %j overrules for a directory above it", (path, exclude, rules) => {
    write(path);
    write(".gitignore", `${rules}\n`);
    write(".git/info/exclude", `${exclude}\n`);
    expect(watched()).toEqual(byGit());
  });

  test("from a linked work tree's common directory, and in a submodule that submodule's own", async () => {
    write("a.py");
    git("add", "-A");
    git("commit", "-qm", "a");
    git("worktree", "add", "-q", "tree");
    write(".git/info/exclude", "*.gen\n");
    for (const path of [
      "tree/a.gen",
      "tree/b.py",
      "inner/.git/HEAD",
      "inner/.gitignore",
      "inner/x.css",
      "a.css",
    ])
      write(path);
    write("inner/.gitignore", "*.css\n");
    git("-C", join(root, "inner"), "init", "-q");
    expect(watched(select({}, join(root, "tree")), join(root, "tree"))).toEqual(["tree/a.py", "tree/b.py"]);
    expect(watched()).toEqual(["a.css", "a.py", "inner/.gitignore", "tree/a.py", "tree/b.py"]);
  });

  test("from core.excludesFile", () => {
    write("excludes", "*.gen\n");
    git("config", "core.excludesFile", join(root, "excludes"));
    for (const path of ["a.gen", "a.py"]) write(path);
    expect(watched()).toEqual(["a.py", "excludes"]);
  });

  test("but not for the directory itself that was named, nor for environment files", () => {
    write(".gitignore", "generated/\n.env*\n*.css\n");
    for (const path of ["generated/a.py", "generated/b.css", ".env", ".env.local", "generated/.env"])
      write(path);
    const base = join(root, "generated");
    expect(watched(select({}, base), base)).toEqual(["generated/.env", "generated/a.py"]);
    expect(watched()).toEqual([".env", ".env.local", ".gitignore"]);
  });
});

describe("without git", () => {
  test("a .gitignore counts too", () => {
    write(".gitignore", "*.css\n");
    write("a/b.css");
    expect(watched()).toEqual([".gitignore"]);
  });

  test("logs, databases, environments and tools' directories are not watched, whatever they are called", () => {
    const noise = [
      ..."server.log server.log.1 app.log.2026-11-27 db.sqlite3 db.sqlite3-journal a.db a.db-wal x-shm g.pid".split(
        " ",
      ),
      ..."env311/pyvenv.cfg env311/lib/a.py conda/conda-meta/history conda/a.py node_modules/a.js .tox/a.py".split(
        " ",
      ),
      ..."pkg.egg-info/PKG-INFO pkg/__pycache__/a.pyc .coverage.host.1 .hypothesis/a celerybeat-schedule".split(
        " ",
      ),
    ];
    for (const path of [...noise, "a.py", "catalog.py", "dblog/views.py", ".coveragerc", "log/conf.json"])
      write(path);
    expect(watched()).toEqual([".coveragerc", "a.py", "catalog.py", "dblog/views.py", "log/conf.json"]);
  });
});

describe("watch.ignore and watch.include", () => {
  test("come before every other rule, include first; what leads to it is looked into", () => {
    git("init", "-q");
    write(".gitignore", "build/\n*.css\n");
    const files = [
      "a.css",
      "b.css",
      "build/gen/x.py",
      "build/y.py",
      "docs/a.md",
      "keep.log",
      "node_modules/m/a.js",
    ];
    for (const path of files) write(path);
    const choice = {
      ignore: ["docs/", "*.md", "/b.css"],
      include: ["*.css", "/build/gen/*.py", "keep.log", "/node_modules/m/"],
    };
    const expected = [".gitignore", "a.css", "b.css", "build/gen/x.py", "keep.log", "node_modules/m/a.js"];
    expect(watched(select(choice))).toEqual(expected);
  });
});
