/** The settings while gunicov runs: read again when their file is edited. */
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parse } from "smol-toml";
import { FAST_PATHS } from "../core/fast-paths.ts";
import type { Found } from "../core/found.ts";
import { ok, type Result } from "../core/result.ts";
import { entriesOf, type InForce } from "./layers.ts";
import { type Loaded, loadAgain } from "./load.ts";
import type { FileConfig } from "./schema.ts";
import {
  checkDirectories,
  type Flags,
  inForce,
  mergeSettings,
  NOTHING_BESIDE,
  type Settings,
} from "./settings.ts";

/** Keys that can change while gunicov runs, and what of the settings they decide. Any other one says where things are, and what runs there. */
const LIVE: Readonly<Record<string, keyof Settings>> = {
  "server.source": "source",
  ...Object.fromEntries(
    ["command", "cwd", "env", "source", "timeout", "requests", "junit", "warm", "order"].map(
      (key) => [`tests.${key}`, "tests"] as const,
    ),
  ),
  "coverage.fail_under": "failUnder",
  "coverage.diff": "diff",
  "coverage.fail_under_of": "failUnderOf",
  "coverage.diff_fail_under": "diff",
  "watch.quiet_ms": "quietMs",
  "watch.on_change": "onChange",
  "watch.ignore": "ignore",
  "watch.include": "include",
  ...Object.fromEntries(
    FAST_PATHS.filter((name) => name !== "tests.warm").map((name) => [name, "off"] as const),
  ),
};

export interface Edit {
  readonly now: readonly string[];
  readonly later: readonly string[];
  /** The project's dependencies, or how it is built. */
  readonly start: boolean;
  readonly save: boolean;
}

const NOTHING: Edit = { now: [], later: [], start: false, save: false };

export class LiveSettings {
  #loaded: Loaded;
  #settings: Settings;
  readonly #flags: Flags;
  readonly #cwd: string;
  readonly #beside: typeof NOTHING_BESIDE;
  /** What was found in the project at the start; null: nothing was sought. */
  readonly found: Found | null;
  /** What else the files hold, by their paths. */
  readonly #rest = new Map<string, Rest>();

  constructor(
    loaded: Loaded,
    settings: Settings,
    flags: Flags,
    cwd: string,
    beside = NOTHING_BESIDE,
    found: Found | null = null,
  ) {
    this.found = found;
    this.#loaded = loaded;
    this.#settings = settings;
    this.#flags = flags;
    this.#cwd = cwd;
    this.#beside = beside;
  }

  get current(): Settings {
    return this.#settings;
  }

  /** The configuration's file; null: there is none. */
  get file(): string | null {
    return this.#loaded.file;
  }

  /** Files that the configuration comes from, or would come from if they were there. */
  get files(): readonly string[] {
    const { root, file, explicit } = this.#loaded;
    const found = ["pyproject.toml", "gunicov.toml"].map((name) => join(root, name));
    return explicit && file !== null ? [...new Set([join(root, "pyproject.toml"), file])] : found;
  }

  get #force(): InForce {
    return inForce(this.#loaded, this.#flags, this.#cwd, this.#beside);
  }

  /** What is said of it at the start. */
  get about(): string {
    const { file, doubt } = this.#loaded;
    if (file === null) return "no configuration file is used";
    return `configuration: ${file}${doubt === null ? "" : ` (${doubt})`}`;
  }

  /** Looks at what files hold, to know later what has changed in them. */
  async look(files: readonly string[]): Promise<void> {
    for (const file of files) this.#rest.set(file, await restOf(file));
  }

  async reread(path: string): Promise<Result<Edit>> {
    const { explicit, file } = this.#loaded;
    const own = path === file || !explicit ? await this.#reload() : ok(NOTHING);
    if (!own.ok) return own;
    const before = this.#rest.get(path);
    const rest = await restOf(path);
    this.#rest.set(path, rest);
    const start = before !== undefined && before.dependencies !== rest.dependencies;
    const save = basename(path) === "pyproject.toml" && before !== undefined && before.others !== rest.others;
    return ok({ ...own.value, start, save });
  }

  async #reload(): Promise<Result<Edit>> {
    const loaded = await loadAgain(this.#loaded);
    if (!loaded.ok) return loaded;
    const settled = mergeSettings(loaded.value, this.#flags, this.#cwd, this.#beside);
    const force = inForce(loaded.value, this.#flags, this.#cwd, this.#beside);
    const checked = settled.ok ? checkDirectories(settled.value, force) : settled;
    if (!checked.ok) return checked;
    const changed = changedKeys(this.#force.config, force.config);
    const moves = whereTo(this.#settings) !== whereTo(checked.value);
    const isLive = (key: string) => key in LIVE && !(moves && key === "tests.command");
    const now = changed.filter(isLive);
    this.#loaded = loaded.value;
    this.#settings = live(this.#settings, checked.value);
    return ok({ ...NOTHING, now, later: changed.filter((key) => !isLive(key)) });
  }
}

/** What of the new settings holds at once, on top of those before. */
function live(before: Settings, after: Settings): Settings {
  const held = Object.fromEntries(Object.values(LIVE).map((name) => [name, after[name]]));
  // A command that leads into another container needs another session.
  const { container, composeRun, exec, command, cwd, env } = before.tests;
  const stays = whereTo(before) === whereTo(after) ? {} : { exec, command, cwd, env };
  return { ...before, ...held, tests: { ...after.tests, container, composeRun, ...stays } };
}

/** Where the tests' command itself leads, as a text to compare. */
function whereTo({ tests: { exec } }: Settings): string {
  return JSON.stringify(exec === null ? null : [exec.place, exec.project, exec.directory, exec.composeRun]);
}

/** `server.source` and the like, of which two configurations say different things. */
function changedKeys(before: FileConfig, after: FileConfig): readonly string[] {
  const [old, now] = [flat(before), flat(after)];
  const keys = new Set([...Object.keys(old), ...Object.keys(now)]);
  return [...keys].filter((key) => old[key] !== now[key]);
}

function flat(config: FileConfig): Record<string, string> {
  return Object.fromEntries(entriesOf(config).map(([key, value]) => [key, JSON.stringify(value)]));
}

interface Rest {
  readonly dependencies: string;
  readonly others: string;
}

type Table = Record<string, unknown>;

/** A project's dependencies, and what is neither these nor ours, each as one text. */
async function restOf(path: string): Promise<Rest> {
  const text = await readFile(path, "utf8").catch(() => "");
  try {
    const all = parse(text) as Table & { project?: Table; tool?: Table };
    const { project = {}, tool = {}, "dependency-groups": groups, "build-system": build, ...others } = all;
    const { dependencies, "optional-dependencies": optional, "requires-python": python, ...about } = project;
    const { gunicov: _ours, poetry, uv, pdm, pixi, ...tools } = tool;
    const needed = [dependencies, optional, python, groups, build, poetry, uv, pdm, pixi];
    return { dependencies: JSON.stringify(needed), others: JSON.stringify([others, about, tools]) };
  } catch {
    return { dependencies: "", others: text };
  }
}
