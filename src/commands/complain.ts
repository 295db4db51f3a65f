/** Says what can't even begin. */
import { FAILURE_EXIT, type Failure } from "../core/failure.ts";
import { refusedFacts } from "../core/refused.ts";

/** One clear message on stderr, with `json` the facts of a cycle that ended at once on stdout. Gives the exit code. */
export function complain(why: Failure, json: boolean): number {
  if (json)
    for (const fact of refusedFacts(why, Date.now())) process.stdout.write(`${JSON.stringify(fact)}\n`);
  else process.stderr.write(`gunicov: ${linesOfFailure(why).join("\n")}\n`);
  return FAILURE_EXIT[why.kind];
}

export function linesOfFailure({ message, fix, detail }: Failure): readonly string[] {
  return [message, fix, ...(detail === undefined ? [] : [detail])];
}
