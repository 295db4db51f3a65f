/** Which gunicov this is. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { INSTALLED } from "./installed.ts";

export async function ownVersion(): Promise<string> {
  const text = await readFile(`${INSTALLED}package.json`, "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The first seven digits of the commit: a checkout's own, else what a package was built of. Null: nobody knows. */
export async function ownCommit(): Promise<string | null> {
  try {
    return (existsSync(`${INSTALLED}.git`) ? await checkedOut() : await builtOf()).trim() || null;
  } catch {
    return null;
  }
}

async function checkedOut(): Promise<string> {
  return (await promisify(execFile)("git", ["-C", INSTALLED, "rev-parse", "--short=7", "HEAD"])).stdout;
}

/** Written by the build. */
async function builtOf(): Promise<string> {
  return await readFile(`${INSTALLED}dist/commit.txt`, "utf8");
}
