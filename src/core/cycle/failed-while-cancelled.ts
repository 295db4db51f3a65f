/** A step that fails by itself while it is cancelled: the cycle has no failure, and what went wrong is said all the same. */

import type { Settled } from "../event.ts";
import type { FactBody } from "../fact.ts";
import type { Failure } from "../failure.ts";
import type { State } from "./state.ts";

/** Failures of the code: where that has been saved again since, the next cycle tells. */
const OF_CODE: ReadonlySet<Failure["kind"]> = new Set(["check-failed", "boot-error", "mount-lag"]);

/** What is said of the live step's end; null: nothing, for it was merely cancelled, or it ended because something is gone, which has been said. */
export function failedWhileCancelled({ live, whyGone, next }: State, settled: Settled): FactBody | null {
  if (settled.status !== "failed" || live === null) return null;
  if (whyGone.server !== null || whyGone.tests !== null) return null;
  const { kind, message } = settled.failure;
  const old = next?.reason === "change" && OF_CODE.has(kind);
  return { type: old ? "note" : "warning", message: `Cancelled while ${live}, which has failed: ${message}` };
}
