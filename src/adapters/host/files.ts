import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Files } from "../../ports/files.ts";

/** sha256 of a file's bytes; null where there is no readable file. */
export async function hashFile(path: string): Promise<string | null> {
  try {
    return createHash("sha256")
      .update(await readFile(path))
      .digest("hex");
  } catch {
    return null;
  }
}

export const hostFiles: Files = { hash: hashFile };
