/** Data files, read. */
import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import type { OtherData } from "../../ports/also.ts";
import type { DataFile } from "./data-files.ts";

/** `since`: from when on no file that they are about must have been written, in epoch ms; null: since each was written. */
export async function readData(
  found: readonly DataFile[],
  root: string,
  since: number | null,
): Promise<OtherData["files"]> {
  return await Promise.all(
    found.map(async ({ path, mtime }) => ({
      path: relative(root, path),
      bytes: await readFile(path),
      mtime: (since ?? mtime) / 1000,
    })),
  );
}
