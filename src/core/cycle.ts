/**
 * The cycle: what gunicov does next, decided without doing it.
 *
 *              target.found                      files.changed / rerun
 *     start ───────────────► changed ◄──────────────────────────────────┐
 *       ▲  target.missing       │ ▲ files.changed (wait again)          │
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
 *       └── target.back, files.changed, look (idle, server gone), revive ────┘
 *
 * Invariants, held by the property tests: at most one step is live; `idle`, `changed`, `start` and
 * `stopped` have none; an answer of another cycle or step changes nothing; each cycle that emits
 * `cycle.started` emits `cycle.finished` once, as its last fact.
 */
import type { Effect, Flush, StepInput, StepOutput } from "./effect.ts";
import type { Event, Settled } from "./event.ts";
import type { FactBody, Reason, Step, TestCounts } from "./fact.ts";
import { failedWhileCancelled } from "./failed-while-cancelled.ts";
import { FAILURE_EXIT, type Failure, failure } from "./failure.ts";
import { lossReasons } from "./loss.ts";
import { type Asked, noRequests, unknownRequests } from "./no-requests.ts";
import { cycleOutcome, exitCode } from "./outcome.ts";
import type { Policy } from "./policy.ts";
import type { Below, Report } from "./report.ts";
import { mergeRequests, type Request } from "./request.ts";
import { differenceWarning, type SelfCheck } from "./self-check.ts";
import {
  beginRun,
  booted,
  endRun,
  isEdited,
  judge,
  knownAside,
  NOTHING_WRITTEN,
  type Written,
} from "./written.ts";

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
  readonly failure: Failure | null;
}

/** What has gone, and why. */
export interface Lost {
  readonly server: Failure | null;
  readonly tests: Failure | null;
}

const NOTHING_LOST: Lost = { server: null, tests: null };

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
  readonly lost: Lost;
  /** What has gone tells by itself when it is back: a save is not worth a look. */
  readonly told: boolean;
  /** Why the last look failed; null: none has since it was found. */
  readonly missing: Failure | null;
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
  readonly written: Written;
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

/** With the usual quiet period of 60 ms: up to a second. */
const MOST_DOUBLINGS = 4;

