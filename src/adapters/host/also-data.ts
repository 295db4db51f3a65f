/** One measurement whose data somebody else writes. */
import { relative } from "node:path";
import type { OtherData } from "../../ports/also.ts";
import { dataFiles } from "./data-files.ts";
import { readData } from "./read-data.ts";
import type { Versions } from "./source-versions.ts";

export class AlsoData {
  readonly #name: string;
  readonly #data: readonly string[];
  readonly #root: string;
  /** What each state of the data was about when it was seen first. */
  readonly #first = new Map<string, OtherData["sources"]>();

  constructor(name: string, data: readonly string[], root: string) {
    this.#name = name;
    this.#data = data;
    this.#root = root;
  }

  /** Why it can't be had; null: it is there. */
  async missing(): Promise<string | null> {
    for (const place of this.#data)
      if ((await dataFiles(place)).length === 0) return `there is no ${relative(this.#root, place)}`;
    return null;
  }

  async read(now: Versions): Promise<OtherData> {
    const name = this.#name;
    const doubt = await this.missing();
    try {
      const found = (await Promise.all(this.#data.map(dataFiles))).flat();
      const files = await readData(found, this.#root, null);
      const written = Math.min(...found.map(({ mtime }) => mtime));
      const state = found.map(({ state: one }) => one).join("\n");
      const sources = this.#sources(state, written, now);
      return { name, files, sources, doubt };
    } catch (error) {
      return { name, files: [], sources: {}, doubt: `its data can't be read (${reasonOf(error)})` };
    }
  }

  /** By the bytes that were there when this data was; what was written later, or came later, it can't know. */
  #sources(state: string, written: number, now: Versions): OtherData["sources"] {
    const first =
      this.#first.get(state) ??
      Object.fromEntries(
        [...now].map(([path, { sha256, changed }]) => [path, changed > written ? null : sha256]),
      );
    this.#first.clear();
    this.#first.set(state, first);
    const later = [...now.keys()].filter((path) => !(path in first)).map((path) => [path, null] as const);
    return { ...first, ...Object.fromEntries(later) };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error && "code" in error ? `${error.code}` : String(error);
}
