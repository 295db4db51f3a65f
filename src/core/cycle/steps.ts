/** The steps of a cycle, one after the other; each ends with `step.settled`. */
import type { StepOutput } from "../effect.ts";
import type { Settled } from "../event.ts";
import type { FactBody, TestCounts } from "../fact.ts";
import { type Failure, failure } from "../failure.ts";
import { withFastPaths } from "../fast-paths.ts";
import type { Policy } from "../policy.ts";
import { beginRun, booted } from "../program-writes.ts";
import { onCollected, onFlushed } from "./coverage.ts";
import { closeCycle } from "./end.ts";
import { failedWhileCancelled } from "./failed-while-cancelled.ts";
import { emit, type Progress, type State, type Transition } from "./state.ts";
import { openCycle, runStep } from "./transitions.ts";

/** The quiet period is over: the cycle begins with its check. */
export function startCycle(state: State, at: number): Transition {
  const checked: State = { ...state, loading: state.changes };
  const [opened, effects] = openCycle(checked, state.next ?? { reason: "rerun", select: [] }, at);
  const [next, running] = runStep(opened, at, {
    step: "checking",
    files: opened.changes,
    mustRestart: opened.mustRestart,
  });
  return [next, [...effects, ...running]];
}

/** The live step tells of a fact. Which fast paths it has taken is told once for the whole cycle, at its end. */
export function onProgress(state: State, fact: FactBody): Transition {
  const { progress } = state;
  if (fact.type === "diff" && progress !== null)
    return [{ ...state, progress: { ...progress, diff: fact } }, [emit(state, fact)]];
  if (fact.type === "combined" && progress !== null)
    return [{ ...state, progress: { ...progress, combined: fact } }, [emit(state, fact)]];
  if (fact.type !== "cycle.fast-paths" || progress === null) return [state, [emit(state, fact)]];
  const fastPaths = withFastPaths(progress.fastPaths, fact.paths);
  return [{ ...state, progress: { ...progress, fastPaths } }, []];
}

/** The live step has settled: the next one, or the end. */
export function onSettled(state: State, settled: Settled, at: number, policy: Policy): Transition {
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
      return toReporting(timed, state.whyGone.server ?? state.whyGone.tests ?? ENDED_EARLY, at);
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
    programWrites: booted(state.programWrites, at - progress.stepStartedAt),
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
  return { ...state, programWrites: beginRun(state.programWrites) };
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
