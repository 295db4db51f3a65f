/** The host's directories, by chokidar: only files whose bytes have changed are told. */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { FSWatcher } from "chokidar";
import type { Watcher } from "../../ports/watcher.ts";
import { hashFile } from "./files.ts";
import { isNoise } from "./noise.ts";

/** How many files are read at the same time for their first hash. */
const READERS = 16;

/** Between two readings of a changed file, in ms. */
const PAUSE = 5;
/** Where it is empty or gone, which is rarely what was meant, longer and more than once: a busy machine may hold up both programs. */
const GONE_PAUSE = 25;
const GONE_READINGS = 2;
/** A file that never holds still (a log) is told in the end. */
const MOST_READINGS = 20;

const EMPTY = createHash("sha256").digest("hex");

/** inotify's limits are reached (fs.inotify.max_user_watches, …). */
const EXHAUSTED = new Set(["ENOSPC", "EMFILE", "ENFILE"]);

export interface WatchOptions {
  /** Where no events come from the file system (WSL's /mnt, some network mounts). */
  readonly poll: boolean;
}

export class ChokidarWatcher implements Watcher {
  readonly #options: WatchOptions;
  #watcher: FSWatcher | null = null;
  #directories: readonly string[] = [];
  #hashes: Hashes = new Hashes();

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  async watch(directories: readonly string[], onChange: (files: readonly string[]) => void): Promise<void> {
    if (this.#watcher !== null && sameList(directories, this.#directories)) return;
    this.#directories = directories;
    const { poll } = this.#options;
    const exhausted = await this.#observe(directories, onChange, poll);
    // Slower, but it misses nothing.
    if (exhausted) await this.#observe(directories, onChange, true);
  }

  /** Gives whether the system has no more watches to give. */
  async #observe(
    directories: readonly string[],
    onChange: (files: readonly string[]) => void,
    poll: boolean,
  ): Promise<boolean> {
    await this.close();
    const hashes = new Hashes();
    this.#hashes = hashes;
    const { watch } = await import("chokidar");
    const watcher = watch([...directories], {
      ignored: (path) => isNoise(path, directories),
      usePolling: poll,
      atomic: false,
    });
    this.#watcher = watcher;
    const found: string[] = [];
    let ready = false;
    watcher.on("all", (event, path) => {
      if (event === "addDir" || event === "unlinkDir") return;
      if (!ready && event === "add") found.push(path);
      else
        void hashes.changed(path).then((changed) => changed && this.#hashes === hashes && onChange([path]));
    });
    let exhausted = false;
    // One file or directory that can't be watched (no permission, a link to itself) takes nothing from the others.
    watcher.on("error", (error) => {
      exhausted ||= !poll && error instanceof Error && "code" in error && EXHAUSTED.has(`${error.code}`);
    });
    await new Promise<void>((resolve) => void watcher.once("ready", resolve));
    ready = true;
    await hashes.learn(found);
    return exhausted;
  }

  async close(): Promise<void> {
    this.#hashes = new Hashes();
    await this.#watcher?.close();
    this.#watcher = null;
  }
}

/** What each file's bytes were when last looked at. */
class Hashes {
  readonly #known = new Map<string, string | null>();
  readonly #reading = new Map<string, Promise<boolean>>();

  async learn(paths: readonly string[]): Promise<void> {
    const queue = [...paths];
    const reader = async () => {
      for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
        const hash = await hashFile(path);
        // A change that came meanwhile knows better.
        if (!this.#known.has(path)) this.#known.set(path, hash);
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
  }

  /** Whether the file's bytes differ from those known. One reading at a time of each file, so that the last one wins. */
  async changed(path: string): Promise<boolean> {
    const before = this.#reading.get(path) ?? Promise.resolve(false);
    const reading = before.then(() => this.#read(path));
    this.#reading.set(path, reading);
    const changed = await reading;
    if (this.#reading.get(path) === reading) this.#reading.delete(path);
    return changed;
  }

  async #read(path: string): Promise<boolean> {
    const known = this.#known.get(path) ?? null;
    const hash = await settledHash(path, known);
    this.#known.set(path, hash);
    return hash !== known;
  }
}

/**
 * The file's hash once it differs from `known` and holds still. Many programs save by emptying or removing a file and
 * then writing it: what can be read in between was never saved, and must start or cancel nothing.
 */
async function settledHash(path: string, known: string | null): Promise<string | null> {
  let hash = await hashFile(path);
  let still = 0;
  for (let times = 0; hash !== known && times < MOST_READINGS; times += 1) {
    const gone = hash === null || hash === EMPTY;
    await sleep(gone ? GONE_PAUSE : PAUSE);
    const again = await hashFile(path);
    still = again === hash ? still + 1 : 0;
    if (still >= (gone ? GONE_READINGS : 1)) break;
    hash = again;
  }
  return hash;
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
