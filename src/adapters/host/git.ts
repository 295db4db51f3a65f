/** What git ignores, by its own files: .gitignore in each directory, info/exclude, core.excludesFile, and what it has tracked all the same. */
import { execFile, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import ignore, { type Ignore } from "ignore";

/** For one question to git, in ms. It is asked when watching begins, and where its index has changed. */
const PATIENCE = 5_000;

export class Git {
  readonly #repositories = new Map<string, Repository>();
  readonly #rootOf = new Map<string, string>();
  /** Where there is no repository, a .gitignore from here on counts as in one. */
  readonly #bases: readonly string[];

  constructor(bases: readonly string[]) {
    this.#bases = bases;
  }

  /** Whether git ignores a path, where it does not ignore the directory that it is in. */
  ignores(path: string, directory: boolean): boolean {
    return this.#at(dirname(path)).ignores(path, directory);
  }

  /** Whether git tracks a file although it ignores its name. */
  tracks(path: string): boolean {
    return this.#at(dirname(path)).tracked.has(path);
  }

  /** Whether there is such a file below an ignored directory. */
  leads(directory: string): boolean {
    return this.#at(dirname(directory)).leads.has(directory);
  }

  /** Files outside the directories that are looked at, from which git's rules come as well. */
  get sources(): readonly string[] {
    const above = this.#bases.flatMap((base) => this.#rulesAbove(base));
    return [...new Set([...above, ...[...this.#repositories.values()].flatMap(({ sources }) => sources)])];
  }

  /** The .gitignore files of the directories above one, to its repository's root. */
  #rulesAbove(base: string): readonly string[] {
    const root = this.#root(base);
    const found: string[] = [];
    for (let at = base; at !== root && at !== dirname(at); ) {
      at = dirname(at);
      found.push(join(at, ".gitignore"));
    }
    return found;
  }

  /** Whether git tracks others than when it was asked. */
  async outdated(): Promise<boolean> {
    const all = await Promise.all([...this.#repositories.values()].map((one) => one.outdated()));
    return all.includes(true);
  }

  #at(directory: string): Repository {
    const root = this.#root(directory);
    let repository = this.#repositories.get(root);
    if (repository === undefined) {
      repository = new Repository(root);
      this.#repositories.set(root, repository);
    }
    return repository;
  }

  #root(directory: string): string {
    const known = this.#rootOf.get(directory);
    if (known !== undefined) return known;
    const above = dirname(directory);
    const root = existsSync(join(directory, ".git")) || above === directory ? directory : this.#root(above);
    const real = root === dirname(root) && !existsSync(join(root, ".git"));
    const found = real ? (this.#bases.find((base) => isWithin(directory, base)) ?? root) : root;
    this.#rootOf.set(directory, found);
    return found;
  }
}

class Repository {
  readonly #root: string;
  readonly #case: boolean;
  readonly #rules = new Map<string, Ignore | null>();
  readonly #outer: readonly (Ignore | null)[];
  /** Files outside the work tree that its rules come from. */
  readonly sources: readonly string[];
  /** Absolute paths of files that are tracked although their names are ignored, and the directories above these. */
  readonly tracked: ReadonlySet<string>;
  readonly leads: ReadonlySet<string>;

  constructor(root: string) {
    this.#root = root;
    const own = ownDirectories(root);
    const { excludes, ignoreCase } = own === null ? NO_SETTINGS : settingsOf(root);
    this.#case = ignoreCase;
    const outer = own === null ? [] : [join(own.common, "info", "exclude"), excludes];
    this.#outer = outer.map((file) => this.#read(file));
    this.sources = own === null ? [] : [...outer, join(own.private, "index")];
    this.tracked = new Set(own === null ? [] : trackedAllTheSame(root));
    this.leads = new Set([...this.tracked].flatMap((file) => directoriesAbove(file, root)));
  }

  async outdated(): Promise<boolean> {
    if (this.sources.length === 0) return false;
    const { promise, resolve: tell } = Promise.withResolvers<string | null>();
    const options = { cwd: this.#root, timeout: PATIENCE, maxBuffer: LONGEST };
    execFile("git", [...QUIETLY, ...TRACKED], options, (error, stdout) =>
      tell(error === null ? stdout : null),
    );
    const now = await promise;
    return (
      now !== null &&
      partsOf(now)
        .map((path) => join(this.#root, path))
        .join("\0") !== [...this.tracked].join("\0")
    );
  }

  ignores(path: string, directory: boolean): boolean {
    const end = directory ? "/" : "";
    for (let at = dirname(path); ; at = dirname(at)) {
      const verdict = decide(this.#of(at), at, path, end);
      if (verdict !== null) return verdict;
      if (at === this.#root || at === dirname(at)) break;
    }
    const outer = this.#outer.map((rules) => decide(rules, this.#root, path, end));
    return outer.find((verdict) => verdict !== null) ?? false;
  }

  #of(directory: string): Ignore | null {
    let rules = this.#rules.get(directory);
    if (rules === undefined) {
      rules = this.#read(join(directory, ".gitignore"));
      this.#rules.set(directory, rules);
    }
    return rules;
  }

  #read(file: string): Ignore | null {
    const text = textOf(file);
    if (text === null) return null;
    return ignore({ ignorecase: this.#case, allowRelativePaths: true }).add(text.replace(/^\uFEFF/, ""));
  }
}

/** What one file's rules, which count from a directory, say of an absolute path; null: nothing. */
function decide(rules: Ignore | null, from: string, absolute: string, end: string): boolean | null {
  if (rules === null || !absolute.startsWith(from + sep)) return null;
  const path = absolute.slice(from.length + 1);
  const said = rules.test(`${path}${end}`);
  const parent = dirname(path);
  // The library hands down a parent directory's verdict. That one was asked for itself, and may have been overruled nearer to it.
  const handedDown = said.ignored && parent !== "." && rules.test(`${parent}/`).ignored;
  const { ignored, unignored } = handedDown ? without(parent, rules).test(`${path}${end}`) : said;
  return ignored || unignored ? ignored : null;
}

/** The same rules, of which none says anything of a directory or of those above it. */
function without(directory: string, rules: Ignore): Ignore {
  const names = directory.split("/").map((name) => name.replace(/[\\*?[]/g, "\\$&"));
  const taken = names.map((_, index) => `!/${names.slice(0, index + 1).join("/")}/`);
  return ignore({ ignorecase: false, allowRelativePaths: true }).add(rules).add(taken);
}

/** git's own directories of a work tree: a linked one has its own beside the common one. Null: there is no repository. */
function ownDirectories(root: string): { readonly private: string; readonly common: string } | null {
  const git = join(root, ".git");
  if (!existsSync(git)) return null;
  if (statSync(git).isDirectory()) return { private: git, common: git };
  const link = /^gitdir: (.+)$/m.exec(textOf(git) ?? "")?.[1]?.trim();
  if (link === undefined) return null;
  const own = resolve(root, link);
  const common = textOf(join(own, "commondir"))?.trim();
  return { private: own, common: common === undefined ? own : resolve(own, common) };
}

const DEFAULT_EXCLUDES = join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "git", "ignore");
const NO_SETTINGS = { excludes: DEFAULT_EXCLUDES, ignoreCase: false };

function settingsOf(root: string): { readonly excludes: string; readonly ignoreCase: boolean } {
  const said = ask(root, ["config", "--null", "--get-regexp", "^core\\.(excludesfile|ignorecase)$"]);
  const pairs = said.map((entry) => [
    entry.slice(0, entry.indexOf("\n")),
    entry.slice(entry.indexOf("\n") + 1),
  ]);
  const settings = Object.fromEntries(pairs) as Partial<Record<string, string>>;
  const excludes = settings["core.excludesfile"]?.replace(/^~(?=\/)/, homedir());
  return {
    excludes: excludes === undefined ? DEFAULT_EXCLUDES : resolve(root, excludes),
    ignoreCase: settings["core.ignorecase"] === "true",
  };
}

function trackedAllTheSame(root: string): readonly string[] {
  return ask(root, TRACKED).map((path) => join(root, path));
}

const TRACKED = ["ls-files", "--cached", "--ignored", "--exclude-standard", "-z"];
/** No program of the repository's own is run for an answer. */
const QUIETLY = ["-c", "core.fsmonitor=false"];
const LONGEST = 2 ** 26; // bytes

/** git's answer in parts; none where there is no git, or it does not answer (a repository of another user, say). */
function ask(root: string, words: readonly string[]): readonly string[] {
  const { stdout, status } = spawnSync("git", [...QUIETLY, ...words], {
    cwd: root,
    encoding: "utf8",
    timeout: PATIENCE,
    maxBuffer: LONGEST,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? partsOf(stdout) : [];
}

function partsOf(text: string): readonly string[] {
  return text.split("\0").filter((part) => part !== "");
}

function directoriesAbove(file: string, root: string): readonly string[] {
  const found: string[] = [];
  for (let at = dirname(file); at.length > root.length; at = dirname(at)) found.push(at);
  return found;
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Whether a path is a directory, or lies in it. */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