export const INITIAL: State = {
  phase: "start",
  cycle: 0,
  live: null,
  server: "unknown",
  ownServer: false,
  anew: false,
  lost: { server: null, tests: null },
  told: false,
  missing: null,
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
  written: NOTHING_WRITTEN,
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
    case "target.lost":
      return onLost(state, event.what, event.failure, event.told);
    case "target.missing":
      return onMissing(state, event, policy);
    case "look":
      return onLook(state, event.token);
    case "target.back":
      return onBack(state, event.what);
    case "mended":
      return onMended(state, event.cycle, event.at, policy);
    case "report.checked":
      return onChecked(state, event.cycle, event.check);
    case "report.kept":
      return onKept(state, event.failure?.message ?? null);
    case "revive":
      return onRevive(state);
    case "files.changed":
      return onFiles(state, event, policy);
    case "aside.known":
      return [{ ...state, written: knownAside(state.written, event.names) }, []];
    case "quiet":
      return event.token === state.quiet?.token ? startCycle(state, event.at) : [state, []];
    case "step.progress":
      return isCurrent(state, event) && state.phase !== "cancelling"
        ? [state, [emit(state, event.fact)]]
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

/** What happens between two cycles belongs to the next: `cycle.finished` is the last fact of its own. */
export function factCycle(state: State): number {
  return state.progress === null ? state.cycle + 1 : state.cycle;
}

function emit(state: State, fact: FactBody): Effect {
  return { type: "emit", cycle: factCycle(state), fact };
}

function isCurrent(state: State, answer: { readonly cycle: number; readonly step: Step }): boolean {
  return answer.cycle === state.cycle && answer.step === state.live;
}

// ── The target ──────────────────────────────────────────────────────────────────────────────────

const FOUND = {
  server: "up",
  lost: NOTHING_LOST,
  told: false,
  missing: null,
  looks: 0,
  again: false,
  lookedAgain: false,
  returned: false,
} as const;

function onFound(state: State, event: Event & { type: "target.found" }, policy: Policy): Transition {
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

function onLost(state: State, what: keyof Lost, why: Failure, told: boolean): Transition {
  const lost: Lost = { ...state.lost, [what]: why };
  const gone: State = { ...state, server: "gone", lost, told, returned: false, mustRestart: true };
  // The look for it settles with this failure by itself, and one loss is told once.
  if (state.phase === "start" || state.lost[what] !== null) return [gone, []];
  const { message, fix } = why;
  const said = emit(state, { type: what === "server" ? "server.lost" : "tests.lost", message, fix });
  if (state.phase === "changed") {
    const waiting: State = { ...gone, phase: "idle", quiet: null };
    if (told) return [waiting, [said]];
    const [next, effects] = locate(waiting);
    return [next, [said, ...effects]];
  }
  // So does every step but one: tests know nothing of the server, and may wait for its answer for ever.
  if (state.phase === "testing") return [gone, [said, { type: "abort", cycle: state.cycle }]];
  return [gone, [said]];
}

/** The look failed: that is a whole cycle, one that ended at once, but where nobody has asked and nothing is new. */
function onMissing(state: State, event: Event & { type: "target.missing" }, policy: Policy): Transition {
  const { failure: why, alive, told, at } = event;
  if (state.phase !== "start") return [state, []];
  const known = state.unasked && state.next === null && state.missing?.message === why.message;
  const gone: State = {
    ...state,
    server: "gone",
    lost: NOTHING_LOST,
    told: told || state.told,
    missing: why,
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

/** Milliseconds until the next look that nobody asks for; twice as many each time, up to the last. */
const FIRST_LOOK_MS = 2_000;
const LAST_LOOK_MS = 10_000;

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

function onLook(state: State, token: number): Transition {
  const wanted = token === state.look && state.phase === "idle" && state.server === "gone" && !state.told;
  if (!wanted || state.quitting) return [state, []];
  const [next, effects] = locate(state);
  return [{ ...next, unasked: true }, effects];
}

function onBack(state: State, what: keyof Lost): Transition {
  if (state.server !== "gone" || state.quitting) return [state, []];
  const lost: Lost = { ...state.lost, [what]: null };
  const back: State = { ...state, lost };
  // The other one is still away: a look would only find that out.
  if (lost.server !== null || lost.tests !== null) return [back, []];
  return state.phase === "idle" ? locate(back) : [{ ...back, returned: true }, []];
}

function locate(state: State, start = false): Transition {
  const looking: State = { ...state, phase: "start", told: false, unasked: false, again: false, look: null };
  return [{ ...looking, returned: false, anew: false }, [{ type: "locate", start }]];
}

/**
 * The user has what was stopped started again: only then is anything started that gunicov did not create. What runs is
 * started anew only where gunicov has started it itself.
 */
function onRevive(state: State): Transition {
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

function startAnew(state: State): Transition {
  const why = "the server is started anew (R)";
  const said = state.server === "gone" ? [] : [emit(state, { type: "server.restarting", why })];
  const stopped: State = { ...state, server: "unknown", quiet: null, mustRestart: true };
  const [next, effects] = locate(state.server === "gone" ? state : stopped, true);
  return [next, [...said, ...effects]];
}

// ── What the user and the watcher want ──────────────────────────────────────────────────────────

function onFiles(state: State, event: Event & { type: "files.changed" }, policy: Policy): Transition {
  const { files, at } = event;
  const judged = judge(state.written, files, event.byServer ?? [], at, event.named);
  const { written, counted, worth } = judged;
  const changes = [...new Set([...state.changes, ...files])];
  // A file that changes again after its check must be checked again, and a restart may have loaded it before that.
  const loading = state.loading.filter((file) => !files.includes(file));
  const changed: State = { ...state, changes, loading, written };
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

/** Silence that a change has to wait for, usually so many ms: longer with each cycle in a row that a change has cut short, for a storm of saves is no cycle each. */
function quietMs({ cutShort }: State, usual: number): number {
  return usual * 2 ** Math.min(Math.max(0, cutShort - 1), MOST_DOUBLINGS);
}

function onRerun(state: State, select: readonly string[], at: number, policy: Policy): Transition {
  return request(state, { reason: "rerun", select }, at, policy, 0);
}

function onPause(state: State, paused: boolean, at: number, policy: Policy): Transition {
  const next: State = { ...state, paused, held: 0 };
  if (paused || state.held === 0) return [{ ...next, held: state.held }, []];
  return request(next, { reason: "change", select: [] }, at, policy, 0);
}

/** One cycle, which finds out whether that is all; paused, when resumed. */
function onMended(state: State, cycle: number, at: number, policy: Policy): Transition {
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
        // A key is a wish to look again, and so is a save, but for what will say by itself that it is back.
        const look = wanted.reason === "rerun" || !state.told;
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

function wait(state: State, at: number, policy: Policy, quietMs: number): Transition {
  const since = state.quiet?.since ?? at;
  const token = state.token + 1;
  const ms = Math.max(0, Math.min(quietMs, since + policy.ceilingMs - at));
  return [{ ...state, phase: "changed", quiet: { token, since }, token }, [{ type: "wait", ms, token }]];
}

function abort(state: State): Transition {
  return [{ ...state, phase: "cancelling" }, [{ type: "abort", cycle: state.cycle }]];
}

function onCancel(state: State): Transition {
  if (state.phase === "changed") return [{ ...state, phase: "idle", next: null, quiet: null }, []];
  if (state.phase === "cancelling") return [{ ...state, next: null, anew: false }, []];
  if (state.live === null || state.phase === "reporting") return [state, []];
  return abort({ ...state, next: null, anew: false });
}

function onQuit(state: State): Transition {
  if (state.quitting) return [{ ...state, phase: "stopped", live: null, exit: 130 }, [{ type: "kill" }]];
  const quitting: State = { ...state, quitting: true, next: null, quiet: null };
  if (state.phase === "cancelling" || state.phase === "reporting") return [quitting, []];
  if (state.live !== null) return abort(quitting);
  return stop(quitting, 130);
}

function stop(state: State, exit: number): Transition {
  return [{ ...state, phase: "stopped", exit }, [{ type: "stop", exit }]];
}

// ── The steps ───────────────────────────────────────────────────────────────────────────────────

function startCycle(state: State, at: number): Transition {
  const checked: State = { ...state, loading: state.changes };
  const [opened, effects] = openCycle(checked, state.next ?? { reason: "rerun", select: [] }, at);
  const [next, running] = runStep(opened, at, {
    step: "checking",
    files: opened.changes,
    mustRestart: opened.mustRestart,
  });
  return [next, [...effects, ...running]];
}

function openCycle(state: State, wanted: Request, at: number): Transition {
  const progress: Progress = {
    request: wanted,
    startedAt: at,
    stepStartedAt: at,
    phases: {},
    tests: null,
    ended: false,
    ran: 0,
    doubts: [],
    flush: null,
    report: null,
    failure: null,
  };
  const next: State = { ...state, cycle: state.cycle + 1, next: null, quiet: null, held: 0, progress };
  const fact: FactBody = {
    type: "cycle.started",
    reason: wanted.reason,
    files: state.changes,
    selected: wanted.select.length,
  };
  return [next, [emit(next, fact)]];
}

function runStep(state: State, at: number, input: StepInput): Transition {
  const progress = state.progress && { ...state.progress, stepStartedAt: at };
  return [
    { ...state, phase: input.step, live: input.step, progress },
    [{ type: "run", cycle: state.cycle, input }],
  ];
}

function onSettled(state: State, settled: Settled, at: number, policy: Policy): Transition {
  const timed = settleStep(state, settled, at);
  if (state.phase === "reporting") return onReported(timed, settled, at, policy);
  // A step that finished although it was aborted still counts: a restart that booted has loaded its files.
  if (state.phase === "cancelling") {
    const [closed, effects] = closeCycle(timed, at, policy, true);
    const said = failedWhileCancelled(state, settled);
    return [closed, [...(said === null ? [] : [emit(state, said)]), ...effects]];
  }
  switch (settled.status) {
    case "done":
      return onDone(timed, settled.output, at, policy);
    case "failed":
      return toReporting(timed, settled.failure, at);
    case "aborted":
      return toReporting(timed, state.lost.server ?? state.lost.tests ?? ENDED_EARLY, at);
  }
}

const ENDED_EARLY = failure("internal", "A step ended as if cancelled.", "Run again with a.");

/** Books the time of the step that has settled, and what a restart has loaded. */
function settleStep(state: State, settled: Settled, at: number): State {
  const step = state.live;
  const { progress } = state;
  if (step === null || progress === null) return state;
  const phases = { ...progress.phases, [step]: at - progress.stepStartedAt };
  const next: State = { ...state, live: null, progress: { ...progress, phases } };
  // Whom a flush that failed has left is not known.
  if (step === "flushing" && settled.status === "failed") return { ...next, mustRestart: true };
  if (step !== "restarting") return next;
  if (settled.status !== "done") return { ...next, loading: [], mustRestart: true };
  const loaded = new Set(state.loading);
  return {
    ...next,
    changes: state.changes.filter((file) => !loaded.has(file)),
    loading: [],
    mustRestart: false,
    written: booted(state.written, at - progress.stepStartedAt),
  };
}

function onDone(state: State, output: StepOutput, at: number, policy: Policy): Transition {
  const { progress } = state;
  if (progress === null) return [state, []];
  switch (output.step) {
    case "checking":
      return output.restart ? toRestart(state, output.why, at) : toTests(state, at, output.generation);
    case "restarting":
      return runStep(state, at, { step: "testing", select: progress.request.select });
    case "testing":
      return onTested(state, progress, output, at);
    case "flushing":
      return onFlushed(state, progress, output, at, policy);
    case "collecting":
      return onCollected(state, progress, output.report, at);
    case "reporting":
      return [state, []];
  }
}

function toRun(state: State): State {
  return { ...state, written: beginRun(state.written) };
}

function toRestart(state: State, why: string, at: number): Transition {
  const [next, effects] = runStep(toRun(state), at, { step: "restarting" });
  return [next, [emit(state, { type: "server.restarting", why }), ...effects]];
}

/** The workers are fresh: the tests can run on them as they are. */
function toTests(state: State, at: number, generation: number): Transition {
  const select = state.progress?.request.select ?? [];
  const [next, effects] = runStep(toRun(state), at, { step: "testing", select });
  const ready: FactBody = { type: "server.ready", generation, workers: [], ms: 0, restarted: false };
  return [next, [emit(state, ready), ...effects]];
}

function onTested(
  state: State,
  progress: Progress,
  { passed, failed, errors, skipped, xfailed, xpassed, ran, ended, doubts }: StepOutput & { step: "testing" },
  at: number,
): Transition {
  const counts: TestCounts = { passed, failed, errors, skipped };
  const tested: State = {
    ...state,
    progress: { ...progress, tests: counts, ran, ended: ended !== null, doubts },
  };
  const [next, effects] = runStep(tested, at, { step: "flushing" });
  const ms = progress.phases.testing ?? 0;
  const said = ended === null ? [] : [emit(state, { type: "error", ...ended })];
  return [
    next,
    [emit(state, { type: "tests.finished", ...counts, xfailed, xpassed, ms }), ...said, ...effects],
  ];
}

function onFlushed(
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

function onCollected(state: State, progress: Progress, report: Report, at: number): Transition {
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
function onChecked(state: State, cycle: number, check: SelfCheck): Transition {
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
function onKept(state: State, message: string | null): Transition {
  const said = message === null || message === state.notKept;
  return [{ ...state, notKept: message }, said ? [] : [emit(state, { type: "warning", message })]];
}

function toReporting(state: State, why: Failure, at: number): Transition {
  const failed: State = { ...state, progress: state.progress && { ...state.progress, failure: why } };
  const [next, effects] = runStep(failed, at, { step: "reporting", report: state.progress?.report ?? null });
  return [next, [emit(state, { type: "error", ...why }), ...effects]];
}

/** Reports that could not be written are said, and are the cycle's failure where it has no other. */
function onReported(state: State, settled: Settled, at: number, policy: Policy): Transition {
  if (settled.status !== "failed") return closeCycle(state, at, policy, false);
  const why = state.progress?.failure ?? settled.failure;
  const failed: State = { ...state, progress: state.progress && { ...state.progress, failure: why } };
  const [next, effects] = closeCycle(failed, at, policy, false);
  return [next, [emit(state, { type: "error", ...settled.failure }), ...effects]];
}

function belowFact({ total, fail_under: limit, by }: Below): FactBody {
  const whose = by === "coverage" ? " in coverage.py's [report]" : "";
  return { type: "warning", message: `Coverage is ${total} %, below fail_under = ${limit}${whose}.` };
}

function closeCycle(state: State, at: number, policy: Policy, cancelled: boolean): Transition {
  const { progress } = state;
  if (progress === null) return [state, []];
  const { failure: why, tests, ended, report, phases, startedAt } = progress;
  const exit = exitCode({ cancelled, failure: why, tests, ended, report });
  const fact: FactBody = {
    type: "cycle.finished",
    outcome: cycleOutcome(exit),
    exit_code: exit,
    ms: at - startedAt,
    phases,
  };
  const complete = tests !== null && progress.request.select.length === 0;
  const written = endRun(state.written, at, complete);
  const cutShort = cancelled && state.next?.reason === "change" ? state.cutShort + 1 : 0;
  const unsaved = isWhole(progress) ? 0 : state.unsaved + 1;
  const closed: State = { ...state, phase: "idle", progress: null, exit, written, cutShort, unsaved };
  const [next, effects] = settle(closed, state.next, at, policy, quietMs(closed, policy.quietMs));
  const below = exit === 5 && report?.below ? [emit(state, belowFact(report.below))] : [];
  return [next, [...below, emit(state, fact), ...effects, ...watchMend(next, why?.kind === "coverage-dir")]];
}

/** Whether nothing is known to be missing from its data. */
function isWhole({ failure: why, report }: Progress): boolean {
  return (why === null || FAILURE_EXIT[why.kind] !== 4) && report?.complete !== false;
}

/** Longest time between two looks, in seconds. */
const LONGEST_PAUSE = 60;

/** The more often in a row, the rarer the look: what is mended for a moment only must not have the tests run on and on. */
function watchMend(state: State, broken: boolean): readonly Effect[] {
  if (state.unsaved === 0 || state.phase !== "idle" || state.server !== "up") return [];
  const pause = Math.min(2 ** (state.unsaved - 1), LONGEST_PAUSE);
  return [{ type: "watch-mend", cycle: state.cycle, pause, broken }];
}

/** Nothing is live: stop, start what is waiting, or rest. */
function settle(state: State, next: Request | null, at: number, policy: Policy, quietMs: number): Transition {
  const idle: State = { ...state, phase: "idle", next };
  if (state.quitting) return stop(idle, state.exit === 0 ? 130 : state.exit);
  if (policy.once && state.cycle > 0) return stop(idle, state.exit);
  if (state.anew) return startAnew(idle);
  if (state.server !== "up") {
    return state.returned || (next !== null && !state.told) ? locate(idle) : [idle, []];
  }
  if (next === null) return [idle, []];
  return wait(idle, at, policy, next.reason === "change" ? quietMs : 0);
}
