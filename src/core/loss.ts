import type { Flush } from "./effect.ts";

/** Why a flush is not complete, a line each. */
export function lossReasons(flush: Flush): readonly string[] {
  const lost = flush.lost.map(
    (worker) => `worker ${worker.pid ?? `#${worker.age}`} lost data: ${worker.cause}`,
  );
  const known = [...flush.reasons, ...lost];
  const missing = flush.expected - flush.written - flush.lost.length;
  return missing > 0 ? [...known, `${missing} of ${flush.expected} data files were not written`] : known;
}
