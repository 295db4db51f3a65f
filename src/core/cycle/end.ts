/** A cycle's end, and what comes after it. */
import type { Diff } from "../changed-lines.ts";
import type { Effect } from "../effect.ts";
import type { FactBody } from "../fact.ts";
import { FAILURE_EXIT } from "../failure.ts";
import { cycleOutcome, exitCode } from "../outcome.ts";
import type { Policy } from "../policy.ts";
import { endRun } from "../program-writes.ts";
import type { Below } from "../report.ts";
import type { Request } from "../request.ts";
import { emit, type Progress, type State, type Transition } from "./state.ts";
import { locate, quietMs, startAnew, stop, wait } from "./transitions.ts";

/** The cycle is over: its outcome is said, and what waits begins. */
export function closeCycle(state: State, at: number, policy: Policy, cancelled: boolean): Transition {
  const { progress } = state;
  if (progress === null) return [state, []];
  const { failure: why, tests, ended, report, diff, combined, phases, startedAt, fastPaths } = progress;
  const exit = exitCode({ cancelled, failure: why, tests, ended, report, diff, combined });
  const fact: FactBody = {
    type: "cycle.finished",
    outcome: cycleOutcome(exit),
    exit_code: exit,
    ms: at - startedAt,
    phases,
  };
  const complete = tests !== null && progress.request.select.length === 0;
  const writes = endRun(state.programWrites, at, complete);
  const cutShort = cancelled && state.next?.reason === "change" ? state.cutShort + 1 : 0;
  const unsaved = isWhole(progress) ? 0 : state.unsaved + 1;
  const closed: State = {
    ...state,
    phase: "idle",
    progress: null,
    exit,
    programWrites: writes,
    cutShort,
    unsaved,
  };
  const [next, effects] = settle(closed, state.next, at, policy, quietMs(closed, policy.quietMs));
  const below = exit === 5 && report?.below ? [emit(state, belowFact(report.below))] : [];
  const little =
    exit === 5 && combined?.below ? [emit(state, belowFact(combined.below, "All coverage"))] : [];
  const few = exit === 5 && diff?.below ? [emit(state, fewFact(diff, diff.below.fail_under))] : [];
  const tells = !cancelled && fastPaths.length > 0;
  const taken = tells ? [emit(state, { type: "cycle.fast-paths", paths: fastPaths })] : [];
  return [
    next,
    [
      ...below,
      ...little,
      ...few,
      ...taken,
      emit(state, fact),
      ...effects,
      ...watchRecord(next, why?.kind === "coverage-dir"),
    ],
  ];
}

/** Whether nothing is known to be missing from its data. */
function isWhole({ failure: why, report }: Progress): boolean {
  return (why === null || FAILURE_EXIT[why.kind] !== 4) && report?.complete !== false;
}

/** The warning that the total is below its limit. */
export function belowFact({ total, fail_under: limit, by }: Below, what = "Coverage"): FactBody {
  const whose = by === "coverage" ? " in coverage.py's [report]" : "";
  return { type: "warning", message: `${what} is ${total} %, below fail_under = ${limit}${whose}.` };
}

function fewFact({ percent_display: percent }: Diff, limit: number): FactBody {
  const message = `Of the changed lines ${percent} % were run, below diff_fail_under = ${limit}.`;
  return { type: "warning", message };
}

/** Longest time between two looks, in seconds. */
const LONGEST_PAUSE = 60;

/** The more often in a row, the rarer the look: a record that can be written for a moment only must not have the tests run on and on. */
function watchRecord(state: State, broken: boolean): readonly Effect[] {
  if (state.unsaved === 0 || state.phase !== "idle" || state.server !== "up") return [];
  const pause = Math.min(2 ** (state.unsaved - 1), LONGEST_PAUSE);
  return [{ type: "watch-record", cycle: state.cycle, pause, broken }];
}

/** Nothing is live: stop, start what is waiting, or rest. */
export function settle(
  state: State,
  next: Request | null,
  at: number,
  policy: Policy,
  quietMs: number,
): Transition {
  const idle: State = { ...state, phase: "idle", next };
  if (state.quitting) return stop(idle, state.exit === 0 ? 130 : state.exit);
  if (policy.once && state.cycle > 0) return stop(idle, state.exit);
  if (state.anew) return startAnew(idle);
  if (state.server !== "up") {
    return state.returned || (next !== null && !state.saysWhenBack) ? locate(idle) : [idle, []];
  }
  if (next === null) return [idle, []];
  return wait(idle, at, policy, next.reason === "change" ? quietMs : 0);
}
