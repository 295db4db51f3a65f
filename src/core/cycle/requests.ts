/** What the user and the watcher ask for. Each `on…` answers the event of that name (../event.ts). */
import type { Effect } from "../effect.ts";
import type { Event } from "../event.ts";
import type { Policy } from "../policy.ts";
import { isEdited, judge } from "../program-writes.ts";
import { mergeRequests, type Request } from "../request.ts";
import { factCycle, type State, type Transition } from "./state.ts";
import { abort, locate, quietMs, stop, wait } from "./transitions.ts";

export function onFiles(state: State, event: Event & { type: "files.changed" }, policy: Policy): Transition {
  const { files, at } = event;
  const judged = judge(state.programWrites, files, event.byServer ?? [], at, event.named);
  const { writes, counted, worth } = judged;
  const changes = [...new Set([...state.changes, ...files])];
  // A file that changes again after its check must be checked again, and a restart may have loaded it before that.
  const loading = state.loading.filter((file) => !files.includes(file));
  const changed: State = { ...state, changes, loading, programWrites: writes };
  const aside: readonly Effect[] = judged.aside.map((name) => ({
    type: "set-aside",
    cycle: factCycle(state),
    name,
  }));
  if (worth === "nothing") return [changed, aside];
  if (state.paused) return [{ ...changed, held: state.held + counted.length }, aside];
  // Nobody can tell what a server writes that is not found: its log must not have it looked for again and again.
  if (state.phase === "idle" && state.server !== "up" && !counted.some(isEdited)) return [changed, aside];
  const wanted: Request = { reason: "change", select: [] };
  const asPolicy: Policy = worth === "another" ? { ...policy, onChange: "queue" } : policy;
  const usual = state.phase === "idle" ? policy.firstQuietMs : policy.quietMs;
  const [next, effects] = request(changed, wanted, at, asPolicy, quietMs(changed, usual));
  return [next, [...aside, ...effects]];
}

export function onRerun(state: State, select: readonly string[], at: number, policy: Policy): Transition {
  return request(state, { reason: "rerun", select }, at, policy, 0);
}

export function onPause(state: State, paused: boolean, at: number, policy: Policy): Transition {
  const next: State = { ...state, paused, held: 0 };
  if (paused || state.held === 0) return [{ ...next, held: state.held }, []];
  return request(next, { reason: "change", select: [] }, at, policy, 0);
}

/** One cycle, which finds out whether that is all; paused, when resumed. */
export function onRecordWritable(state: State, cycle: number, at: number, policy: Policy): Transition {
  if (cycle !== state.cycle || state.phase !== "idle" || state.server !== "up") return [state, []];
  if (state.paused) return [{ ...state, held: state.held + 1 }, []];
  return request(state, { reason: "back", select: [] }, at, policy, 0);
}

/** Something is to be run: now, after a quiet period, or when what is under way has settled. */
function request(state: State, wanted: Request, at: number, policy: Policy, quietMs: number): Transition {
  const next = mergeRequests(state.next, wanted);
  const queued: State = { ...state, next };
  switch (state.phase) {
    case "start":
      return [{ ...queued, again: queued.again || wanted.reason === "change" }, []];
    case "cancelling":
    case "reporting":
    case "stopped":
      return [queued, []];
    case "idle":
      if (state.server !== "up") {
        // A key asks for another look, and so is a save, but for what will say by itself that it is back.
        const look = wanted.reason === "rerun" || !state.saysWhenBack;
        return look ? locate({ ...queued, lookedAgain: false }) : [queued, []];
      }
      return wait(queued, at, policy, quietMs);
    case "changed":
      return wait(queued, at, policy, quietMs);
    default:
      if (policy.onChange === "queue" && wanted.reason === "change") return [queued, []];
      return abort(queued);
  }
}

export function onCancel(state: State): Transition {
  if (state.phase === "changed") return [{ ...state, phase: "idle", next: null, quiet: null }, []];
  if (state.phase === "cancelling") return [{ ...state, next: null, anew: false }, []];
  if (state.live === null || state.phase === "reporting") return [state, []];
  return abort({ ...state, next: null, anew: false });
}

export function onQuit(state: State): Transition {
  if (state.quitting) return [{ ...state, phase: "stopped", live: null, exit: 130 }, [{ type: "kill" }]];
  const quitting: State = { ...state, quitting: true, next: null, quiet: null };
  if (state.phase === "cancelling" || state.phase === "reporting") return [quitting, []];
  if (state.live !== null) return abort(quitting);
  return stop(quitting, 130);
}
