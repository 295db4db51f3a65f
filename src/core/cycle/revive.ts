/** The user wants the server started: what is stopped, or one of gunicov's own anew. */
import { mergeRequests } from "../request.ts";
import type { State, Transition } from "./state.ts";
import { abort, locate, startAnew } from "./transitions.ts";

/**
 * The user has what was stopped started again: only then is anything started that gunicov did not create. What runs is
 * started anew only where gunicov has started it itself.
 */
export function onRevive(state: State): Transition {
  switch (reviveMeans(state)) {
    case "start":
      return locate(state, true);
    case "restart":
      return restartServer(state);
    case "wait":
    case "never":
      return [state, []];
  }
}

/** What the wish to have the server started again comes to. `wait`: nothing, for it is looked for, or started, just now. */
export type Revive = "start" | "restart" | "wait" | "never";

/** What it comes to in this state, for the screen as well. */
export function reviveMeans({ server, phase, ownServer, quitting }: State): Revive {
  if (quitting || phase === "stopped") return "never";
  if (server === "gone") return phase === "idle" ? "start" : "wait";
  if (server === "unknown") return "wait";
  return ownServer ? "restart" : "never";
}

/** A whole cycle follows: the server may be another one now. */
function restartServer(state: State): Transition {
  const next = mergeRequests(state.next, { reason: "rerun", select: [] });
  const wanted: State = { ...state, next, anew: true };
  if (state.phase === "cancelling" || state.phase === "reporting") return [wanted, []];
  return state.live === null ? startAnew(wanted) : abort(wanted);
}
