/** What the command line says, as a layer of the configuration. */
import { resolve } from "node:path";
import type { CiFlags } from "./ci-flags.ts";
import { configOf, type Layer } from "./layers.ts";

/** What the command line says. Null: nothing. */
export interface Flags {
  readonly service: string | null;
  readonly container: string | null;
  readonly project: string | null;
  readonly local: boolean;
  /** As typed, from the working directory. */
  readonly source: readonly string[] | null;
  readonly testsCommand: readonly string[] | null;
  readonly testsService: string | null;
  readonly failUnder: number | null;
  readonly ci: CiFlags;
  /** What stands behind `--`. */
  readonly passed: readonly string[];
}

/** The flags of keys, and which one each is. */
const KEYS = {
  "server.service": "--service",
  "server.container": "--container",
  "server.project": "--project",
  "server.source": "--source",
  "tests.command": "--tests-command",
  "tests.service": "--tests-service",
  "coverage.fail_under": "--fail-under",
  "coverage.diff": "--diff",
  "coverage.diff_fail_under": "--diff-fail-under",
} as const;

export function flagLayer(flags: Flags, cwd: string): Layer {
  const values: Record<keyof typeof KEYS, unknown> = {
    "server.service": flags.service,
    "server.container": flags.container,
    "server.project": flags.project,
    "server.source": flags.source?.map((path) => resolve(cwd, path)) ?? null,
    "tests.command": flags.testsCommand,
    "tests.service": flags.testsService,
    "coverage.fail_under": flags.failUnder,
    "coverage.diff": flags.ci.diff,
    "coverage.diff_fail_under": flags.ci.diffFailUnder,
  };
  const said = Object.entries(values).filter(([, value]) => value !== null);
  return {
    config: configOf(said),
    origin: (key) => ({ from: "flag", flag: KEYS[key as keyof typeof KEYS] }),
  };
}
