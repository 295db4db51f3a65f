/** Lines that are new since a base, by git: committed, saved, or not known to it yet. */
import { execFile } from "node:child_process";
import { realpathSync } from "node:fs";
import { relative } from "node:path";
import type { ChangedFile, Changes as ChangedLines } from "../../core/changed-lines.ts";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Changes } from "../../ports/changes.ts";
import { parseDiff } from "../../reports/git-diff.ts";

type Wanted = Changes["wanted"];

/** Whatever the user's configuration says of the form, it is this one. */
const FORM = [
  ...["-c", "core.quotePath=false", "-c", "diff.noprefix=false", "-c", "diff.mnemonicPrefix=false"],
  ...["diff", "--unified=0", "--inter-hunk-context=0", "--find-renames", "--no-color", "--no-ext-diff"],
  ...["--no-textconv", "--no-relative", "--submodule=short", "--src-prefix=a/", "--dst-prefix=b/"],
];
/** In bytes. */
const MOST_OUTPUT = 512 * 1024 * 1024;

export class GitChanges implements Changes {
  readonly #root: string;
  readonly #asked: () => Wanted;

  /** `root`: the project's, in a repository or below its root. */
  constructor(root: string, asked: () => Wanted) {
    this.#root = root;
    this.#asked = asked;
  }

  get wanted(): Wanted {
    return this.#asked();
  }

  get base(): string {
    return this.#asked()?.base ?? "HEAD";
  }

  async since(base: string): Promise<Result<ChangedLines>> {
    const top = await this.#git(["rev-parse", "--show-toplevel"]);
    if (top.code !== 0) return fail(noRepository(this.#root, top));
    const mergeBase = await this.#mergeBase(base);
    if (!mergeBase.ok) return mergeBase;
    const repository = top.out.replace(/\n$/, "");
    const files = await this.#changed(repository, mergeBase.value);
    if (!files.ok) return files;
    return ok({
      base,
      mergeBase: mergeBase.value,
      files: files.value.map((file) => this.#shown(file, repository)),
    });
  }

  /** Since a commit, in a working tree and in its submodules; paths are from that tree's top. */
  async #changed(tree: string, commit: string): Promise<Result<readonly ChangedFile[]>> {
    const [diff, others, raw] = await Promise.all([
      this.#git([...FORM, commit, "--"], tree),
      this.#git(["ls-files", "--others", "--exclude-standard", "-z"], tree),
      this.#git(
        ["diff", "--raw", "--no-renames", "--no-abbrev", "--ignore-submodules=none", "-z", commit],
        tree,
      ),
    ]);
    for (const one of [diff, others, raw]) if (one.code !== 0) return fail(refused(one));
    const submodules = submodulesIn(raw.out);
    const untracked = others.out.split("\0").filter((path) => path !== "");
    const own = [...parseDiff(diff.out), ...untracked.map((path) => ({ path, lines: null }))];
    const files: ChangedFile[] = own.filter(
      ({ path, lines }) => (lines === null || lines.length > 0) && !submodules.has(path),
    );
    for (const [path, before] of submodules) {
      const inside = await this.#inside(`${tree}/${path}`, before);
      if (!inside.ok) return inside;
      files.push(...inside.value.map((file) => ({ ...file, path: `${path}/${file.path}` })));
    }
    return ok(files);
  }

  /** In a submodule that was at that commit, null where it was not there; nothing where it is not checked out. */
  async #inside(tree: string, before: string | null): Promise<Result<readonly ChangedFile[]>> {
    const top = await this.#git(["rev-parse", "--show-prefix"], tree);
    if (top.code !== 0 || top.out.trim() !== "") return ok([]);
    if (before === null) {
      const nothing = await this.#nothing();
      return nothing.ok ? await this.#changed(tree, nothing.value) : nothing;
    }
    const known = await this.#git(["cat-file", "-e", `${before}^{commit}`], tree);
    return known.code === 0 ? await this.#changed(tree, before) : fail(noCommit(tree, before));
  }

