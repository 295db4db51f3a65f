/** This machine, as the tests use it. */
import { mkdtemp, readdir, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** Variables that would change what is measured or how gunicorn starts; a machine may have them set. */
const FOREIGN =
  /^(GUNICOV(?!_TEST)|GUNICORN_|COVERAGE|COV_CORE|GITHUB_|CI_PROJECT_DIR|PYTHONDONTWRITEBYTECODE|WEB_CONCURRENCY|XY_)/;

/** Our environment with .venv first on the PATH, as bin/setup has it, and nothing foreign. */
export function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined || FOREIGN.test(name) ? [] : [[name, value] as const],
  );
  const path = [join(ROOT, ".venv", "bin"), process.env.PATH ?? ""].join(delimiter);
  return { ...Object.fromEntries(own), PATH: path, ...extra };
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs argv to its end; gives stdout, throws with all it said where it fails. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file = "", ...args] = argv;
  const { cwd = ROOT, env = {} } = options;
  const { stdout } = await execa(file, args, {
    cwd,
    env: environment(env),
    extendEnv: false,
    stdin: "ignore",
  });
  return stdout;
}

/** A directory of its own, by its real path: coverage.py and mounts resolve links. */
export async function temporaryDirectory(name: string): Promise<string> {
  return await realpath(await mkdtemp(join(tmpdir(), `gunicov-${name}-`)));
}

/** Removes such a directory, or what is below it; throws for any other one. */
export async function remove(directory: string): Promise<void> {
  const base = join(await realpath(tmpdir()), "gunicov-");
  if (!directory.startsWith(base)) throw new Error(`${directory} is no directory of a test's own`);
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

export type Falsy = false | 0 | "" | null | undefined;

/**
 * Waits until `check` gives something true; throws after `seconds`, saying `what` was waited for. A check that takes
 * its time (all processes of the machine) has longer pauses, for what is waited for needs the processor too.
 */
export async function until<T>(
  what: string,
  check: () => Promise<T> | T,
  seconds = 60,
): Promise<Exclude<T, Falsy>> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const began = Date.now();
    const value = await check();
    if (value) return value as Exclude<T, Falsy>;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await sleep(Math.min(500, Math.max(25, 4 * (Date.now() - began))));
  }
}

/**
 * Command lines of the processes of this machine whose environment has NAME=VALUE (children inherit it), the
 * oldest first: a pid says nothing of age, the kernel begins again at the top.
 */
export async function processesWith(name: string, value: string): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((entry) => /^\d+$/.test(entry));
  const found = await Promise.all(pids.map((pid) => processIfMarked(pid, `${name}=${value}`)));
  return found
    .filter((one) => one !== null)
    .sort((one, other) => one.started - other.started)
    .map(({ command }) => command);
}

/** Null also where the process has just gone, or is a zombie (those have no environment). `started`: in ticks. */
async function processIfMarked(
  pid: string,
  mark: string,
): Promise<{ started: number; command: string } | null> {
  try {
    const environ = await readFile(`/proc/${pid}/environ`, "utf8");
    if (!environ.split("\0").includes(mark)) return null;
    const argv = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").filter((word) => word !== "");
    if (argv.length === 0) return null;
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    const started = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    return { started, command: `${pid} ${argv.join(" ").slice(0, 200)}` };
  } catch {
    return null;
  }
}
