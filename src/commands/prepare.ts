/** What would else be found out only when the tests have run. */
import { GitChanges } from "../adapters/host/git-changes.ts";
import { preparePlaces } from "../adapters/host/wanted-places.ts";
import type { Settings } from "../config/settings.ts";
import type { Failure } from "../core/failure.ts";

/** Why reports can't be written, or changed lines can't be known; null: nothing is in the way. */
export async function prepare(settings: Settings, watching: boolean): Promise<Failure | null> {
  const places = await preparePlaces(settings.reports, !watching);
  if (places !== null || settings.diff === null) return places;
  const changes = await new GitChanges(settings.root, () => settings.diff).since(settings.diff.base);
  return changes.ok ? null : changes.failure;
}
