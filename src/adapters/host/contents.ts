/** What each file's bytes were when last looked at: only what differs is a change. */
import { createHash } from "node:crypto";
import { open, readFile, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** How many files are read at the same time for their first hash. */
const READERS = 8;

/** Between two readings of a changed file, in ms. */
const PAUSE = 5;
/** Where it is empty or gone, which is rarely what was meant, longer and more than once: a busy machine may hold up both programs. */
const GONE_PAUSE = 25;
const GONE_READINGS = 2;
/** A file that never holds still (a log) is told in the end. */
const MOST_READINGS = 20;

/** Larger files, in bytes, are known by size and time: nobody edits them by hand, and reading them takes as long as a cycle. */
const LARGE = 2 ** 24;

const SQLITE = "SQLite format 3\0";

/** A file's hash (or what stands for it), and whether it is a database. Null: there is no such file that can be read. */
interface Content {
  readonly hash: string;
  readonly database: boolean;
}

export class Contents {
  readonly #known = new Map<string, Content | null>();
  readonly #reading = new Map<string, Promise<boolean>>();
  /** Found, but not read yet. */
  readonly #unread = new Set<string>();
  #learning: Promise<void> | null = null;
  #closed = false;

  /** Takes files as they are; they are read in the background. */
  learn(paths: Iterable<string>): void {
    for (const path of paths) if (!this.#known.has(path)) this.#unread.add(path);
    this.#learning ??= this.#learnAll();
  }

  /** Settles when all are read that were there, after so many ms at the latest. */
  async learned(ms: number): Promise<void> {
    await Promise.race([this.#learning, sleep(ms, undefined, { ref: false })]);
  }

  close(): void {
    this.#closed = true;
    this.#unread.clear();
  }

  /** Whether the file's bytes differ from those known. One reading at a time of each file, so that the last one wins. */
  async changed(path: string, database: boolean): Promise<boolean> {
    const before = this.#reading.get(path) ?? Promise.resolve(false);
    const reading = before.then(() => this.#read(path, database));
    this.#reading.set(path, reading);
    const changed = await reading;
    if (this.#reading.get(path) === reading) this.#reading.delete(path);
    return changed;
  }

  async #read(path: string, databases: boolean): Promise<boolean> {
    // Changed before it was ever read: what it was is not known, and a save may not be missed.
    const unread = this.#unread.delete(path);
    const known = this.#known.get(path) ?? null;
    const content = await settled(path, known);
    this.#known.set(path, content ?? (known?.database ? GONE_DATABASE : null));
    if (!databases && (known ?? content)?.database) return false;
    return unread || (content?.hash ?? null) !== (known?.hash || null);
  }

  async #learnAll(): Promise<void> {
    const reader = async () => {
      for (const path of this.#unread) {
        this.#unread.delete(path);
        const content = await contentOf(path);
        // A change that came meanwhile knows better.
        if (!this.#closed && !this.#known.has(path)) this.#known.set(path, content);
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    this.#learning = null;
  }
}

/** A database that is not there for a moment stays one. */
const GONE_DATABASE: Content = { hash: "", database: true };

/**
 * The file's content once it differs from `known` and holds still. Many programs save by emptying or removing a file and
 * then writing it: what can be read in between was never saved, and must start or cancel nothing.
 */
async function settled(path: string, known: Content | null): Promise<Content | null> {
  let content = await contentOf(path);
  let still = 0;
  for (let times = 0; content?.hash !== known?.hash && times < MOST_READINGS; times += 1) {
    const gone = content === null || content.hash === EMPTY;
    await sleep(gone ? GONE_PAUSE : PAUSE);
    const again = await contentOf(path);
    still = again?.hash === content?.hash ? still + 1 : 0;
    if (still >= (gone ? GONE_READINGS : 1)) break;
    content = again;
  }
  return content;
}

const EMPTY = createHash("sha256").digest("hex");

async function contentOf(path: string): Promise<Content | null> {
  try {
    const status = await stat(path);
    if (!status.isFile()) return null;
    if (status.size > LARGE)
      return { hash: `${status.size} ${status.mtimeMs}`, database: await isDatabase(path) };
    const bytes = await readFile(path);
    const hash = createHash("sha256").update(bytes).digest("hex");
    return { hash, database: bytes.subarray(0, SQLITE.length).toString("latin1") === SQLITE };
  } catch {
    return null;
  }
}

async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer } = await file.read(Buffer.alloc(SQLITE.length), 0, SQLITE.length, 0);
    return buffer.toString("latin1") === SQLITE;
  } finally {
    await file.close();
  }
}
