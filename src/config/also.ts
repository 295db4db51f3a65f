/** `[[tool.gunicov.also]]`: other measurements that are put together with the server's. */
import { resolve } from "node:path";
import { ALL, SYSTEM } from "../core/combined.ts";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { FileConfig } from "./schema.ts";
import { testPlaces } from "./test-places.ts";

export interface AlsoSettings {
  readonly name: string;
  /** coverage.py's data files, or directories of them, absolute. */
  readonly data: readonly string[];
  /** What makes them; null: they are there. */
  readonly command: readonly string[] | null;
  /** Its working directory, absolute. */
  readonly cwd: string;
  /** What else than the server's source it depends on: absolute. */
  readonly source: readonly string[];
}

type Table = NonNullable<FileConfig["also"]>[number];

export function mergeAlso(config: FileConfig, root: string): Result<readonly AlsoSettings[]> {
  const all = config.also ?? [];
  const names = [SYSTEM, ALL];
  for (const table of all) {
    const why = refused(table, names);
    if (why !== null) return fail(why);
    names.push(table.name);
  }
  if (config.coverage?.fail_under_of === ALL && all.length === 0) {
    const fix = "Name the other data under [[tool.gunicov.also]], or leave fail_under_of out.";
    return fail(failure("config", 'fail_under_of = "all" needs other measurements.', fix));
  }
  return ok(all.map((table) => settingsOf(table, root)));
}

function refused({ name, data, command, cwd, source }: Table, names: readonly string[]): Failure | null {
  if (names.includes(name)) {
    const fix = `Each measurement has a name of its own; ${SYSTEM} and ${ALL} are the table's own columns.`;
    return failure("config", `Two measurements of [[tool.gunicov.also]] are called ${name}.`, fix);
  }
  if (data === undefined && command === undefined) {
    const fix = 'Name its data files (data = ["unit/.coverage"]), or what makes them (command).';
    return failure("config", `[[tool.gunicov.also]] says of ${name} neither data nor command.`, fix);
  }
  const needless = command === undefined && (cwd !== undefined || source !== undefined);
  if (!needless) return null;
  const message = `[[tool.gunicov.also]]: cwd and source of ${name} are those of a command, and it has none.`;
  return failure("config", message, "Leave them out, or name the command.");
}

function settingsOf({ name, data = [], cwd, source, ...table }: Table, root: string): AlsoSettings {
  const command = table.command ?? null;
  const named = source?.map((path) => resolve(root, path));
  const guessed = command === null ? [] : testPlaces(root, cwd ?? null, command);
  return {
    name,
    data: data.map((path) => resolve(root, path)),
    command,
    cwd: resolve(root, cwd ?? "."),
    source: named ?? (command !== null && guessed.length === 0 ? [root] : guessed),
  };
}
