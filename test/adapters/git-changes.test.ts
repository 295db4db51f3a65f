/** Changed lines by a real git. */
import { execFileSync } from "node:child_process";
import { appendFile, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { GitChanges } from "../../src/adapters/host/git-changes.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let root: string;
beforeEach(async () => {
  root = await temporaryDirectory("changes");
});
afterEach(() => remove(root));

const LINES = Array.from({ length: 20 }, (_, index) => `a${index} = ${index}\n`).join("");

function git(...words: readonly string[]): string {
  return gitIn(root, ...words);
}

function gitIn(cwd: string, ...words: readonly string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, ...words], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function commit(message: string): Promise<void> {
  git("add", "-A");
  git("commit", "-qm", message);
}

/** A repository with a commit on `main`, and a branch `work` on top of it. */
async function repository(): Promise<void> {
  git("init", "-q", "-b", "main");
  await mkdir(join(root, "pkg"));
  for (const name of ["pkg/a.py", "pkg/b.py", "pkg/gone.py"]) await writeFile(join(root, name), LINES);
  await commit("one");
  git("checkout", "-qb", "work");
}

async function since(base = "main", project = root) {
  const found = await new GitChanges(project, () => null).since(base);
  if (!found.ok) throw new Error(`${found.failure.message} ${found.failure.fix}`);
  return Object.fromEntries(found.value.files.map(({ path, lines }) => [path, lines]));
}

describe("lines that are new", () => {
  test("committed, staged, saved and of files that git does not know yet, since the merge base", async () => {
    await repository();
    await appendFile(join(root, "pkg/a.py"), "committed = 1\n");
    await commit("two");
    git("checkout", "-q", "main");
    await appendFile(join(root, "pkg/b.py"), "of_main = 1\n");
    await commit("on main");
    git("checkout", "-q", "work");
    await appendFile(join(root, "pkg/a.py"), "staged = 1\n");
    git("add", "-A");
    await appendFile(join(root, "pkg/a.py"), "saved = 1\n");
    await writeFile(join(root, "new ü.py"), "x = 1\n");
    await writeFile(join(root, ".gitignore"), "*.log\n");
    await writeFile(join(root, "x.log"), "x\n");
    await rm(join(root, "pkg/gone.py"));
    expect(await since()).toEqual({ "pkg/a.py": [21, 22, 23], "new ü.py": null, ".gitignore": null });
  });

  test("of a renamed file only what is new in it", async () => {
    await repository();
    await rename(join(root, "pkg/a.py"), join(root, "pkg/c.py"));
    await appendFile(join(root, "pkg/c.py"), "x = 1\n");
    git("add", "-A");
    expect(await since()).toEqual({ "pkg/c.py": [21] });
  });

  test("with paths from the project's root, which may lie deeper, or be named by a link", async () => {
    await repository();
    await appendFile(join(root, "pkg/a.py"), "x = 1\n");
    await writeFile(join(root, "outside.py"), "x = 1\n");
    const expected = { "a.py": [21], [join(root, "outside.py")]: null };
    expect(await since("main", join(root, "pkg"))).toEqual(expected);
    await symlink(join(root, "pkg"), join(root, "..", "gunicov-link"));
    try {
      expect(await since("main", join(root, "..", "gunicov-link"))).toEqual(expected);
    } finally {
      await rm(join(root, "..", "gunicov-link"));
    }
  });

  test("whatever the user's configuration of git says", async () => {
    await repository();
    const settings = {
      "diff.noprefix": "true",
      "diff.mnemonicPrefix": "true",
      "diff.external": "false",
      "diff.context": "5",
      "diff.interHunkContext": "9",
      "diff.relative": "true",
      "diff.renames": "false",
      "color.ui": "always",
      "core.pager": "false",
      "status.showUntrackedFiles": "no",
    };
    for (const [name, value] of Object.entries(settings)) git("config", name, value);
    await writeFile(
      join(root, "pkg/b.py"),
      LINES.replace("a1 = 1\n", "a1 = 7\n").replace("a4 = 4\n", "a4 = 7\n"),
    );
    await rename(join(root, "pkg/a.py"), join(root, "pkg/c.py"));
    await appendFile(join(root, "pkg/c.py"), "x = 1\n");
    git("add", "-A");
    expect(await since("main", join(root, "pkg"))).toEqual({ "b.py": [2, 5], "c.py": [21] });
  });

  test("in a submodule: committed there, saved, and all of one that is new", async () => {
    await repository();
    const allow = ["-c", "protocol.file.allow=always"];
    const library = await temporaryDirectory("library");
    try {
      gitIn(library, "init", "-q", "-b", "main");
      await writeFile(join(library, "lib.py"), LINES);
      gitIn(library, "add", "-A");
      gitIn(library, "commit", "-qm", "one");
      git("checkout", "-q", "main");
      git(...allow, "submodule", "--quiet", "add", library, "old");
      await commit("old");
      git("checkout", "-qB", "work");
      git(...allow, "submodule", "--quiet", "add", library, "new");
      await appendFile(join(root, "old/lib.py"), "committed = 1\n");
      gitIn(join(root, "old"), "add", "-A");
      gitIn(join(root, "old"), "commit", "-qm", "two");
      await commit("both");
      expect((await since())["old/lib.py"]).toEqual([21]);
      await appendFile(join(root, "old/lib.py"), "saved = 1\n");
      await writeFile(join(root, "old/other.py"), "unknown = 1\n");
      const found = await since();
      expect(found["old/lib.py"]).toEqual([21, 22]);
      expect(found["new/lib.py"]).toHaveLength(20);
      expect(found["old/other.py"]).toBeNull();
    } finally {
      await remove(library);
    }
  });

  test("all of them where git takes the file for binary", async () => {
    await repository();
    await writeFile(join(root, ".gitattributes"), "*.py binary\n");
    await appendFile(join(root, "pkg/a.py"), "x = 1\n");
    expect(await since()).toMatchObject({ "pkg/a.py": null });
  });
});

describe("what is missing is said, with what to do", () => {
  async function refusal(base: string, project = root) {
    const found = await new GitChanges(project, () => null).since(base);
    return found.ok ? "" : `${found.failure.kind}: ${found.failure.message} ${found.failure.fix}`;
  }

  test("no repository", async () => {
    expect(await refusal("main")).toMatch(/^config: --diff: git says of .*not a git repository/i);
  });

  test("a base that git does not know", async () => {
    await repository();
    expect(await refusal("origin/main")).toContain(
      "knows no commit origin/main. Fetch it with `git fetch origin main`",
    );
    expect(await refusal("--output=x")).toContain("knows no commit");
  });

  test("a shallow clone, as CI makes it", async () => {
    await repository();
    await appendFile(join(root, "pkg/a.py"), "x = 1\n");
    await commit("two");
    git("clone", "-q", "--depth", "1", "--branch", "work", `file://${root}`, join(root, "clone"));
    const said = await refusal("origin/main", join(root, "clone"));
    expect(said).toContain("knows no commit origin/main");
    expect(said).toContain("fetch-depth: 0");
    // The base is there, but not what lies between.
    gitIn(join(root, "clone"), "fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main");
    const after = await refusal("origin/main", join(root, "clone"));
    expect(after).toContain("no commit in common");
    expect(after).toContain("git fetch --unshallow");
  });

  test("no commit yet, and branches with nothing in common", async () => {
    git("init", "-q", "-b", "main");
    expect(await refusal("main")).toContain("knows no commit main");
    await writeFile(join(root, "a.py"), "");
    await commit("one");
    git("checkout", "-q", "--orphan", "other");
    await commit("two");
    expect(await refusal("main")).toContain("Name a base that this branch has a commit in common with");
  });
});
