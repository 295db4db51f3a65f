/** The server, and where its tests run: found, gone, looked for again. Each `on…` answers the event of that name (../event.ts). */
import type { Event } from "../event.ts";
import type { Reason } from "../fact.ts";
import type { Failure } from "../failure.ts";
import type { Policy } from "../policy.ts";
import type { Request } from "../request.ts";
import { closeCycle, settle } from "./end.ts";
import { emit, NOTHING_GONE, type State, type Transition, type WhyGone } from "./state.ts";
import { locate, openCycle } from "./transitions.ts";

const FOUND = {
  server: "up",
  whyGone: NOTHING_GONE,
  saysWhenBack: false,
  lookFailure: null,
  looks: 0,
  again: false,
  lookedAgain: false,
  returned: false,
} satisfies Partial<State>;

export function onFound(state: State, event: Event & { type: "target.found" }, policy: Policy): Transition {
  if (state.phase !== "start") return [state, []];
  const found: State = { ...state, ...FOUND, ownServer: event.ownServer, mustRestart: true };
  const reason: Reason = state.cycle === 0 ? "start" : "back";
  const [next, effects] = settle(found, state.next ?? { reason, select: [] }, event.at, policy, 0);
  const fact = emit(found, {
    type: "server.back",
    name: event.name,
    master: event.master,
    warnings: event.warnings,
    coverage: event.coverage,
  });
  return [next, [fact, ...effects]];
}

export function onGone(state: State, what: keyof WhyGone, why: Failure, saysWhenBack: boolean): Transition {
  const whyGone: WhyGone = { ...state.whyGone, [what]: why };
  const gone: State = { ...state, server: "gone", whyGone, saysWhenBack, returned: false, mustRestart: true };
  // The look for it settles with this failure by itself, and it is said once that it is gone.
  if (state.phase === "start" || state.whyGone[what] !== null) return [gone, []];
  const { message, fix } = why;
  const said = emit(state, { type: what === "server" ? "server.lost" : "tests.lost", message, fix });
  if (state.phase === "changed") {
    const waiting: State = { ...gone, phase: "idle", quiet: null };
    if (saysWhenBack) return [waiting, [said]];
    const [next, effects] = locate(waiting);
    return [next, [said, ...effects]];
  }
  // So does every step but one: tests know nothing of the server, and may wait for its answer for ever.
  if (state.phase === "testing") return [gone, [said, { type: "abort", cycle: state.cycle }]];
  return [gone, [said]];
}

/** Milliseconds until the next look that nobody asks for; twice as many each time, up to the last. */
const FIRST_LOOK_MS = 2_000;

const LAST_LOOK_MS = 10_000;

/** The look failed: that is a whole cycle, one that ended at once, but where nobody has asked and nothing is new. */
export function onLookFailed(
  state: State,
  event: Event & { type: "look.failed" },
  policy: Policy,
): Transition {
  const { failure: why, alive, saysWhenBack, at } = event;
  if (state.phase !== "start") return [state, []];
  const known = state.unasked && state.next === null && state.lookFailure?.message === why.message;
  const gone: State = {
    ...state,
    server: "gone",
    whyGone: NOTHING_GONE,
    saysWhenBack: saysWhenBack || state.saysWhenBack,
    lookFailure: why,
    looks: known ? state.looks + 1 : 0,
    mustRestart: true,
  };
  const [next, effects] = known ? settle(gone, null, at, policy, 0) : failedLook(gone, why, at, policy);
  const later = alive && next.phase === "idle" && !policy.once;
  if (!later) return [next, effects];
  const token = next.token + 1;
  const ms = Math.min(FIRST_LOOK_MS * 2 ** next.looks, LAST_LOOK_MS);
  return [{ ...next, token, look: token }, [...effects, { type: "look-later", ms, token }]];
}

function failedLook(gone: State, why: Failure, at: number, policy: Policy): Transition {
  const [started, effects] = openCycle(gone, gone.next ?? { reason: "start", select: [] }, at);
  const progress = started.progress && { ...started.progress, failure: why };
  // Once: what a server writes when it fails to start must not start it for ever.
  const again = gone.again && !gone.lookedAgain;
  const next: Request | null = again ? { reason: "change", select: [] } : null;
  const failed: State = { ...started, progress, next, lookedAgain: again };
  const [closed, closing] = closeCycle(failed, at, policy, false);
  return [closed, [...effects, emit(started, { type: "error", ...why }), ...closing]];
}

export function onLook(state: State, token: number): Transition {
  const wanted =
    token === state.look && state.phase === "idle" && state.server === "gone" && !state.saysWhenBack;
  if (!wanted || state.quitting) return [state, []];
  const [next, effects] = locate(state);
  return [{ ...next, unasked: true }, effects];
}

export function onBack(state: State, what: keyof WhyGone): Transition {
  if (state.server !== "gone" || state.quitting) return [state, []];
  const whyGone: WhyGone = { ...state.whyGone, [what]: null };
  const back: State = { ...state, whyGone };
  // The other one is still gone: a look would only find that out.
  if (whyGone.server !== null || whyGone.tests !== null) return [back, []];
  return state.phase === "idle" ? locate(back) : [{ ...back, returned: true }, []];
}
