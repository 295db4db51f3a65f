/**
 * Directories, watched one by one: a watch for each directory, none for a file. What may have changed is announced by its path; whether
 * it has, the bytes say (contents.ts).
 */
import { type Dirent, watch } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Verdict } from "./selection.ts";

export interface TreeOptions {
  readonly verdict: (path: string, directory: boolean) => Verdict;
  /** Something may have happened to a file. */
  readonly touched: (path: string) => void;
  /** Files that are there when the look at them begins. */
  readonly found: (paths: readonly string[]) => void;
  /** A file by which verdicts go has changed. */
  readonly rulesChanged: () => void;
  /** The system has no more watches to give. */
  readonly exhausted: () => void;
}

interface Node {
  readonly path: string;
  /** Device and inode: another directory may come under the same name. */
  readonly identity: string;
  /** Stops its watch; null: it has none. */
  stop: (() => void) | null;
  readonly files: Set<string>;
  readonly directories: Map<string, Node>;
  /** Links to files, with the way to stop watching what they lead to. */
  readonly links: Map<string, () => void>;
}

/** By what is in a file of one of these names verdicts go. */
const RULES = new Set([".gitignore", "pyvenv.cfg", "conda-meta"]);
/** inotify's limits are reached (fs.inotify.max_user_watches, …). */
const EXHAUSTED = new Set(["ENOSPC", "EMFILE", "ENFILE"]);
/** How often it is looked whether a directory is there that can't be watched for, in ms. */
const LOOK_AGAIN = 1_000;

export class Tree {
  readonly #options: TreeOptions;
  readonly #roots = new Map<string, Node>();
  readonly #stems: (() => void)[] = [];
  readonly #looking = new Map<string, Promise<void>>();
  readonly #waiting = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #closed = false;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** Watches directories and single files; settles when a change in any of them will be seen. */
  async open(paths: readonly string[]): Promise<void> {
    await Promise.all(paths.map((path) => this.#root(path)));
  }

  /** Watches files right in a directory by their names, and nothing below it. */
  async beside(directory: string, wanted: (name: string) => boolean): Promise<void> {
    this.#names(directory, wanted, (path) => this.#options.touched(path));
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
    const names = entries.filter((entry) => !entry.isDirectory() && wanted(entry.name));
    this.#options.found(names.map(({ name }) => join(directory, name)));
  }

  /** A file somewhere by which verdicts go. */
  rules(file: string, changed: () => void): void {
    this.#names(dirname(file), (name) => name === basename(file), changed);
  }

  /** Looks at everything again, under other verdicts. What is watched from now on is taken as it is. */
  async again(): Promise<void> {
    await Promise.all([...this.#roots.values()].map((node) => this.#scan(node, false)));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const stop of this.#stems) stop();
    for (const node of this.#roots.values()) this.#drop(node, false);
  }

  async #root(path: string): Promise<void> {
    const look = async (announce: boolean) => await this.#lookAtRoot(path, announce);
    this.#names(
      dirname(path),
      (name) => name === basename(path),
      () => void this.#inTurn(path, () => look(true)),
    );
    await this.#inTurn(path, () => look(false));
  }

  async #lookAtRoot(path: string, announce: boolean): Promise<void> {
    const status = await stat(path).catch(() => null);
    const known = this.#roots.get(path);
    if (known && (!status?.isDirectory() || identity(status) !== known.identity)) {
      this.#roots.delete(path);
      this.#drop(known, true);
    }
    if (status?.isDirectory()) {
      if (this.#roots.has(path)) return;
      const node = makeNode(path, identity(status));
      this.#roots.set(path, node);
      await this.#enter(node, announce);
    } else if (announce) this.#options.touched(path);
    else if (status) this.#options.found([path]);
  }

  /** Watches a directory for some of its names only. Where it is not there yet, it is looked for now and then. */
  #names(directory: string, wanted: (name: string) => boolean, then: (path: string) => void): void {
    const stop = this.#listen(directory, (name) => wanted(name) && then(join(directory, name)));
    if (stop !== null) {
      this.#stems.push(stop);
      return;
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (this.#closed) return;
      this.#names(directory, wanted, then);
      // It may have come with it.
      void readdir(directory).then(
        (names) => names.filter(wanted).forEach((name) => void then(join(directory, name))),
        () => {},
      );
    }, LOOK_AGAIN);
    timer.unref();
    this.#timers.add(timer);
  }

  /** Null where it can't be watched. */
  #listen(directory: string, onName: (name: string) => void): (() => void) | null {
    try {
      const watcher = watch(directory, (_event, name) => {
        if (!this.#closed && typeof name === "string") onName(name);
      });
      // It has gone: whoever watches the directory above hears of it too.
      watcher.on("error", () => {});
      return () => watcher.close();
    } catch (error) {
      if (error instanceof Error && "code" in error && EXHAUSTED.has(`${error.code}`))
        this.#options.exhausted();
      return null;
    }
  }

  async #enter(node: Node, announce: boolean): Promise<void> {
    // First the watch and then the look: nothing comes between them.
    node.stop = this.#listen(node.path, (name) => this.#hear(node, name));
    await this.#scan(node, announce);
  }

  async #scan(node: Node, announce: boolean): Promise<void> {
    const entries = await readdir(node.path, { withFileTypes: true }).catch(() => [] as Dirent[]);
    if (this.#closed) return;
    const below: Promise<void>[] = [];
    const files: string[] = [];
    for (const entry of entries) {
      const path = join(node.path, entry.name);
      if (entry.isDirectory() || entry.isSymbolicLink()) below.push(this.#look(node, entry.name, announce));
      else if (this.#options.verdict(path, false) === "watched") {
        if (!node.files.has(entry.name)) files.push(path);
        node.files.add(entry.name);
      } else node.files.delete(entry.name);
    }
    if (announce) for (const path of files) this.#options.touched(path);
    else this.#options.found(files);
    await Promise.all(below);
  }

  #hear(node: Node, name: string): void {
    if (RULES.has(name)) this.#options.rulesChanged();
    const path = join(node.path, name);
    if (this.#waiting.has(path)) return;
    this.#waiting.add(path);
    void this.#inTurn(path, async () => {
      this.#waiting.delete(path);
      await this.#look(node, name, true);
    });
  }

