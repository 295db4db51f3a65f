/** coverage.py's data files, where a configuration says they are: a file, those of parallel processes beside it, or a directory. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { stateIn } from "./hashes.ts";

export interface DataFile {
  readonly path: string;
  /** Epoch ms. */
  readonly mtime: number;
  /** Another one after each write. */
  readonly state: string;
}

/**
 * The file, or where those that parallel processes leave beside it (`.coverage.HOST.PID…`) are newer, these: what `coverage combine`
 * takes. Of a directory those in it. None: there is nothing.
 */
export async function dataFiles(path: string): Promise<readonly DataFile[]> {
  const about = await stat(path).catch(() => null);
  const directory = about?.isDirectory() ? path : dirname(path);
  const name = about?.isDirectory() ? ".coverage" : basename(path);
  const names = await readdir(directory).catch(() => [] as string[]);
  const beside = names.filter((one) => one.startsWith(`${name}.`) && !one.endsWith("-journal"));
  const [own, ...parallel] = await Promise.all([name, ...beside.sort()].map((one) => fileAt(directory, one)));
  const newer = parallel.filter((one) => one !== null);
  if (own === null || own === undefined) return newer;
  return newer.some(({ mtime }) => mtime > own.mtime) ? newer : [own];
}

async function fileAt(directory: string, name: string): Promise<DataFile | null> {
  const path = join(directory, name);
  const about = await stat(path, { bigint: true }).catch(() => null);
  if (!about?.isFile()) return null;
  return { path, mtime: Number(about.mtimeNs / 1000n) / 1000, state: stateIn(about) };
}

/** How often it is looked whether somebody has written, in ms: their times count, also where the bytes are the same. */
const LOOK = 1_000;

/** Calls `changed` once what is there is another state of the data, and holds still. Gives the way to stop. */
export function watchData(places: readonly string[], changed: () => void): () => void {
  const stateOf = async () => {
    const found = (await Promise.all(places.map(dataFiles))).flat();
    return found.map(({ path, state }) => `${path} ${state}`).join("\n");
  };
  let known: string | null = null;
  let last = "";
  const look = async () => {
    const now = await stateOf();
    if (now === last && known !== null && now !== known) changed();
    if (now === last) known = now;
    last = now;
  };
  const timer = setInterval(() => void look(), LOOK);
  timer.unref();
  return () => clearInterval(timer);
}
