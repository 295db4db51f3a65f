/** One measurement with a command: run when something that it depends on has changed, and what it wrote. */
import { rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { makeDirectory } from "../../directories.ts";
import type { OtherData } from "../../ports/also.ts";
import type { Say } from "../../ports/say.ts";
import { runCommand } from "./also-command.ts";
import { type DataFile, dataFiles } from "./data-files.ts";
import { readData } from "./read-data.ts";
import { differing, type Versions } from "./source-versions.ts";

export interface WithCommand {
  readonly name: string;
  readonly command: readonly string[];
  readonly cwd: string;
  /** Where it writes, if not where COVERAGE_FILE says. */
  readonly data: readonly string[];
  /** In seconds. */
  readonly limit: () => number;
}

interface Kept {
  readonly versions: Versions;
  readonly data: OtherData;
}

export class AlsoRun {
  readonly #settings: WithCommand;
  readonly #root: string;
  /** gunicov's own directory; made where it is not there. */
  readonly #own: () => Promise<string>;
  /** The last run that ended well; null: the next report needs a new one. */
  #kept: Kept | null = null;

  constructor(settings: WithCommand, root: string, own: () => Promise<string>) {
    this.#settings = settings;
    this.#root = root;
    this.#own = own;
  }

  /** Null: aborted. `look` gives the versions that are there now. */
  async read(
    again: boolean,
    look: () => Promise<Versions>,
    say: Say,
    signal: AbortSignal,
  ): Promise<OtherData | null> {
    const now = await look();
    if (signal.aborted) return null;
    if (!again && this.#kept !== null && differing(this.#kept.versions, now).length === 0)
      return this.#kept.data;
    this.#kept = null;
    const first = await this.#run(now, look, say, signal);
    if (first === null || first.changed.length === 0) return first?.data ?? null;
    // Of the second run on what changes each time is what the command itself writes.
    const second = await this.#run(first.after, look, say, signal);
    if (second?.changed.every((path) => first.changed.includes(path)) && second.data.doubt === null)
      this.#kept = { versions: second.after, data: second.data };
    return second?.data ?? null;
  }

  async #run(before: Versions, look: () => Promise<Versions>, say: Say, signal: AbortSignal) {
    const { name, command, cwd, limit } = this.#settings;
    const directory = await emptied(join(await this.#own(), "also", name));
    const places = this.#settings.data.length > 0 ? this.#settings.data : [directory];
    const old = new Set((await Promise.all(places.map(dataFiles))).flat().map(({ state }) => state));
    say({ type: "also.running", name, command });
    const began = Date.now();
    const env = { COVERAGE_FILE: join(directory, ".coverage") };
    const ended = await runCommand({ command, cwd, env, limit: limit() }, signal);
    if (ended === null) return null;
    const after = await look();
    const found = (await Promise.all(places.map(dataFiles))).flat().filter(({ state }) => !old.has(state));
    const output = join(directory, "output.txt");
    await writeFile(output, ended.output).catch(() => {});
    const doubt = doubtOf(ended.failure, found, places, this.#root, relative(this.#root, output));
    say({
      type: "also.ran",
      name,
      ok: doubt === null,
      message: doubt ?? "",
      ms: ended.ms,
      output: ended.output,
    });
    const data: OtherData = {
      name,
      files: await readData(found, this.#root, began - EARLIER),
      sources: sourcesOf(before, after),
      doubt,
    };
    const changed = differing(before, after);
    if (doubt === null && changed.length === 0) this.#kept = { versions: after, data };
    return { data, changed, after };
  }
}

/** A file's time may be a little behind the clock's, in ms. */
const EARLIER = 20;

/** What was written meanwhile may be of either version, also where it is the same again. */
function sourcesOf(before: Versions, after: Versions): Readonly<Record<string, string | null>> {
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return Object.fromEntries(
    paths.map((path) => {
      const then = before.get(path);
      return [path, then !== undefined && then.state === after.get(path)?.state ? then.sha256 : null];
    }),
  );
}

function doubtOf(
  failure: string | null,
  found: readonly DataFile[],
  places: readonly string[],
  root: string,
  output: string,
): string | null {
  const where = places.map((place) => relative(root, place)).join(", ");
  const nothing = `its command has written no data of coverage.py to ${where}`;
  const what = failure ?? (found.length === 0 ? nothing : null);
  return what === null ? null : `${what} (all it said: ${output})`;
}

async function emptied(directory: string): Promise<string> {
  await rm(directory, { recursive: true, force: true });
  await makeDirectory(directory);
  return directory;
}
