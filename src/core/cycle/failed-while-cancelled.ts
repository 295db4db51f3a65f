/** A step that fails by itself while it is cancelled: the cycle has no failure, and what went wrong is said all the same. */

import type { Settled } from "../event.ts";
import type { FactBody } from "../fact.ts";
import type { Failure } from "../failure.ts";
import type { State } from "./state.ts";

/** Failures of the code: where that has been saved anew since, the next cycle tells. */
const OF_CODE: ReadonlySet<Failure["kind"]> = new Set(["check-failed", "boot-error", "mount-lag"]);

/** What is said of the live step's end; null: nothing, for it was merely cancelled, or a loss that has been told ended it. */
export function failedWhileCancelled({ live, lost, next }: State, settled: Settled): FactBody | null {
  if (settled.status !== "failed" || live === null) return null;
  if (lost.server !== null || lost.tests !== null) return null;
  const { kind, message } = settled.failure;
  const old = next?.reason === "change" && OF_CODE.has(kind);
  return { type: old ? "note" : "warning", message: `Cancelled while ${live}, which has failed: ${message}` };
}
