/** Which files and directories are watched. */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, sep } from "node:path";
import ignore, { type Ignore } from "ignore";
import { Git, isWithin } from "./git.ts";
import { ENVIRONMENTS, isNoise } from "./noise.ts";

/** `through`: a directory that is not watched, but something in it is. */
export type Verdict = "watched" | "through" | "ignored";

export interface Choice {
  /** Where the patterns are from; absolute. */
  readonly root: string;
  /** Patterns as in .gitignore: what is not watched, and what is whatever else is said of it. */
  readonly ignore: readonly string[];
  readonly include: readonly string[];
}

/** Never watched, whatever is said: git's own files and ours change with each of our cycles. */
const NEVER = new Set([".git", ".gunicov"]);

/** Environment files are kept out of git because of what is in them, and edited all the same. */
const ENVIRONMENT_FILE = /^\.env(\.|rc$|$)/;

export class Selection {
  readonly #named: ReadonlySet<string>;
  readonly #choice: Choice;
  readonly #git: Git;
  /** Null: there are no patterns. */
  readonly #ignore: Ignore | null;
  readonly #include: Ignore | null;
  /** Directories above something that was named. */
  readonly #leads: ReadonlySet<string>;
  readonly #known = new Map<string, Verdict>();

  /** `named`: what is watched whatever the rules say of it and of what is above it. */
  constructor(named: readonly string[], choice: Choice) {
    this.#named = new Set(named);
    this.#choice = choice;
    this.#git = new Git([...named, choice.root]);
    this.#ignore = rulesOf(choice.ignore);
    this.#include = rulesOf(choice.include);
    const starts = choice.include.map((pattern) => literalStart(pattern, choice.root));
    this.#leads = new Set([...named, ...starts.filter((start) => start !== null)].flatMap(above));
  }

  /** Of a path in one of the directories that were named; `directory` as lstat tells it. */
  verdict(path: string, directory: boolean): Verdict {
    if (this.#named.has(path)) return "watched";
    const parent = dirname(path);
    const around = parent === path ? "watched" : this.#directory(parent);
    if (around === "ignored") return "ignored";
    return directory ? this.#directory(path) : this.#judge(path, false, around);
  }

  /** Whether the user has asked for it by name. */
  included(path: string): boolean {
    return this.#matches(this.#include, path, false);
  }

  /** Whether the user's own patterns leave it out, or something that it lies in. */
  excluded(path: string): boolean {
    return [path, ...above(path)].some((one, index) => this.#matches(this.#ignore, one, index > 0));
  }

  /** Files elsewhere, of which a change may change a verdict. */
  get sources(): readonly string[] {
    return this.#git.sources;
  }

  /** Whether git tracks others than when it was asked. */
  async outdated(): Promise<boolean> {
    return await this.#git.outdated();
  }

  #directory(path: string): Verdict {
    const known = this.#known.get(path);
    if (known !== undefined) return known;
    const parent = dirname(path);
    const top = this.#named.has(path) || parent === path;
    const around = top ? "watched" : this.#directory(parent);
    const verdict = top || around === "ignored" ? around : this.#judge(path, true, around);
    this.#known.set(path, verdict);
    return verdict;
  }

  #judge(path: string, directory: boolean, around: Verdict): Verdict {
    const name = basename(path);
    if (NEVER.has(name)) return "ignored";
    if (this.#matches(this.#include, path, directory)) return "watched";
    const wanted = directory && this.#leads.has(path) ? "through" : "ignored";
    if (this.#matches(this.#ignore, path, directory) || isNoise(name, directory)) return wanted;
    if (directory && ENVIRONMENTS.some((file) => existsSync(join(path, file)))) return wanted;
    const keptOut = around === "through" || this.#git.ignores(path, directory);
    if (!keptOut || this.#git.tracks(path)) return "watched";
    if (around === "watched" && !directory && ENVIRONMENT_FILE.test(name)) return "watched";
    return directory && this.#git.leads(path) ? "through" : wanted;
  }

  #matches(rules: Ignore | null, path: string, directory: boolean): boolean {
    if (rules === null) return false;
    const base = isWithin(path, this.#choice.root)
      ? this.#choice.root
      : [...this.#named].find((one) => isWithin(path, one));
    const from = base === undefined ? "" : relative(base, path);
    return from !== "" && rules.ignores(`${from.split(sep).join("/")}${directory ? "/" : ""}`);
  }
}

function rulesOf(patterns: readonly string[]): Ignore | null {
  const all = ignore({ ignorecase: false, allowRelativePaths: true });
  return patterns.length === 0 ? null : all.add(patterns);
}

/** Of `a/b/*.py` the path of `a/b`, and of `/x.txt` that of x.txt; null: the pattern may match anywhere. */
function literalStart(pattern: string, root: string): string | null {
  const parts = pattern.replace(/^\//, "").replace(/\/$/, "").split("/");
  if (pattern.startsWith("!") || (parts.length === 1 && !pattern.startsWith("/"))) return null;
  const glob = parts.findIndex((part) => /[*?[\]\\]/.test(part));
  const literal = glob < 0 ? parts : parts.slice(0, glob + 1);
  return join(root, ...literal);
}

function above(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}
