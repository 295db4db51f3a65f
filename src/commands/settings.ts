/** From the command line and the configuration file to the settings. */
import type { HostLog } from "../adapters/host/log.ts";
import type { Asked } from "../config/arguments.ts";
import { readEnvironment } from "../config/environment.ts";
import { NO_LAYER } from "../config/layers.ts";
import { LiveSettings } from "../config/live.ts";
import { type Loaded, loadConfig } from "../config/load.ts";
import { type Beside, checkDirectories, inForce, mergeSettings } from "../config/settings.ts";
import { ok, type Result } from "../core/result.ts";

/** What is said: by the file, and beside it. */
export interface Said {
  readonly loaded: Loaded;
  readonly beside: Beside;
}

export async function readConfiguration(asked: Asked): Promise<Result<Said>> {
  const loaded = await loadConfig(process.cwd(), asked.config);
  if (!loaded.ok) return loaded;
  const environment = readEnvironment(process.env);
  if (!environment.ok) return environment;
  return ok({ loaded: loaded.value, beside: { environment: environment.value, found: NO_LAYER } });
}

/** The settings of a session; fails with what is wrong in the configuration. */
export async function openSettings(asked: Asked, log: HostLog): Promise<Result<LiveSettings>> {
  const said = await readConfiguration(asked);
  if (!said.ok) return said;
  const { loaded, beside } = said.value;
  const [flags, cwd] = [asked.flags, process.cwd()];
  const settings = mergeSettings(loaded, flags, cwd, beside);
  if (!settings.ok) return settings;
  log.root = settings.value.root;
  log.note({ what: "settings", settings: settings.value });
  const there = checkDirectories(settings.value, inForce(loaded, flags, cwd, beside));
  if (!there.ok) return there;
  return ok(new LiveSettings(loaded, settings.value, flags, cwd, beside));
}
