/** The facts of a cycle that could not even begin, for those who read facts only. */
import { reduce } from "./cycle/cycle.ts";
import { INITIAL } from "./cycle/state.ts";
import { FACT_VERSION, type Fact } from "./fact.ts";
import type { Failure } from "./failure.ts";
import { ONCE } from "./policy.ts";

/** As the look for a target that is not there: started, error, finished with its exit code. `at` is epoch milliseconds. */
export function refusedFacts(why: Failure, at: number): readonly Fact[] {
  const [, effects] = reduce(
    INITIAL,
    { type: "look.failed", failure: why, alive: false, saysWhenBack: false, at },
    ONCE,
  );
  const emitted = effects.filter((effect) => effect.type === "emit");
  return emitted.map(({ cycle, fact }, index) => ({ v: FACT_VERSION, seq: index + 1, cycle, at, ...fact }));
}
