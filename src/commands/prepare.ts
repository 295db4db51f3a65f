/** What would else be found out only when the tests have run. */
import { HostAlso } from "../adapters/host/also.ts";
import { GitChanges } from "../adapters/host/git-changes.ts";
import { preparePlaces } from "../adapters/host/wanted-places.ts";
import type { Settings } from "../config/settings.ts";
import type { Failure } from "../core/failure.ts";

/** Why reports can't be written, or what they need can't be had; null: nothing is in the way. */
export async function prepare(
  { reports, diff, also, root }: Settings,
  watching: boolean,
): Promise<Failure | null> {
  const places = await preparePlaces(reports, !watching);
  if (places !== null) return places;
  const others = watching ? null : await new HostAlso(root, also).read();
  if (others !== null && !others.ok) return others.failure;
  const changes = diff === null ? null : await new GitChanges(root, () => diff).since(diff.base);
  return changes === null || changes.ok ? null : changes.failure;
}
