/** What would else be found out only when the tests have run. */
import { AlsoData } from "../adapters/host/also-data.ts";
import { GitChanges } from "../adapters/host/git-changes.ts";
import { preparePlaces } from "../adapters/host/wanted-places.ts";
import type { Settings } from "../config/settings.ts";
import { type Failure, failure } from "../core/failure.ts";

/** Why reports can't be written, or what they need can't be had; null: nothing is in the way. */
export async function prepare(
  { reports, diff, also, root }: Settings,
  watching: boolean,
): Promise<Failure | null> {
  const places = await preparePlaces(reports, !watching);
  if (places !== null) return places;
  const missing = watching ? null : await missingData(also, root);
  if (missing !== null) return missing;
  const changes = diff === null ? null : await new GitChanges(root, () => diff).since(diff.base);
  return changes === null || changes.ok ? null : changes.failure;
}

async function missingData(all: Settings["also"], root: string): Promise<Failure | null> {
  for (const { name, data, command } of all) {
    const why = command === null ? await new AlsoData(name, data, root).missing() : null;
    const fix =
      "Run the tests that write it before gunicov, or correct `data` under [[tool.gunicov.also]]: from the project's root.";
    if (why !== null) return failure("config", `${name}: ${why}.`, fix);
  }
  return null;
}
