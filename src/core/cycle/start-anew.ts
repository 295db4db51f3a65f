/** The user wants the server started: what is stopped, or one of gunicov's own anew. */
import { mergeRequests } from "../request.ts";
import type { State, Transition } from "./state.ts";
import { abort, locate, startAnew } from "./transitions.ts";

/**
 * The user has what was stopped started again: only then is anything started that gunicov did not create. What runs is
 * started anew only where gunicov has started it itself.
 */
export function onStartAnew(state: State): Transition {
  switch (startAnewMeans(state)) {
    case "start":
      return locate(state, true);
    case "anew":
      return startServerAnew(state);
    case "wait":
    case "never":
      return [state, []];
  }
}

/** What starting the server anew comes to now. `wait`: nothing, for it is looked for, or started, at this moment. */
export type StartAnewMeans = "start" | "anew" | "wait" | "never";

/** What it comes to in this state, for the screen as well. */
export function startAnewMeans({ server, phase, ownServer, quitting }: State): StartAnewMeans {
  if (quitting || phase === "stopped") return "never";
  if (server === "gone") return phase === "idle" ? "start" : "wait";
  if (server === "unknown") return "wait";
  return ownServer ? "anew" : "never";
}

/** A whole cycle follows: the server may be another one now. */
function startServerAnew(state: State): Transition {
  const next = mergeRequests(state.next, { reason: "rerun", select: [] });
  const wanted: State = { ...state, next, anew: true };
  if (state.phase === "cancelling" || state.phase === "reporting") return [wanted, []];
  return state.live === null ? startAnew(wanted) : abort(wanted);
}
