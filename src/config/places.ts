/** What is watched, and what a change of a file means. */
import { existsSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { isEnvironmentFile, takesEffectAtStart } from "../core/start-file.ts";
import type { Settings } from "./settings.ts";
import { testPlaces } from "./test-places.ts";

/** What is known only once the server and its tests were found. */
export interface Found {
  /** Host paths that are mounted into the server's container, and into that of the tests. Null: it is on this machine. */
  readonly server: readonly string[] | null;
  readonly tests: readonly string[] | null;
}

/** Files right in the root that settings of pytest, coverage.py and gunicov come from. */
const SETTINGS_FILES = new Set([
  ..."gunicov.toml pyproject.toml pytest.ini .pytest.ini tox.ini setup.cfg conftest.py .coveragerc".split(
    " ",
  ),
  ".coveragerc.toml",
]);

/** Files right in the root by which settings of tests and coverage go: absolute, whether they are there or not. */
export function settingsFiles(root: string): readonly string[] {
  return [...SETTINGS_FILES].map((name) => join(root, name));
}

/** Tests on the host: absolute paths, by configuration or by what is there; null: they are in a container and nothing is configured. */
export function testSource(settings: Settings, found: Found): readonly string[] {
  if (settings.tests.source !== null) return settings.tests.source;
  if (found.tests === null) return testPlaces(settings.root, settings.tests.cwd, settings.tests.command);
  const ofServer = found.server ?? [];
  return mounts(found.tests).filter((path) => !ofServer.includes(path));
}

/** The server's source on the host: configured, or what is mounted into it and is not tests'. */
export function serverSource(settings: Settings, found: Found): readonly string[] {
  if (settings.source !== null) return settings.source;
  if (found.server === null) return [settings.root];
  const ofTests = testSource(settings, found);
  return mounts(found.server).filter((path) => !ofTests.includes(path));
}

export function placesOf(settings: Settings, found: Found) {
  const { root, ignore, include } = settings;
  const configured = settings.source ?? (found.server === null ? [root] : []);
  const mounted = settings.source === null ? mounts([...(found.server ?? []), ...(found.tests ?? [])]) : [];
  return {
    named: [...new Set([...configured, ...(settings.tests.source ?? [])])],
    found: [...new Set([...mounted, ...testSource(settings, found)])],
    beside: { directory: root, wanted: isBeside },
    ignore,
    include,
  };
}

function isBeside(name: string): boolean {
  return SETTINGS_FILES.has(name) || isEnvironmentFile(name) || takesEffectAtStart(name);
}

/** gunicov's own hook may be mounted into the server; nobody edits it there. */
function mounts(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => basename(path) !== "gunicov_hook.py" && !holdsHook(path));
}

function holdsHook(path: string): boolean {
  return existsSync(join(path, "gunicov_hook.py")) && existsSync(join(path, "gunicov_helper"));
}

/** Whether only a new start of the server takes a file in. What lies among the tests is theirs. */
export function isOfStart(path: string, settings: Settings, found: Found): boolean {
  const listed = basename(dirname(path)) === "requirements" && /\.(txt|in)$/.test(path);
  if (!listed && !takesEffectAtStart(basename(path)) && !isStartScript(path, settings)) return false;
  return !testSource(settings, found).some((tests) => !relative(tests, path).startsWith(".."));
}

/** The server's own command is a script of the project, or a shell's. */
function isStartScript(path: string, { local, root }: Settings): boolean {
  if (local === null || path.endsWith(".py") || !dirname(path).startsWith(root)) return false;
  const [program = "", script = ""] = local.command;
  const started = /(^|\/)(ba|da|z)?sh$/.test(program) ? [program, script] : [program];
  return started.some((word) => path === join(local.cwd, word));
}
