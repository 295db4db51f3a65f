/** From the command line and the configuration file to the settings. */
import type { HostLog } from "../adapters/host/log.ts";
import type { Asked } from "../config/arguments.ts";
import { readEnvironment } from "../config/environment.ts";
import { LiveSettings } from "../config/live.ts";
import { type Loaded, loadConfig } from "../config/load.ts";
import { type Beside, checkDirectories, inForce, mergeSettings } from "../config/settings.ts";
import type { Found } from "../core/found.ts";
import { ok, type Result } from "../core/result.ts";
import type { Ask } from "../discover/settle.ts";
import { ask, canAsk } from "./ask.ts";
import { seek } from "./found.ts";

/** What is said: by the file, and beside it. */
export interface Said {
  readonly loaded: Loaded;
  readonly beside: Beside;
  /** What was found in the project, for people; null: nothing was sought. */
  readonly found: Found | null;
}

/** `ask`: how the user is asked where two answers fit; null: nobody can be. */
export async function readConfiguration(
  asked: Asked,
  ask: Ask | null = null,
  tell = false,
): Promise<Result<Said>> {
  const loaded = await loadConfig(process.cwd(), asked.config);
  if (!loaded.ok) return loaded;
  const environment = readEnvironment(process.env);
  if (!environment.ok) return environment;
  const said = { loaded: loaded.value, environment: environment.value, flags: asked.flags };
  const sought = await seek(said, ask, tell);
  if (!sought.ok) return sought;
  const beside = { environment: environment.value, found: sought.value.layer };
  return ok({ loaded: sought.value.loaded, beside, found: sought.value.found });
}

/** The settings of a session; fails with what is wrong in the configuration. */
export async function openSettings(asked: Asked, log: HostLog): Promise<Result<LiveSettings>> {
  const askable = canAsk(asked.json);
  const said = await readConfiguration(asked, askable ? ask : null, askable);
  if (!said.ok) return said;
  const { loaded, beside, found } = said.value;
  const [flags, cwd] = [asked.flags, process.cwd()];
  const settings = mergeSettings(loaded, flags, cwd, beside);
  if (!settings.ok) return settings;
  log.root = settings.value.root;
  log.note({ what: "settings", settings: settings.value });
  const there = checkDirectories(settings.value, inForce(loaded, flags, cwd, beside));
  if (!there.ok) return there;
  return ok(new LiveSettings(loaded, settings.value, flags, cwd, beside, found));
}
