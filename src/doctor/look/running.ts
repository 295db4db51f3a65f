/** A local server that another gunicov of this project has started, and measures. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { startOf } from "../../adapters/process/leftovers.ts";

export interface Running {
  readonly pid: number;
  /** The directory of its record. */
  readonly directory: string;
}

/** Null: none runs. */
export async function runningServer(root: string): Promise<Running | null> {
  const own = join(root, ".gunicov");
  const names = (await readdir(own).catch(() => [])).filter((name) => name.startsWith("server-"));
  for (const name of names) {
    const directory = join(own, name);
    for (const master of await readdir(directory).catch(() => [])) {
      const [, pid, started] = /^master-(\d+)-(\d+)$/.exec(master) ?? [];
      if (pid !== undefined && (await startOf(Number(pid))) === started)
        return { pid: Number(pid), directory };
    }
  }
  return null;
}
