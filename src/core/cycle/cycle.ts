/**
 * The cycle: what gunicov does next, decided without doing it.
 *
 *              target.found                      files.changed / rerun
 *     start ───────────────► changed ◄──────────────────────────────────┐
 *       ▲  look.failed          │ ▲ files.changed (wait again)          │
 *       │  ──────► idle         │ └───────┐                             │
 *       │         (gone)  quiet ▼         │                             │
 *       │            ┌─────────────────┐  │                             │
 *       │            │ checking        │──┘                             │
 *       │            │   ▼     (fresh: │                              idle ◄─┐
 *       │            │ restarting  ──┐ │                                ▲    │
 *       │            │   ▼           ▼ │  any failure                   │    │
 *       │            │ testing  ◄──────│──────────────┐                 │    │
 *       │            │   ▼             │              ▼    settled      │    │
 *       │            │ flushing        │          reporting ────────────┤    │
 *       │            │   ▼             │              ▲    (queued:     │    │
 *       │            │ collecting ─────│──────────────┘     changed)    │    │
 *       │            └────────┬────────┘                                │    │
 *       │   change, rerun,    │ abort                                   │    │
 *       │   cancel, quit      ▼                                         │    │
 *       │                 cancelling ── settled ────────────────────────┘    │
 *       │                     │ quit again: kill          quit: stopped      │
 *       └── target.back, files.changed, look (idle, server gone), start-anew ┘
 *
 * Invariants, held by the property tests: at most one step is live; `idle`, `changed`, `start` and
 * `stopped` have none; an answer of another cycle or step changes nothing; each cycle that emits
 * `cycle.started` emits `cycle.finished` once, as its last fact.
 */
import type { Event } from "../event.ts";
import type { Policy } from "../policy.ts";
import { besideRun, knownAside } from "../program-writes.ts";
import { onChecked, onKept } from "./coverage.ts";
import { onCancel, onFiles, onPause, onQuit, onRecordWritable, onRerun } from "./requests.ts";
import { onStartAnew } from "./start-anew.ts";
import { INITIAL, isCurrent, type State, type Transition } from "./state.ts";
import { onProgress, onSettled, startCycle } from "./steps.ts";
import { onBack, onFound, onGone, onLook, onLookFailed } from "./target.ts";

/** The engine's first effects: look for the target. */
export function begin(): Transition {
  return [INITIAL, [{ type: "locate", start: false }]];
}

/** The next state and what to do. Pure; total over every state and event. */
export function reduce(state: State, event: Event, policy: Policy): Transition {
  // The user insists while things are being closed.
  if (state.phase === "stopped") return [state, event.type === "quit" ? [{ type: "kill" }] : []];
  switch (event.type) {
    case "target.found":
      return onFound(state, event, policy);
    case "target.gone":
      return onGone(state, event.what, event.failure, event.saysWhenBack);
    case "look.failed":
      return onLookFailed(state, event, policy);
    case "look":
      return onLook(state, event.token);
    case "target.back":
      return onBack(state, event.what);
    case "record.writable":
      return onRecordWritable(state, event.cycle, event.at, policy);
    case "report.checked":
      return onChecked(state, event.cycle, event.check);
    case "report.kept":
      return onKept(state, event.failure?.message ?? null);
    case "also.command": {
      if (event.running && state.progress !== null) return [state, []];
      return [{ ...state, programWrites: besideRun(state.programWrites, event.at, event.running) }, []];
    }
    case "start-anew":
      return onStartAnew(state);
    case "files.changed":
      return onFiles(state, event, policy);
    case "aside.known":
      return [{ ...state, programWrites: knownAside(state.programWrites, event.names) }, []];
    case "quiet":
      return event.token === state.quiet?.token ? startCycle(state, event.at) : [state, []];
    case "step.progress":
      return isCurrent(state, event) && state.phase !== "cancelling"
        ? onProgress(state, event.fact)
        : [state, []];
    case "step.settled":
      return isCurrent(state, event) ? onSettled(state, event.settled, event.at, policy) : [state, []];
    case "rerun":
      return onRerun(state, event.select, event.at, policy);
    case "pause":
      return onPause(state, event.paused, event.at, policy);
    case "cancel":
      return onCancel(state);
    case "quit":
      return onQuit(state);
  }
}
