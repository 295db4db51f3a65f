/** The directory for a local server's record: one a session, and what killed sessions have left is swept. */
import { chmod, mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { startOf } from "./leftovers.ts";

const PREFIX = "server-";
const OWNER = "owner.json";
/** Milliseconds after which a directory that says nothing of its owner belongs to nobody. */
const FORGOTTEN = 24 * 60 * 60 * 1000;

/** A process, so that it can't be taken for another one: pids come again, and mean nothing in another container. */
interface Owner {
  readonly host: string;
  readonly namespace: string;
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat; empty where there is no /proc. */
  readonly started: string;
}

/** Makes one in `directory`, having removed those there whose gunicov is gone. May throw the system's errors. */
export async function makeScratch(directory: string): Promise<string> {
  await sweep(directory);
  const scratch = await mkdtemp(join(directory, PREFIX));
  if (process.getuid?.() === 0) await letThrough([directory, scratch]);
  await writeFile(join(scratch, OWNER), JSON.stringify(await self()));
  return scratch;
}

/** gunicorn's `user` may be anybody: the workers find the master's own directory in there by its name, and can list nothing. */
async function letThrough(directories: readonly string[]): Promise<void> {
  for (const path of directories) await chmod(path, (await stat(path)).mode | 0o011);
}

async function sweep(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(PREFIX));
  for (const name of names) {
    const path = join(directory, name);
    // What can't be removed now (its server may still be ending) is removed the next time.
    if (await isAbandoned(path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === null) {
    const about = await stat(path).catch(() => null);
    return about !== null && Date.now() - about.mtimeMs > FORGOTTEN;
  }
  const here = await self();
  // Of another machine or container: nothing can be known.
  if (owner.host !== here.host || owner.namespace !== here.namespace) return false;
  return !isAlive(owner.pid) || (await startOf(owner.pid)) !== owner.started;
}

async function readOwner(path: string): Promise<Owner | null> {
  try {
    const owner = JSON.parse(await readFile(join(path, OWNER), "utf8")) as Owner | null;
    return Number.isInteger(owner?.pid) ? owner : null;
  } catch {
    return null;
  }
}

async function self(): Promise<Owner> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => "");
  return { host: hostname(), namespace, pid: process.pid, started: await startOf(process.pid) };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
