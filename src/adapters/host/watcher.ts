/** The host's directories: only files that people edit, and whose bytes have changed, are reported. */
import { statSync } from "node:fs";
import { sep } from "node:path";
import type { Places, Watcher } from "../../ports/watcher.ts";
import { Contents } from "./contents.ts";
import { Hashes } from "./hashes.ts";
import { poll } from "./polling.ts";
import { Selection } from "./selection.ts";
import { Tree } from "./tree.ts";

/** How long rules hold still before everything is looked at under them, in ms; git's index changes with many a command. */
const RULES_QUIET = 100;
const INDEX_QUIET = 1_000;
/** How long the first reading of all files is waited for, in ms. */
const READING = 250;

export interface WatchOptions {
  /** The project's root: patterns are from there. */
  readonly root: string;
  /** Where no events come from the file system (WSL's /mnt, some network mounts). */
  readonly poll: boolean;
  /** Gets to know what is read of changed files. */
  readonly hashes?: Hashes;
}

type OnChange = (files: readonly string[]) => void;

export class HostWatcher implements Watcher {
  readonly #options: WatchOptions;
  #active: ActiveWatch | null = null;
  #places: Places | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async watch(places: Places, onChange: OnChange): Promise<readonly string[]> {
    if (this.#active !== null && same(places, this.#places)) return this.#active.directories;
    await this.close();
    this.#places = places;
    const { root, hashes } = this.#options;
    const active = new ActiveWatch(root, places, onChange, new Contents(hashes ?? new Hashes()));
    this.#active = active;
    // Slower, but it misses nothing.
    if (this.#options.poll || !(await active.listen())) await active.poll();
    await active.learned();
    return active.directories;
  }

  unwatched(files: readonly string[]): readonly string[] {
    return this.#active?.unwatched(files) ?? files;
  }

  async close(): Promise<void> {
    await this.#active?.close();
    this.#active = null;
    this.#places = null;
  }
}

/** One set of places, watched. */
class ActiveWatch {
  readonly directories: readonly string[];
  readonly #places: Places;
  readonly #root: string;
  readonly #onChange: OnChange;
  readonly #contents: Contents;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #selection: Selection;
  #tree: Tree | null = null;
  #stopPolling: () => Promise<void> = async () => {};
  #closed = false;

  constructor(root: string, places: Places, onChange: OnChange, contents: Contents) {
    this.#contents = contents;
    this.#root = root;
    this.#places = places;
    this.#onChange = onChange;
    const here = new Selection([...places.named, root], { ...places, root });
    const wanted = places.found.filter((path) => here.verdict(path, isDirectory(path)) === "watched");
    this.directories = outermost([...new Set([...places.named, ...wanted])]);
    this.#selection = this.#select();
  }

  /** Gives false where the system has not enough watches. */
  async listen(): Promise<boolean> {
    let enough = true;
    const tree = new Tree({
      verdict: (path, directory) => this.#selection.verdict(path, directory),
      touched: (path) => this.#touched(path),
      found: (paths) => this.#contents.learn(paths),
      rulesChanged: () => this.#soon("rules", RULES_QUIET, () => this.#again()),
      exhausted: () => {
        enough = false;
      },
    });
    this.#tree = tree;
    const { beside } = this.#places;
    await Promise.all([
      tree.open(this.directories),
      beside === null ? undefined : tree.beside(beside.directory, beside.wanted),
    ]);
    if (!enough) tree.close();
    else this.#watchRules(tree);
    return enough;
  }

  async poll(): Promise<void> {
    const { beside } = this.#places;
    const paths = [...this.directories, ...(beside === null ? [] : [beside.directory])];
    this.#stopPolling = await poll(paths, {
      verdict: (path, directory) => this.#verdict(path, directory),
      found: (files) => this.#contents.learn(files),
      touched: (path) => this.#touched(path),
    });
  }

  /** Before that a touch counts as a change: a large project is read on in the background. */
  async learned(): Promise<void> {
    await this.#contents.learned(READING);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#tree?.close();
    this.#contents.close();
    await this.#stopPolling();
  }

  #select(): Selection {
    const { named } = this.#places;
    return new Selection([...this.directories, ...named], { ...this.#places, root: this.#root });
  }

  unwatched(files: readonly string[]): readonly string[] {
    const { beside } = this.#places;
    return files.filter((file) => {
      if (!this.#below(file) && beside === null) return true;
      return this.#verdict(file, false) !== "watched" && !this.#selection.excluded(file);
    });
  }

  #below(path: string): boolean {
    return this.directories.some(
      (one) => path === one || path.startsWith(one.endsWith(sep) ? one : one + sep),
    );
  }

  /** Where files beside are polled, theirs is the only directory of which nothing else is looked at. */
  #verdict(path: string, directory: boolean) {
    const { beside } = this.#places;
    if (beside !== null && !this.#below(path)) {
      if (path === beside.directory) return "through";
      return !directory && beside.wanted(path.slice(beside.directory.length + 1)) ? "watched" : "ignored";
    }
    return this.#selection.verdict(path, directory);
  }

  #watchRules(tree: Tree): void {
    for (const file of this.#selection.sources) tree.rules(file, () => this.#sourceChanged(file));
  }

  #sourceChanged(file: string): void {
    if (!file.endsWith(`${sep}index`)) this.#soon("rules", RULES_QUIET, () => this.#again());
    else
      this.#soon("index", INDEX_QUIET, async () => {
        if (await this.#selection.outdated()) await this.#again();
      });
  }

  async #again(): Promise<void> {
    this.#selection = this.#select();
    await this.#tree?.again();
  }

  #touched(path: string): void {
    const databases = this.#selection.included(path);
    void this.#contents.changed(path, databases).then((changed) => {
      if (changed && !this.#closed) this.#onChange([path]);
    });
  }

  #soon(what: string, ms: number, then: () => Promise<void>): void {
    clearTimeout(this.#timers.get(what));
    this.#timers.set(what, setTimeout(() => void (this.#closed || then()), ms).unref());
  }
}

/** A directory inside another one is watched with it. */
function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter(
    (path) => !paths.some((other) => other !== path && path.startsWith(`${other.replace(/\/$/, "")}/`)),
  );
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true;
}

function same(a: Places, b: Places | null): boolean {
  const text = (places: Places | null) =>
    JSON.stringify(places, (_, value) => (typeof value === "function" ? `${value}` : value));
  return text(a) === text(b);
}
