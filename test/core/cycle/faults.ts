/** Deliberate faults, each put into the reducer from outside: the property tests must catch every one. */
import type { State } from "../../../src/core/cycle/state.ts";
import { NO_PROGRAM_WRITES } from "../../../src/core/program-writes.ts";
import type { Reduce } from "./world.ts";

export interface Fault {
  readonly name: string;
  readonly into: (reduce: Reduce) => Reduce;
}

const RUNNING = new Set<State["phase"]>(["checking", "restarting", "testing", "flushing", "collecting"]);

export const FAULTS: readonly Fault[] = [
  {
    name: "answers of an old cycle are taken for this one's",
    into: (reduce) => (state, event, policy) =>
      event.type === "step.settled"
        ? reduce(state, { ...event, cycle: state.cycle }, policy)
        : reduce(state, event, policy),
  },
  {
    name: "a change does not wait for the death of the step under way",
    into: (reduce) => (state, event, policy) =>
      event.type === "files.changed" && RUNNING.has(state.phase)
        ? reduce({ ...state, phase: "idle", live: null, progress: null, server: "up" }, event, policy)
        : reduce(state, event, policy),
  },
  {
    name: "a cancelled cycle is idle at once",
    into: (reduce) => (state, event, policy) => {
      const [next, effects] = reduce(state, event, policy);
      return event.type === "cancel" && next.phase === "cancelling"
        ? [{ ...next, phase: "idle" }, effects]
        : [next, effects];
    },
  },
  {
    name: "a change during the report is forgotten",
    into: (reduce) => (state, event, policy) =>
      event.type === "files.changed" && state.phase === "reporting"
        ? [state, []]
        : reduce(state, event, policy),
  },
  {
    name: "a cancelled cycle does not say that it has ended",
    into: (reduce) => (state, event, policy) => {
      const [next, effects] = reduce(state, event, policy);
      const silent = effects.filter(
        (effect) => effect.type !== "emit" || effect.fact.type !== "cycle.finished",
      );
      return state.phase === "cancelling" ? [next, silent] : [next, effects];
    },
  },
  {
    name: "an old timer starts a cycle",
    into: (reduce) => (state, event, policy) =>
      event.type === "quiet" && state.quiet
        ? reduce(state, { ...event, token: state.quiet.token }, policy)
        : reduce(state, event, policy),
  },
  {
    name: "what changes while something runs is taken for written by it",
    into: (reduce) => (state, event, policy) => {
      if (event.type !== "files.changed" || !RUNNING.has(state.phase)) return reduce(state, event, policy);
      return reduce(state, { ...event, byServer: event.files }, policy);
    },
  },
  {
    name: "a file that the tests write starts cycles for ever",
    into: (reduce) => (state, event, policy) =>
      reduce({ ...state, programWrites: NO_PROGRAM_WRITES }, event, policy),
  },
];
