/** What each file's bytes were when last looked at: only what differs is a change. */
import { open, readFile, stat } from "node:fs/promises";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";
import { type Hashes, hashOf, stateIn, stateOf } from "./hashes.ts";

/** How many files are read at the same time for their first hash. */
const READERS = 8;

/** How long a changed file has to hold still, in ms. */
const PAUSE = 5;
/** Where it is empty or gone, which is rarely what was meant, longer and more than once: a busy machine may hold up both programs. */
const GONE_PAUSE = 25;
const GONE_LOOKS = 2;
/** A file that never holds still (a log) is reported in the end. */
const MOST_LOOKS = 20;

/** Larger files, in bytes, are known by size and time: nobody edits them by hand, and reading them takes as long as a cycle. */
const LARGE = 2 ** 24;

const SQLITE = "SQLite format 3\0";

/** A file's hash (or what stands for it), and whether it is a database. Null: there is no such file that can be read. */
interface Content {
  readonly hash: string;
  readonly database: boolean;
}

/** A reading under way. `touched`: something may have happened to the file since it was read. */
interface Reading {
  touched: boolean;
}

/** With its state (hashes.ts) just before it was read; empty: it was not read whole. */
type Found = Content & { readonly state: string };

export class Contents {
  readonly #hashes: Hashes;
  readonly #known = new Map<string, Content | null>();
  readonly #reading = new Map<string, Reading>();
  /** Found, but not read yet. */
  readonly #unread = new Set<string>();
  #learning: Promise<void> | null = null;
  #closed = false;

  /** What is read of a save is noted in `hashes`: nobody has to read it again. */
  constructor(hashes: Hashes) {
    this.#hashes = hashes;
  }

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

  /**
   * Whether the file's bytes differ from those known; of each change it is true once. While a file is being read a further call
   * only has it looked at again.
   */
  async changed(path: string, database: boolean): Promise<boolean> {
    const under = this.#reading.get(path);
    if (under !== undefined) {
      under.touched = true;
      return false;
    }
    const reading = { touched: false };
    this.#reading.set(path, reading);
    try {
      // One save is several events, which come together.
      await turn();
      return await this.#read(path, database, reading);
    } finally {
      this.#reading.delete(path);
    }
  }

  async #read(path: string, databases: boolean, reading: Reading): Promise<boolean> {
    // Changed before it was ever read: what it was is not known, and a save may not be missed.
    const unread = this.#unread.delete(path);
    const known = this.#known.get(path) ?? null;
    const content = await stillContent(path, known, reading);
    if (content !== null) this.#hashes.note(path, content);
    this.#known.set(path, plain(content) ?? (known?.database ? GONE_DATABASE : null));
    if (!databases && (known ?? content)?.database) return false;
    return unread || (content?.hash ?? null) !== (known?.hash || null);
  }

  async #learnAll(): Promise<void> {
    const reader = async () => {
      for (const path of this.#unread) {
        this.#unread.delete(path);
        const content = await contentOf(path);
        // A change that came meanwhile knows better.
        if (!this.#closed && !this.#known.has(path)) this.#known.set(path, plain(content));
      }
    };
    await Promise.all(Array.from({ length: READERS }, reader));
    this.#learning = null;
  }
}

/** A database that is not there for a moment stays one. */
const GONE_DATABASE: Content = { hash: "", database: true };

/** Of 30,000 files as little as can be is kept. */
function plain(found: Found | null): Content | null {
  return found && { hash: found.hash, database: found.database };
}

/**
 * The file's content once it differs from `known` and holds still. Many programs save by emptying or removing a file and
 * then writing it: what can be read in between was never saved, and must start or cancel nothing. It is read again only where
 * it was touched, or its state is another one: of two writes in one tick of the system's clock the events tell.
 */
async function stillContent(path: string, known: Content | null, reading: Reading): Promise<Found | null> {
  const read = async () => {
    reading.touched = false;
    return await contentOf(path);
  };
  let content = await read();
  let still = 0;
  for (let looks = 0; looks < MOST_LOOKS; ) {
    const changed = content?.hash !== known?.hash;
    if (!changed && !reading.touched) break;
    if (changed) looks += 1;
    const gone = content === null || content.hash === EMPTY;
    await sleep(changed && gone ? GONE_PAUSE : PAUSE);
    const same = !reading.touched && (await stateOf(path)) === (content?.state ?? null);
    const again = same && !reading.touched ? content : await read();
    still = again?.hash === content?.hash ? still + 1 : 0;
    content = again;
    if (changed && still >= (gone ? GONE_LOOKS : 1) && !reading.touched) break;
  }
  return content;
}

const EMPTY = hashOf(new Uint8Array());

async function contentOf(path: string): Promise<Found | null> {
  try {
    const about = await stat(path, { bigint: true });
    if (!about.isFile()) return null;
    if (about.size > LARGE)
      return { hash: `${about.size} ${about.mtimeNs}`, database: await isDatabase(path), state: "" };
    const bytes = await readFile(path);
    const database = bytes.subarray(0, SQLITE.length).toString("latin1") === SQLITE;
    return { hash: hashOf(bytes), database, state: stateIn(about) };
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
