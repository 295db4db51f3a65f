/** The state of the cycle, and what a transition is. */
import type { Diff } from "../changed-lines.ts";
import type { Combined } from "../combined.ts";
import type { Effect, Flush } from "../effect.ts";
import type { FactBody, FastPath, Step, TestCounts } from "../fact.ts";
import type { Failure } from "../failure.ts";
import { NO_PROGRAM_WRITES, type ProgramWrites } from "../program-writes.ts";
import type { Report } from "../report.ts";
import type { Request } from "../request.ts";
import { withDoctor } from "../set-up.ts";

export type Phase = "start" | "idle" | "changed" | Step | "cancelling" | "stopped";

/** What the cycle under way has come to know. */
export interface Progress {
  readonly request: Request;
  readonly startedAt: number;
  readonly stepStartedAt: number;
  readonly phases: Partial<Record<Step, number>>;
  readonly tests: TestCounts | null;
  /** They all passed, and their command did not end well. */
  readonly ended: boolean;
  /** How many tests were carried out. */
  readonly ran: number;
  /** Why others may have asked the server, too. */
  readonly doubts: readonly string[];
  readonly flush: Flush | null;
  readonly report: Report | null;
  /** Changed lines, judged by that report. */
  readonly diff: Diff | null;
  /** Other measurements, together with that report. */
  readonly combined: Combined | null;
  readonly failure: Failure | null;
  /** As its steps have told. */
  readonly fastPaths: readonly FastPath[];
}

/** What is known when a cycle begins: nothing yet. */
export function beginProgress(request: Request, at: number): Progress {
  return {
    request,
    startedAt: at,
    stepStartedAt: at,
    phases: {},
    tests: null,
    ended: false,
    ran: 0,
    doubts: [],
    flush: null,
    report: null,
    diff: null,
    combined: null,
    failure: null,
    fastPaths: [],
  };
}

/** What has gone, and why. */
export interface WhyGone {
  readonly server: Failure | null;
  readonly tests: Failure | null;
}

export const NOTHING_GONE: WhyGone = { server: null, tests: null };

export interface State {
  readonly phase: Phase;
  /** Number of the cycle under way, or of the last one. */
  readonly cycle: number;
  /** The step whose effect has not settled. */
  readonly live: Step | null;
  /** All that a cycle needs: the server, and where its tests run. */
  readonly server: "unknown" | "up" | "gone";
  /** gunicov has started it itself, and may start it anew. */
  readonly ownServer: boolean;
  /** The user wants it started anew: when what is under way has settled. */
  readonly anew: boolean;
  /** What the world says has gone, and why; none: all that is known is that the look failed. */
  readonly whyGone: WhyGone;
  /** What has gone tells by itself when it is back: a save is not worth a look. */
  readonly saysWhenBack: boolean;
  /** Why the last look failed; null: none has since it was found. */
  readonly lookFailure: Failure | null;
  /** How many looks in a row that nobody asked for have found the same. */
  readonly looks: number;
  /** The look under way is one of those. */
  readonly unasked: boolean;
  /** Something was saved during the look, which may have come too late for it. */
  readonly again: boolean;
  /** The look under way was made for that reason. */
  readonly lookedAgain: boolean;
  /** Token of the `look` that is to come; null: none is. */
  readonly look: number | null;
  /** It came back while something was under way: look for it when that has settled. */
  readonly returned: boolean;
  readonly paused: boolean;
  /** Where gunicov's own numbers were not coverage.py's: its own are shown since. */
  readonly differences: readonly string[];
  /** Why the last report could not be kept for editors, once that is said. */
  readonly notKept: string | null;
  /** How many cycles in a row have not all of their data. */
  readonly unsaved: number;
  /** The user has asked to end. */
  readonly quitting: boolean;
  /** Files changed since the last restart that booted without error: what has to be checked and loaded. */
  readonly changes: readonly string[];
  /** Those of `changes` that the cycle under way has checked: a restart takes them in. */
  readonly loading: readonly string[];
  /** How many cycles in a row were cancelled by a change. */
  readonly cutShort: number;
  /** Whose the changes are that come while something runs. */
  readonly programWrites: ProgramWrites;
  /** Changes counted while paused, not yet run. */
  readonly held: number;
  /** No restart of ours has booted yet on this server: what its workers run is not known. */
  readonly mustRestart: boolean;
  /** What the next cycle is to do; null: nothing is waiting. */
  readonly next: Request | null;
  readonly progress: Progress | null;
  /** The quiet period under way. */
  readonly quiet: { readonly token: number; readonly since: number } | null;
  readonly token: number;
  readonly exit: number;
}

export const INITIAL: State = {
  phase: "start",
  cycle: 0,
  live: null,
  server: "unknown",
  ownServer: false,
  anew: false,
  whyGone: { server: null, tests: null },
  saysWhenBack: false,
  lookFailure: null,
  looks: 0,
  unasked: false,
  again: false,
  lookedAgain: false,
  look: null,
  returned: false,
  paused: false,
  differences: [],
  notKept: null,
  unsaved: 0,
  quitting: false,
  changes: [],
  loading: [],
  cutShort: 0,
  programWrites: NO_PROGRAM_WRITES,
  held: 0,
  mustRestart: true,
  next: null,
  progress: null,
  quiet: null,
  token: 0,
  exit: 0,
};

/** A state and what is to be done, in order. */
export type Transition = readonly [State, readonly Effect[]];

/** What happens between two cycles belongs to the next: `cycle.finished` is the last fact of its own. */
export function factCycle(state: State): number {
  return state.progress === null ? state.cycle + 1 : state.cycle;
}

/** The effect that tells a fact. Of a failure of the set-up it says who looks at the whole of that. */
export function emit(state: State, fact: FactBody): Effect {
  const told = fact.type === "error" ? { ...fact, fix: withDoctor(fact) } : fact;
  return { type: "emit", cycle: factCycle(state), fact: told };
}

/** Whether an answer is of the live step. */
export function isCurrent(state: State, answer: { readonly cycle: number; readonly step: Step }): boolean {
  return answer.cycle === state.cycle && answer.step === state.live;
}
