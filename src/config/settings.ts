/** The settings of one session, of what is in force in the configuration. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { failure } from "../core/failure.ts";
import { FAST_PATHS, type FastPathName } from "../core/fast-paths.ts";
import type { WantedReport } from "../core/report-kind.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type AlsoSettings, mergeAlso } from "./also.ts";
import { type CiFlags, type Diff, mergeDiff } from "./ci-flags.ts";
import { type ComposeRun, type InContainer, inContainer } from "./container-command.ts";
import { type Flags, flagLayer } from "./flags.ts";
import { type InForce, type Layer, layered, NO_LAYER, nameOf } from "./layers.ts";
import type { Loaded } from "./load.ts";
import type { Place } from "./place.ts";
import type { FileConfig } from "./schema.ts";

export type { Flags } from "./flags.ts";

export interface LocalSettings {
  readonly command: readonly string[];
  readonly cwd: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
}

/** How long the server may take, in seconds. */
export interface ServerTimes {
  /** From the start of what it lives in until gunicorn has run the hook. */
  readonly start: number;
  /** Without any progress: until new workers have booted and old ones have gone. */
  readonly restart: number;
  /** Without any progress: until all workers have saved. */
  readonly flush: number;
  /** Until it sees what the host has written. */
  readonly mount: number;
}

export interface Settings {
  readonly root: string;
  readonly times: ServerTimes;
  /** The container of the server; null: only a local one is configured. */
  readonly container: Place | null;
  /** The compose project that is meant; null: the tests' container or the directory tells. */
  readonly project: string | null;
  /** There is a configuration file: it lies in the root. */
  readonly configured: boolean;
  /** How to start a local server; null: not configured. */
  readonly local: LocalSettings | null;
  /** Absolute; null: the bind mounts tell. */
  readonly source: readonly string[] | null;
  /** A part of the command line of the gunicorn master that is meant; null: there is one. */
  readonly master: string | null;
  /** Where a hook of the server's own writes coverage data, as the server sees it; null: not configured. */
  readonly coverageDir: string | null;
  readonly tests: {
    /** Null: on this machine. */
    readonly container: Place | null;
    readonly command: readonly string[];
    /** Null: the target's own. */
    readonly cwd: string | null;
    /** `run = "compose-run"`: each run has a container of its own. */
    readonly composeRun: ComposeRun | null;
    /** The command was `docker exec …` or the like: where it leads. `command`, `cwd` and `env` are then as it has them in there. */
    readonly exec: InContainer | null;
    /** On top of what is there. `{port}` stands for that at which this machine reaches the server. */
    readonly env: Readonly<Record<string, string>>;
    readonly source: readonly string[] | null;
    readonly timeout: number;
    /** JUnit XML that a command which is not pytest writes: paths or patterns, from where it runs. */
    readonly junit: readonly string[];
    /** They are to send requests to the server. */
    readonly requests: boolean;
    /** Runs are forked from a process that has pytest imported; false: a new pytest is started for each. */
    readonly warm: boolean;
    readonly order: "pytest" | "failed-first";
  };
  /** Fast paths that are switched off. */
  readonly off: readonly FastPathName[];
  readonly failUnder: number | null;
  /** It is the command line's: coverage.py's own configuration says nothing then, as with its own option. */
  readonly failUnderAlone: boolean;
  /** Absolute. */
  readonly reports: readonly WantedReport[];
  /** Lines changed since this commit are judged; null: none. */
  readonly diff: Diff | null;
  /** Other measurements, for one table. */
  readonly also: readonly AlsoSettings[];
  /** Whose total `failUnder` is about. */
  readonly failUnderOf: "system" | "all";
  readonly annotations: CiFlags["annotations"];
  readonly poll: boolean;
  readonly quietMs: number | null;
  readonly onChange: "abort" | "queue" | null;
  /** Patterns as in .gitignore, from the root: what is not watched, and what is although a rule sets it aside. */
  readonly ignore: readonly string[];
  readonly include: readonly string[];
}

/** What is said of the configuration beside file and flags. */
export interface Beside {
  readonly environment: Layer;
  /** What was found in the project, where nobody says it. */
  readonly found: Layer;
}

export const NOTHING_BESIDE: Beside = { environment: NO_LAYER, found: NO_LAYER };

/** What counts: the defaults, what was found, the file, the environment and the flags, each over those before. */
export function inForce(loaded: Loaded, flags: Flags, cwd: string, beside = NOTHING_BESIDE): InForce {
  return layered([beside.found, loaded.layer, beside.environment, flagLayer(flags, cwd)], flags.local);
}