  /** One look at a path at a time. */
  async #inTurn(path: string, look: () => Promise<void>): Promise<void> {
    const before = this.#looking.get(path) ?? Promise.resolve();
    const next = before.then(async () => {
      if (!this.#closed) await look();
    });
    this.#looking.set(path, next);
    await next;
    if (this.#looking.get(path) === next) this.#looking.delete(path);
  }

  /** Sees what a name in a directory is now. */
  async #look(node: Node, name: string, announce: boolean): Promise<void> {
    const path = join(node.path, name);
    const own = await lstat(path).catch(() => null);
    const status = own?.isSymbolicLink() ? await stat(path).catch(() => null) : own;
    if (this.#closed) return;
    const verdict = own === null ? "ignored" : this.#options.verdict(path, own.isDirectory());
    this.#leave(
      node,
      name,
      status?.isDirectory() && verdict !== "ignored" ? identity(status) : null,
      announce,
    );
    node.links.get(name)?.();
    node.links.delete(name);
    if (status?.isDirectory()) {
      if (verdict === "ignored") return;
      const known = node.directories.get(name);
      if (known !== undefined) return await (announce ? undefined : this.#scan(known, false));
      if (own?.isSymbolicLink() && (await this.#leadsUp(node, path))) return;
      const child = makeNode(path, identity(status));
      node.directories.set(name, child);
      return await this.#enter(child, announce);
    }
    if (own !== null && verdict === "watched") {
      const isNew = !node.files.has(name);
      node.files.add(name);
      if (own.isSymbolicLink()) await this.#follow(node, name);
      if (announce) this.#options.touched(path);
      else if (isNew) this.#options.found([path]);
    } else if (node.files.delete(name) && own === null && announce) this.#options.touched(path);
  }

  /** Drops a directory under this name that is not the one with that identity any more. */
  #leave(node: Node, name: string, now: string | null, announce: boolean): void {
    const known = node.directories.get(name);
    if (known === undefined || known.identity === now) return;
    node.directories.delete(name);
    this.#drop(known, announce);
  }

  #drop(node: Node, announce: boolean): void {
    node.stop?.();
    for (const stop of node.links.values()) stop();
    if (announce) for (const name of node.files) this.#options.touched(join(node.path, name));
    for (const child of node.directories.values()) this.#drop(child, announce);
    node.files.clear();
    node.directories.clear();
    node.links.clear();
  }

  /** A link to a file: what it leads to is watched where that lies. */
  async #follow(node: Node, name: string): Promise<void> {
    const path = join(node.path, name);
    const target = await realpath(path).catch(() => null);
    if (target === null || this.#closed) return;
    const stop = this.#listen(dirname(target), (one) => {
      if (one === basename(target)) this.#options.touched(path);
    });
    if (stop !== null) node.links.set(name, stop);
  }

  /** Whether a link leads to a directory above it: to follow that has no end. */
  async #leadsUp(node: Node, link: string): Promise<boolean> {
    const [target, here] = await Promise.all([realpath(link), realpath(node.path)]).catch(() => ["/", "/"]);
    return here === target || `${here}/`.startsWith(`${target.replace(/\/$/, "")}/`);
  }
}

function makeNode(path: string, own: string): Node {
  return { path, identity: own, stop: null, files: new Set(), directories: new Map(), links: new Map() };
}

function identity({ dev, ino }: { readonly dev: number; readonly ino: number }): string {
  return `${dev}:${ino}`;
}
