/** This machine: watches, disk, the bytes of the source. */
import { createHash } from "node:crypto";
import { constants, watch } from "node:fs";
import { access, lstat, readdir, readFile, statfs } from "node:fs/promises";
import { join } from "node:path";
import type { Watches } from "../machine.ts";

/** Directories of tools, which nobody watches. */
const TOOLS = new Set(["node_modules", "__pycache__", ".git", ".gunicov", ".tox", ".nox", ".mypy_cache"]);
const MOST_DIRECTORIES = 20_000;
/** How many files of the source are compared. */
const MOST_FILES = 200;

/** The directories below some, and themselves; not those of tools and virtual environments. */
export async function directoriesBelow(roots: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>();
  const waiting = [...roots];
  for (let next = waiting.pop(); next !== undefined && found.size < MOST_DIRECTORIES; next = waiting.pop()) {
    if (found.has(next)) continue;
    const entries = await readdir(next, { withFileTypes: true }).catch(() => null);
    if (entries === null || entries.some(({ name }) => name === "pyvenv.cfg")) continue;
    found.add(next);
    for (const one of entries)
      if (one.isDirectory() && !TOOLS.has(one.name)) waiting.push(join(next, one.name));
  }
  return [...found];
}

/** Tries a watch on each, and takes them back. */
export async function tryWatches(directories: readonly string[]): Promise<Watches> {
  const open: { close(): void }[] = [];
  let refused: string | null = null;
  for (const directory of directories) {
    try {
      const watcher = watch(directory, { persistent: false });
      watcher.on("error", () => {});
      open.push(watcher);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? `${error.code}` : "";
      if (code !== "ENOSPC" && code !== "EMFILE") continue;
      refused ??= code;
    }
  }
  for (const watcher of open) watcher.close();
  return { directories: directories.length, watched: open.length, refused };
}

/** `.gunicov` of a project: how much room there is, and what keeps gunicov from writing there. */
export async function diskOf(
  root: string,
): Promise<{ path: string; free: number | null; error: string | null }> {
  const path = join(root, ".gunicov");
  const about = await lstat(path).catch(() => null);
  if (about !== null && !about.isDirectory()) {
    const what = about.isSymbolicLink() ? "it is a link, and not followed" : "it is a file";
    return { path, free: null, error: what };
  }
  const place = about === null ? root : path;
  const refused = await access(place, constants.W_OK | constants.X_OK).then(
    () => null,
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );
  const space = await statfs(place).catch(() => null);
  return { path, free: space === null ? null : space.bavail * space.bsize, error: refused };
}

export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** Python files below these places (a file among them is itself), with their hashes: the first ones of each directory. */
export async function hashedFiles(places: readonly string[]): Promise<readonly HashedFile[]> {
  const folders = await directoriesBelow(places);
  const named = places.filter((place) => place.endsWith(".py"));
  const listed = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => name.endsWith(".py")).map((name) => join(folder, name));
    }),
  );
  const files = [...named, ...listed.flat()].slice(0, MOST_FILES);
  const hashed = await Promise.all(
    files.map(async (path) => {
      const body = await readFile(path).catch(() => null);
      return body === null ? [] : [{ path, sha256: createHash("sha256").update(body).digest("hex") }];
    }),
  );
  return hashed.flat();
}