/** Relative paths in file and environment are from the project's root, those of flags from `cwd`. */
export function mergeSettings(
  loaded: Loaded,
  flags: Flags,
  cwd: string,
  beside = NOTHING_BESIDE,
): Result<Settings> {
  const { root, file } = loaded;
  const force = inForce(loaded, flags, cwd, beside);
  const { config } = force;
  const { server = {}, tests = {}, coverage = {}, watch = {} } = config;
  const container = place(server.service, server.container);
  const local = server.command ? localSettings(server.command, server, root) : null;
  if (container === null && local === null) return fail(nothing(flags, file));
  const typed = [...(tests.command ?? []), ...flags.passed];
  // In a container that is named otherwise the command is that container's own.
  const composeRun = tests.run === "compose-run" ? composeRunOf(tests.service) : null;
  if (composeRun?.service === "") return fail(noService(force));
  const ofTests = tests.run === undefined ? place(tests.service, tests.container) : null;
  const exec = ofTests === null && composeRun === null ? inContainer(typed, root, process.env) : null;
  const absolute = (paths: readonly string[]) => paths.map((path) => resolve(root, path));
  const diff = mergeDiff(coverage, force);
  if (!diff.ok) return diff;
  const also = mergeAlso(config, root);
  if (!also.ok) return also;
  return ok({
    root,
    times: {
      start: server.start_timeout ?? 0,
      restart: server.restart_timeout ?? 0,
      flush: server.flush_timeout ?? 0,
      mount: server.mount_timeout ?? 0,
    },
    container,
    project: server.project ?? null,
    configured: file !== null,
    local,
    source: server.source ? absolute(server.source) : null,
    master: server.master ?? null,
    coverageDir: server.coverage_dir ?? null,
    tests: {
      container: ofTests,
      composeRun,
      exec,
      command: exec?.command ?? typed,
      cwd: exec === null ? (tests.cwd ?? null) : exec.cwd,
      env: { ...tests.env, ...exec?.env },
      source: tests.source ? absolute(tests.source) : null,
      timeout: tests.timeout ?? 0,
      requests: tests.requests ?? true,
      junit: [tests.junit ?? []].flat(),
      warm: tests.warm ?? true,
      order: tests.order ?? "pytest",
    },
    off: switchedOff(config),
    failUnder: coverage.fail_under ?? null,
    failUnderAlone: flags.failUnder !== null,
    reports: flags.ci.reports.map(({ kind, path }) => ({ kind, path: resolve(cwd, path) })),
    diff: diff.value,
    also: also.value,
    failUnderOf: config.coverage?.fail_under_of ?? "system",
    annotations: flags.ci.annotations,
    poll: watch.poll ?? false,
    quietMs: watch.quiet_ms ?? null,
    onChange: watch.on_change ?? null,
    ignore: watch.ignore ?? [],
    include: watch.include ?? [],
  });
}

function switchedOff({ server, tests, coverage }: FileConfig): readonly FastPathName[] {
  const table: Record<FastPathName, boolean | undefined> = {
    "server.preload": server?.preload,
    "server.keep_code": server?.keep_code,
    "server.early_end": server?.early_end,
    "server.report_first": server?.report_first,
    "tests.warm": tests?.warm,
    "coverage.keep_rows": coverage?.keep_rows,
  };
  return FAST_PATHS.filter((name) => table[name] === false);
}

/** Refuses directories that are not there: nothing would ever be seen to change in them. */
export function checkDirectories(settings: Settings, force: InForce): Result<Settings> {
  const named = [
    ["server.source", settings.source],
    ["tests.source", settings.tests.source],
  ] as const;
  for (const [key, paths] of named) {
    const missing = paths?.find((path) => !existsSync(path));
    if (missing !== undefined) {
      const { what, fix, detail } = nameOf(key, force.origin(key));
      const from = "Its paths are from the project's root, those of a flag from where you are.";
      return fail(failure("config", `${what}: there is no ${missing}.`, `${fix} ${from}`, detail));
    }
  }
  return ok(settings);
}

function place(service: string | null | undefined, container: string | null | undefined): Place | null {
  if (service) return { service };
  return container ? { container } : null;
}

function localSettings(
  command: readonly string[],
  server: { cwd?: string | undefined; port?: number | undefined; env?: Record<string, string> | undefined },
  root: string,
): LocalSettings {
  return { command, cwd: resolve(root, server.cwd ?? "."), port: server.port ?? 0, env: server.env ?? {} };
}

/** The server is there already: what the service depends on is not started for it. */
function composeRunOf(service = ""): ComposeRun {
  return { service, compose: null, options: ["--no-deps"] };
}

function noService(force: InForce) {
  const { what, detail } = nameOf("tests.run", force.origin("tests.run"));
  const message = `${what}: "compose-run" needs the compose service of the tests.`;
  return failure("config", message, 'Name it as tests.service: service = "tests".', detail);
}

function nothing(flags: Flags, file: string | null) {
  if (flags.local) {
    const fix = `Say in ${file ?? "gunicov.toml"} how it is started:\n[tool.gunicov.server]\ncommand = ["gunicorn", "--bind", "127.0.0.1:{port}", "app:app"]`;
    return failure("config", "--local needs the server's command.", fix);
  }
  const fix =
    "Name its compose service (--service NAME), its container (--container NAME), or give a [server] in " +
    "gunicov.toml, or [tool.gunicov.server] in pyproject.toml (docs/configuration.md).";
  return failure("config", "Nothing says where the server is.", fix);
}
