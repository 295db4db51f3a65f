/** A copy of the demo with its server here or in containers: what the same tests run on in both. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { coverageJson, type Exec, type JsonReport } from "./coverage-py.ts";
import { ROOT, temporaryDirectory, until } from "./machine.ts";
import type { Session } from "./session.ts";

export interface Place {
  /** The copy of demo/, on this machine: the project's root. */
  readonly demo: string;
  /** Starts gunicov on it, with facts on stdout. What stands in `passed` goes to pytest. */
  watch(passed?: readonly string[]): Promise<Session>;
  /** Runs a command beside the server, in its directory. */
  readonly exec: Exec;
  /** Directory of all masters' records, as the server sees it. */
  records(): Promise<string>;
  /** Command lines of what there should not be any more once gunicov has gone. */
  leftovers(session: Session): Promise<readonly string[]>;
  close(): Promise<void>;
}

const NOISE = /(^|\/)(__pycache__|\.pytest_cache|\.gunicov|\.coverage[^/]*)(\/|$)/;

/** A temporary directory with the demo and its compose file in it, as in the repository. */
export async function copyDemo(): Promise<string> {
  const directory = await temporaryDirectory("demo");
  const filter = (path: string) => !NOISE.test(path.slice(ROOT.length));
  await cp(join(ROOT, "demo"), join(directory, "demo"), { recursive: true, filter });
  await cp(join(ROOT, "docker-compose.yaml"), join(directory, "docker-compose.yaml"));
  return directory;
}

/** Changes a file of the copy, by its text; gives the text from before. */
export async function edit(place: Place, path: string, change: (text: string) => string): Promise<string> {
  const file = join(place.demo, path);
  const before = await readFile(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`this changes nothing in ${path}`);
  await writeFile(file, after);
  return before;
}

/** What a generation's directory holds, by listing it: its roster, and the data files. */
export interface Listed {
  readonly generation: number;
  readonly directory: string;
  /** Workers on the roster. */
  readonly forked: number;
  /** Those of them that serve. */
  readonly booted: number;
  readonly files: readonly string[];
}

const LIST =
  'for d in "$1"/master-*/gen-*; do echo "$d"; ls -A "$d/forked" | sed "s/^/forked /"; ls -A "$d/booted" | sed "s/^/booted /"; ls -A "$d"; done';

/** All generations in the record, oldest first. The last one is open: its workers serve. */
export async function listGenerations(place: Place): Promise<readonly Listed[]> {
  const lines = (await place.exec(["sh", "-c", LIST, "sh", await place.records()])).split("\n");
  const found: { generation: number; directory: string; forked: number; booted: number; files: string[] }[] =
    [];
  for (const line of lines) {
    const head = /\/gen-(\d+)$/.exec(line);
    const last = found.at(-1);
    if (head) found.push({ generation: Number(head[1]), directory: line, forked: 0, booted: 0, files: [] });
    else if (last && line.startsWith("forked ")) last.forked += 1;
    else if (last && line.startsWith("booted ")) last.booted += 1;
    else if (last && line.startsWith(".coverage.")) last.files.push(line);
  }
  return found.toSorted((a, b) => a.generation - b.generation);
}

/** The newest closed generation: the one before the open one. */
export async function newestClosed(place: Place): Promise<Listed> {
  const closed = (await listGenerations(place)).at(-2);
  if (!closed) throw new Error("no generation has been closed");
  return closed;
}

/** Waits until the workers of the open generation serve. */
export async function untilBooted(place: Place): Promise<void> {
  await until("the fresh workers", async () => {
    const open = (await listGenerations(place)).at(-1);
    return open !== undefined && open.booted > 0 && open.booted === open.forked;
  });
}

/** What coverage.py says of the newest closed generation's data files. */
export async function judge(place: Place): Promise<JsonReport> {
  return await coverageJson(place.exec, (await newestClosed(place)).directory);
}

/** When the process was started, as the server's side sees it (field 22 of its stat): tells it from a successor. */
export async function startTime(place: Place, pid: number): Promise<string | undefined> {
  const stat = await place.exec(["cat", `/proc/${pid}/stat`]);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
