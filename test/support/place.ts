/** A copy of the demo with its server here or in containers: what the same tests run on in both. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Exec } from "./coverage-py.ts";
import { ROOT, temporaryDirectory } from "./machine.ts";
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

/** What a record is read with. */
export type Recorded = Pick<Place, "exec" | "records">;

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
export async function edit(
  place: Pick<Place, "demo">,
  path: string,
  change: (text: string) => string,
): Promise<string> {
  const file = join(place.demo, path);
  const before = await readFile(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`this changes nothing in ${path}`);
  await writeFile(file, after);
  return before;
}

/** When the process was started, as the server's side sees it (field 22 of its stat): tells it from a successor. */
export async function startTime(place: Place, pid: number): Promise<string | undefined> {
  const stat = await place.exec(["cat", `/proc/${pid}/stat`]);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}
