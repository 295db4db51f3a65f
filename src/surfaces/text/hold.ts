/** A failing test waits until what the server logged while it ran has been read, and what comes after it waits too. */
import type { Fact } from "../../core/fact.ts";

/** What follows the tests at once: the server's last lines may be on their way still. */
const SOON: ReadonlySet<Fact["type"]> = new Set([
  "test.finished",
  "tests.told",
  "tests.finished",
  "warning",
  "note",
]);
/** A test that ended so long ago has all of its log, in ms. */
const LATE = 500;

export class Hold {
  #held: Fact[] = [];

  /** Takes a fact, and gives those that can be shown now, in order. */
  take(fact: Fact): readonly Fact[] {
    const [first] = this.#held;
    const waits = first === undefined ? isFailing(fact) : SOON.has(fact.type) && fact.at - first.at < LATE;
    this.#held.push(fact);
    if (waits) return [];
    if (!SOON.has(fact.type)) return this.#held.splice(0);
    // Those that failed since then wait for theirs.
    const next = this.#held.findIndex((one) => isFailing(one) && fact.at - one.at < LATE);
    return this.#held.splice(0, next < 0 ? this.#held.length : next);
  }
}

function isFailing(fact: Fact): boolean {
  return fact.type === "test.finished" && (fact.outcome === "failed" || fact.outcome === "error");
}
