/** Transitions that several events lead to: a look, a quiet period, a cycle that begins, a step that runs, an end. */
import type { StepInput } from "../effect.ts";
import type { FactBody } from "../fact.ts";
import type { Policy } from "../policy.ts";
import type { Request } from "../request.ts";
import { beginProgress, emit, type State, type Transition } from "./state.ts";

/** Look for the server and its tests; `start`: what is stopped is to be started first. */
export function locate(state: State, start = false): Transition {
  const looking: State = {
    ...state,
    phase: "start",
    saysWhenBack: false,
    unasked: false,
    again: false,
    look: null,
  };
  return [{ ...looking, returned: false, anew: false }, [{ type: "locate", start }]];
}

/** Stop a server of gunicov's own, and look for the one that is started in its place. */
export function startAnew(state: State): Transition {
  const why = "the server is started anew (R)";
  const said = state.server === "gone" ? [] : [emit(state, { type: "server.restarting", why })];
  const stopped: State = { ...state, server: "unknown", quiet: null, mustRestart: true };
  const [next, effects] = locate(state.server === "gone" ? state : stopped, true);
  return [next, [...said, ...effects]];
}

/** A cycle begins when nothing more has come for `quietMs`; a storm is waited for at most `policy.ceilingMs`. */
export function wait(state: State, at: number, policy: Policy, quietMs: number): Transition {
  const since = state.quiet?.since ?? at;
  const token = state.token + 1;
  const ms = Math.max(0, Math.min(quietMs, since + policy.ceilingMs - at));
  return [{ ...state, phase: "changed", quiet: { token, since }, token }, [{ type: "wait", ms, token }]];
}

/** With the usual quiet period of 60 ms: up to a second. */
const MOST_DOUBLINGS = 4;

/** Silence that a change has to wait for, usually so many ms: longer with each cycle in a row that a change has cut short, for a storm of saves is no cycle each. */
export function quietMs({ cutShort }: State, usual: number): number {
  return usual * 2 ** Math.min(Math.max(0, cutShort - 1), MOST_DOUBLINGS);
}

/** The next cycle has begun, and that is said; none of its steps runs yet. */
export function openCycle(state: State, wanted: Request, at: number): Transition {
  const progress = beginProgress(wanted, at);
  const next: State = { ...state, cycle: state.cycle + 1, next: null, quiet: null, held: 0, progress };
  const fact: FactBody = {
    type: "cycle.started",
    reason: wanted.reason,
    files: state.changes,
    selected: wanted.select.length,
  };
  return [next, [emit(next, fact)]];
}

/** That step of the cycle under way runs now. */
export function runStep(state: State, at: number, input: StepInput): Transition {
  const progress = state.progress && { ...state.progress, stepStartedAt: at };
  return [
    { ...state, phase: input.step, live: input.step, progress },
    [{ type: "run", cycle: state.cycle, input }],
  ];
}

/** End the live step; what is to come waits until it has settled. */
export function abort(state: State): Transition {
  return [{ ...state, phase: "cancelling" }, [{ type: "abort", cycle: state.cycle }]];
}

/** gunicov ends, with that exit code. */
export function stop(state: State, exit: number): Transition {
  return [{ ...state, phase: "stopped", exit }, [{ type: "stop", exit }]];
}
