/** What the log has of a cycle: what happened, what was decided, what was done. What helper and runner say is there already. */
import type { State } from "../core/cycle/state.ts";
import type { Effect } from "../core/effect.ts";
import type { Event } from "../core/event.ts";
import type { Fact } from "../core/fact.ts";
import type { Report } from "../core/report.ts";
import type { Note } from "../ports/log.ts";

/** An event, and the phases before and after it. */
export function noteOfEvent(event: Event, before: State, after: State): Note | null {
  if (event.type === "step.progress") return null;
  const phase = before.phase === after.phase ? after.phase : `${before.phase} → ${after.phase}`;
  const about = { what: "event", phase, cycle: after.cycle };
  if (event.type !== "step.settled") return { ...about, ...withoutTime(event) };
  const { step, settled } = event;
  const ms = event.at - (before.progress?.stepStartedAt ?? event.at);
  const { status } = settled;
  if (status === "failed") return { ...about, type: event.type, step, ms, status, failure: settled.failure };
  return {
    ...about,
    type: event.type,
    step,
    ms,
    status,
    ...(status === "done" ? outputOf(settled.output) : {}),
  };
}

function withoutTime({ at: _, ...event }: Event): object {
  return event.type === "report.checked" ? { ...event, check: event.check.differences } : event;
}

function outputOf(output: object): object {
  return { output: "report" in output ? { ...output, report: shortened(output.report as Report) } : output };
}

/** Of a report what says how far it can be believed. */
function shortened({ files, ...report }: Report): object {
  return { ...report, files: files.length };
}

export function noteOfEffect(effect: Effect): Note | null {
  if (effect.type === "emit") return null;
  if (effect.type !== "run") return { what: "effect", ...effect };
  const { input, cycle } = effect;
  const given =
    "report" in input && input.report !== null ? { ...input, report: shortened(input.report) } : input;
  return { what: "effect", type: "run", cycle, input: given };
}

/** Single tests and data files are what runner and helper have said. */
const SAID: ReadonlySet<Fact["type"]> = new Set(["test.finished", "coverage.file"]);

export function noteOfFact(fact: Fact): Note | null {
  if (SAID.has(fact.type)) return null;
  return { what: "fact", fact: fact.type === "report" ? { ...fact, files: fact.files.length } : fact };
}
