/** The last report's files: what is the same in the next one is not sent again (docs/protocol.md, section 3). */
import type * as v from "valibot";
import type { FileReport } from "../../core/report.ts";
import type { Collect } from "./schema.ts";

export class LastReport {
  #number: number | null = null;
  /** By the path where the server runs. */
  #files = new Map<string, FileReport>();

  /** What the helper calls it; null: there is none. */
  get number(): number | null {
    return this.#number;
  }

  /** The helper that knew it is gone. */
  forget(): void {
    this.#number = null;
    this.#files = new Map();
  }

  /** The files of the next report, which is the last one from now on. Null: it refers to one that was never sent. */
  take(
    { number, files: rows }: v.InferOutput<typeof Collect>["report"],
    shown: (inside: string) => string,
  ): readonly FileReport[] | null {
    const files: FileReport[] = [];
    for (const row of rows) {
      const file =
        typeof row === "string" ? this.#files.get(row) : { ...row, path: shown(row.path), inside: row.path };
      if (file === undefined) return null;
      files.push(file);
    }
    this.#number = number;
    this.#files = new Map(files.map((file) => [file.inside, file]));
    return files;
  }
}
