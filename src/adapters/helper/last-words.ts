/** What a local server says last. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Failure } from "../../core/failure.ts";
import type { Target } from "../../ports/target.ts";

/** How long a server of ours may take to end when its master has, and how often it is looked at, in ms. */
const LAST_WORDS = 8_000;
const PAUSE = 50;

/** Why a server of ours has ended, which is known once all of it has; null: it is not ours, or only its master has. */
export async function lastWords(target: Target): Promise<Failure | null> {
  if (target.saysWhenBack) return null;
  const until = performance.now() + LAST_WORDS;
  for (;;) {
    const why = await target.whyGone();
    if (why !== null || performance.now() > until) return why;
    await sleep(PAUSE);
  }
}
