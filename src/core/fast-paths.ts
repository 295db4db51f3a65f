/** What is done for speed alone. Without it every number is the same. */
import type { FactBody, FastPath } from "./fact.ts";

/** Each is a key of the configuration: `false` switches it off. */
export const FAST_PATHS = [
  "server.preload",
  "server.keep_code",
  "server.early_end",
  "server.report_first",
  "tests.warm",
  "coverage.keep_rows",
] as const;

export type FastPathName = (typeof FAST_PATHS)[number];

/** Why it was not used where the configuration says so. */
export const SWITCHED_OFF = "it is switched off";

/** What a step tells: why each was not used, null: it was. */
export function fastPathsFact(whyNot: Readonly<Record<string, string | null>>): FactBody {
  const paths = Object.entries(whyNot).map(([name, why]) => ({ name, used: why === null, why }));
  return { type: "cycle.fast-paths", paths };
}

/** Those of a cycle with what another step has told: of one that comes again, the last counts. */
export function withFastPaths(known: readonly FastPath[], told: readonly FastPath[]): readonly FastPath[] {
  return [...new Map([...known, ...told].map((path) => [path.name, path])).values()];
}
