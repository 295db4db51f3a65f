/** Which version of each of a project's files is there: what a run was made with, and whether that is still so. */
import { readdir, readFile, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { hashOf, stateIn } from "./hashes.ts";
import { Selection } from "./selection.ts";

export interface Version {
  readonly sha256: string;
  /** Another one after each write, even where the bytes stay the same. */
  readonly state: string;
  /** When it was written or came under this name, whichever is later, in epoch ms. */
  readonly changed: number;
}

export type Versions = ReadonlyMap<string, Version>;

/** Which files are looked at: all below some directories, and single ones. */
export interface Looked {
  readonly root: string;
  readonly paths: readonly string[];
  /** Left out, with all below. */
  readonly but: readonly string[];
  readonly ignore: readonly string[];
  readonly include: readonly string[];
}

/** A write within so many ms of the last one may leave all of a file's times as they are. */
const TICK = 50;
/** Larger files are no sources. */
const LARGEST = 16 * 1024 * 1024;

export class SourceVersions {
  #known = new Map<string, Version>();

  /** The versions that are there now, by real path. What git ignores is none of them; what can't be read neither. */
  async look({ root, paths, but, ignore, include }: Looked): Promise<Versions> {
    const selection = new Selection([...paths, root], { root, ignore, include });
    const found = new Map<string, Version>();
    const left = new Set(but);
    for (const path of paths) await this.#enter(path, selection, left, found);
    this.#known = found;
    return found;
  }

  async #enter(
    path: string,
    selection: Selection,
    left: ReadonlySet<string>,
    found: Map<string, Version>,
  ): Promise<void> {
    if (left.has(path)) return;
    const about = await stat(path).catch(() => null);
    if (about === null) return;
    if (about.isFile()) return await this.#file(path, found);
    const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
    const inside = entries.flatMap((entry) => {
      const at = join(path, entry.name);
      const verdict = selection.verdict(at, entry.isDirectory());
      if (verdict === "ignored" || (verdict === "through" && !entry.isDirectory())) return [];
      // A link to a directory may lead around in a circle; what is measured has its real path.
      return entry.isDirectory() || entry.isFile() || entry.isSymbolicLink() ? [{ entry, at }] : [];
    });
    const files = inside.filter(({ entry }) => !entry.isDirectory());
    await Promise.all(files.map(({ at }) => this.#file(at, found)));
    for (const { entry, at } of inside)
      if (entry.isDirectory()) await this.#enter(at, selection, left, found);
  }

  async #file(named: string, found: Map<string, Version>): Promise<void> {
    try {
      const path = await realpath(named);
      const about = await stat(path, { bigint: true });
      if (!about.isFile() || about.size > LARGEST) return;
      const state = stateIn(about);
      const [written, came] = [about.mtimeNs, about.ctimeNs].map((ns) => Number(ns / 1000n) / 1000);
      const changed = Math.max(written ?? 0, came ?? 0);
      const known = this.#known.get(path);
      const same = known?.state === state && changed < Date.now() - TICK;
      found.set(path, same ? known : { sha256: hashOf(await readFile(path)), state, changed });
    } catch {
      // It has just gone, or is another user's.
    }
  }
}

/** Paths that are not the same in both: other bytes, new, or gone. */
export function differing(a: Versions, b: Versions): readonly string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter(
    (path) => a.get(path)?.sha256 !== b.get(path)?.sha256,
  );
}
