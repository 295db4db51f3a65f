/** `[[tool.gunicov.also]]`: other measurements that are put together with the server's. */
import { resolve } from "node:path";
import { ALL, SYSTEM } from "../core/combined.ts";
import { failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { FileConfig } from "./schema.ts";

export interface AlsoSettings {
  readonly name: string;
  /** coverage.py's data files, absolute. */
  readonly data: readonly string[];
}

export function mergeAlso(config: FileConfig, root: string): Result<readonly AlsoSettings[]> {
  const all = config.also ?? [];
  const names = [SYSTEM, ALL];
  for (const { name } of all) {
    if (names.includes(name)) {
      const fix = `Each measurement has a name of its own; ${SYSTEM} and ${ALL} are the table's own columns.`;
      return fail(failure("config", `Two measurements of [[tool.gunicov.also]] are called ${name}.`, fix));
    }
    names.push(name);
  }
  if (config.coverage?.fail_under_of === ALL && all.length === 0) {
    const fix = "Name the other data under [[tool.gunicov.also]], or leave fail_under_of out.";
    return fail(failure("config", 'fail_under_of = "all" needs other measurements.', fix));
  }
  return ok(all.map(({ name, data }) => ({ name, data: data.map((path) => resolve(root, path)) })));
}
