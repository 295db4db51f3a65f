/** From the command line and the configuration file to the settings. */
import type { HostLog } from "../adapters/host/log.ts";
import type { Asked } from "../config/arguments.ts";
import { LiveSettings } from "../config/live.ts";
import { loadConfig } from "../config/load.ts";
import { checkDirectories, mergeSettings } from "../config/settings.ts";
import { ok, type Result } from "../core/result.ts";

/** The settings of a session; fails with what is wrong in the configuration. */
export async function openSettings(asked: Asked, log: HostLog): Promise<Result<LiveSettings>> {
  const loaded = await loadConfig(process.cwd(), asked.config);
  if (!loaded.ok) return loaded;
  const settings = mergeSettings(loaded.value, asked.flags, process.cwd());
  if (!settings.ok) return settings;
  log.root = settings.value.root;
  log.note({ what: "settings", settings: settings.value });
  const there = checkDirectories(settings.value);
  if (!there.ok) return there;
  return ok(new LiveSettings(loaded.value, settings.value, asked.flags, process.cwd()));
}
