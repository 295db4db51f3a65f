/** What the workers' data comes to: complete or not, the report, its comparison with coverage.py's own. */
import type { Flush } from "../effect.ts";
import type { FactBody } from "../fact.ts";
import { lossReasons } from "../loss.ts";
import { type Asked, noRequests, unknownRequests } from "../no-requests.ts";
import type { Policy } from "../policy.ts";
import type { Report } from "../report.ts";
import { differenceWarning, type SelfCheck } from "../self-check.ts";
import { belowFact } from "./end.ts";
import { emit, type Progress, type State, type Transition } from "./state.ts";
import { runStep } from "./transitions.ts";

/** The workers have saved, or are lost: whether the data is complete is said, and it is collected. */
export function onFlushed(
  state: State,
  progress: Progress,
  output: Flush,
  at: number,
  { requests }: Policy,
): Transition {
  const partial = progress.request.select.length > 0;
  const doubted = { ...output, notes: [...output.notes, ...progress.doubts] };
  const flush = withArrivals(doubted, { ran: progress.ran, requests }, partial);
  const said = flush.notes
    .slice(output.notes.length)
    .map((message) => emit(state, { type: "warning", message }));
  const { expected, written, lost } = flush;
  const reasons = lossReasons(flush);
  const flushed: State = { ...state, progress: { ...progress, flush } };
  const [next, effects] = runStep(flushed, at, { step: "collecting", flush, partial });
  const fact: FactBody =
    reasons.length === 0
      ? { type: "coverage.complete", expected, written, lost }
      : { type: "coverage.incomplete", expected, written, lost, reasons };
  return [next, [...said, emit(state, fact), ...effects]];
}

/** With what is to be said where nobody came. A selection may well need no server: of that it is a note. */
function withArrivals(flush: Flush, asked: Asked, partial: boolean): Flush {
  const nobody = noRequests(flush, asked);
  const note = partial && nobody !== null ? nobody : unknownRequests(flush, asked);
  return {
    ...flush,
    reasons: nobody === null || partial ? flush.reasons : [...flush.reasons, nobody],
    notes: note === null ? flush.notes : [...flush.notes, note],
  };
}

/** The report is there: it is said, and then kept. */
export function onCollected(state: State, progress: Progress, report: Report, at: number): Transition {
  const collected: State = { ...state, progress: { ...progress, report } };
  const [next, effects] = runStep(collected, at, { step: "reporting", report });
  // A warning stands until the next cycle has ended, and this one is still so.
  const still = state.differences.length > 0 ? [emit(state, differenceFact(state.differences))] : [];
  return [next, [...still, emit(state, { type: "report", ...report }), ...effects]];
}

function differenceFact(differences: readonly string[]): FactBody {
  return { type: "warning", message: differenceWarning(differences) };
}

/** Where coverage.py says something else its numbers replace ours, unless another cycle has begun, which will have them. */
export function onChecked(state: State, cycle: number, check: SelfCheck): Transition {
  const { differences, report } = check;
  if (differences.length === 0) return [state, []];
  const differing: State = { ...state, differences };
  const said = [emit(state, differenceFact(differences))];
  const { progress } = state;
  if (report === null || cycle !== state.cycle) return [differing, said];
  const corrected = emit(state, { type: "report", ...report });
  if (progress !== null) {
    if (state.phase !== "reporting") return [differing, said];
    return [{ ...differing, progress: { ...progress, report } }, [...said, corrected]];
  }
  const under = report.complete && report.below !== null ? [emit(state, belowFact(report.below))] : [];
  return [differing, [...said, corrected, ...under]];
}

/** Said once, for as long as it stays so. */
export function onKept(state: State, message: string | null): Transition {
  const said = message === null || message === state.notKept;
  return [{ ...state, notKept: message }, said ? [] : [emit(state, { type: "warning", message })]];
}