  /** With its path from the project's root, or an absolute one where it lies outside of it, as reports have it. */
  #shown({ path, lines }: ChangedFile, repository: string): ChangedFile {
    const inside = relative(repository, realpathSync(this.#root));
    if (inside === "") return { path, lines };
    return path.startsWith(`${inside}/`)
      ? { path: path.slice(inside.length + 1), lines }
      : { path: `${repository}/${path}`, lines };
  }

  async #mergeBase(base: string): Promise<Result<string>> {
    const known = await this.#git([
      "rev-parse",
      "--verify",
      "--quiet",
      "--end-of-options",
      `${base}^{commit}`,
    ]);
    const shallow = (await this.#git(["rev-parse", "--is-shallow-repository"])).out.trim() === "true";
    if (known.code !== 0 && base === "HEAD") return await this.#nothing();
    if (known.code !== 0) return fail(noBase(base, shallow));
    const commit = known.out.trim();
    const found = await this.#git(["merge-base", commit, "HEAD"]);
    if (found.code === 0) return ok(found.out.trim());
    return fail(noMergeBase(base, shallow));
  }

  /** Before the first commit all lines are new: the tree without files. */
  async #nothing(): Promise<Result<string>> {
    const tree = await this.#git(["hash-object", "-t", "tree", "/dev/null"]);
    return tree.code === 0 ? ok(tree.out.trim()) : fail(refused(tree));
  }

  #git(words: readonly string[], cwd = this.#root): Promise<Ran> {
    const env = { ...process.env, LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" };
    const options = { cwd, env, maxBuffer: MOST_OUTPUT, encoding: "utf8" as const };
    return new Promise((settle) => {
      execFile("git", [...words], options, (error, out, err) => {
        const code = error === null ? 0 : typeof error.code === "number" ? error.code : -1;
        settle({ code, out, err: err.trim() || (error?.message ?? "") });
      });
    });
  }
}

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Their paths in `git diff --raw -z`, with the commits at which they were; null: it was not there. */
function submodulesIn(raw: string): ReadonlyMap<string, string | null> {
  const found = raw.matchAll(/:(\d{6}) (\d{6}) ([0-9a-f]+) [0-9a-f]+ [A-Z]\d*\0([^\0]+)\0/g);
  const now = [...found].filter(([, , mode]) => mode === SUBMODULE);
  return new Map(
    now.map(([, mode, , commit, path]) => [path ?? "", mode === SUBMODULE ? (commit ?? null) : null]),
  );
}

/** What git takes for a file's mode. */
const SUBMODULE = "160000";

const UNSHALLOW =
  "The history here is shallow: check out with `fetch-depth: 0`, or run `git fetch --unshallow` before.";

function noRepository(root: string, { err }: Ran) {
  const [why = ""] = err.split("\n");
  const fix = "Changed lines need git and the project's repository: leave out --diff, or run where .git is.";
  return failure("config", `--diff: git says of ${root}: ${why}.`, fix);
}

function noBase(base: string, shallow: boolean) {
  const [remote = "origin", ...branch] = base.split("/");
  const fetch = branch.length === 0 ? `git fetch origin ${base}` : `git fetch ${remote} ${branch.join("/")}`;
  const fix = `${shallow ? `${UNSHALLOW} ` : ""}Fetch it with \`${fetch}\`, or correct the name.`;
  return failure("config", `--diff: git knows no commit ${base}.`, fix);
}

function noMergeBase(base: string, shallow: boolean) {
  const fix = shallow ? UNSHALLOW : "Name a base that this branch has a commit in common with.";
  return failure("config", `--diff: ${base} and the commit here have no commit in common.`, fix);
}

function noCommit(tree: string, commit: string) {
  const fix = "Fetch it there with `git fetch origin`, or leave out --diff.";
  return failure(
    "config",
    `--diff: the submodule ${tree} has no commit ${commit}, at which the base has it.`,
    fix,
  );
}

function refused({ err }: Ran) {
  return failure("config", `--diff: git failed: ${err.split("\n")[0]}.`, "Try `git diff` by hand.");
}
