import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Files } from "../../ports/files.ts";

/** sha256 of a file's bytes; null where there is no readable file: a pipe or a device is none, and may never end. */
export async function hashFile(path: string): Promise<string | null> {
  try {
    if (!(await stat(path)).isFile()) return null;
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch {
    return null;
  }
}

export const hostFiles: Files = { hash: hashFile };
