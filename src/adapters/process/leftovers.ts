/** What a local server's guard could not end, because it was killed itself. */
import { readdir, readFile } from "node:fs/promises";

/** In the environment of all that a local server starts; its value is of one run of it. */
export const MARK = "GUNICOV_LOCAL_SERVER";

/** Ends at once whatever still runs of it: by its process group, its environment, and the masters in its record. */
export async function endLeftovers(group: number | null, mark: string, record: string): Promise<void> {
  if (group !== null) send(-group);
  const marked = await Promise.all((await numbers("/proc")).map((pid) => isMarked(pid, mark)));
  for (const pid of [...marked, ...(await recordedMasters(record))]) if (pid !== null) send(pid);
}

async function isMarked(pid: number, mark: string): Promise<number | null> {
  const environment = await readFile(`/proc/${pid}/environ`, "latin1").catch(() => "");
  return environment.split("\0").includes(`${MARK}=${mark}`) ? pid : null;
}

/** A master with a title (setproctitle) has lost its environment; its record's name has its pid and start time. */
async function recordedMasters(record: string): Promise<readonly (number | null)[]> {
  const names = await readdir(record).catch(() => []);
  return await Promise.all(
    names.map(async (name) => {
      const [, pid, started] = /^master-(\d+)-(\d+)$/.exec(name) ?? [];
      return pid !== undefined && (await startOf(Number(pid))) === started ? Number(pid) : null;
    }),
  );
}

/** Field 22 of /proc/<pid>/stat; empty where there is none. */
export async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

async function numbers(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function send(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself, or is another user's.
  }
}
