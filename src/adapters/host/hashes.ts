/** Hashes of the host's files. One that the watcher has just read is not read again. */
import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Files } from "../../ports/files.ts";

/** How many files are remembered: more than are saved between two cycles, but for a checkout. */
const MOST = 1_000;

/** What was read: its hash, and what `stateOf` said just before; empty: not to be relied on. */
export interface Read {
  readonly hash: string;
  readonly state: string;
}

export class Hashes implements Files {
  readonly #known = new Map<string, Read>();

  note(path: string, { hash, state }: Read): void {
    this.#known.delete(path);
    if (state === "") return;
    this.#known.set(path, { hash, state });
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST && oldest !== undefined) this.#known.delete(oldest);
  }

  async hash(path: string): Promise<string | null> {
    const state = await stateOf(path);
    if (state === null) return null;
    const known = this.#known.get(path);
    if (known?.state === state) return known.hash;
    return await readFile(path).then(hashOf, () => null);
  }
}

/** sha256 in lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * What tells one state of a file from the next: a write, another file in its place, or a change of its times gives another one.
 * Null where there is no readable file: a pipe or a device is none, and may never end.
 */
export async function stateOf(path: string): Promise<string | null> {
  try {
    const about = await stat(path, { bigint: true });
    return about.isFile() ? stateIn(about) : null;
  } catch {
    return null;
  }
}

interface About {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

export function stateIn({ dev, ino, size, mtimeNs, ctimeNs }: About): string {
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}
