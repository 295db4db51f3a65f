import type { State } from "../../../core/cycle/state.ts";
import { warningCount } from "../../../core/tests-summary.ts";
import { clean, count } from "../../../core/text.ts";
import { verdict } from "../../../core/verdict.ts";
import type { Snapshot } from "../../../engine/handle.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import { fitSegments, type Segment, type Span, segment, span } from "../../../screen/span.ts";
import { afterBlock } from "./block.ts";
import { meter } from "./meter.ts";
import { Row } from "./row.tsx";

export interface NowProps {
  readonly snapshot: Snapshot;
  /** Epoch milliseconds. */
  readonly now: number;
  /** No line stands above it: it begins with the verdict. */
  readonly isFirst: boolean;
  readonly width: number;
}

/** Second line, of the cycle under way, or of the last one: the phase, tests so far, the live counter of data files. */
export function Now({ snapshot, now, isFirst, width }: NowProps) {
  const segments = [
    cycle(snapshot),
    segment(10, ...phase(snapshot, now)),
    tests(snapshot),
    besides(snapshot),
    files(snapshot),
    reason(snapshot),
  ];
  const spans = isFirst ? afterBlock(verdict(snapshot), segments, width) : fitSegments(segments, width);
  return <Row spans={spans} width={width} />;
}

const PHASES: Readonly<Record<State["phase"], string>> = {
  start: "looking for the server",
  idle: "waiting for a change",
  changed: "change seen",
  checking: "checking the change",
  restarting: "restarting the workers",
  testing: "testing",
  flushing: "flushing coverage",
  collecting: "computing the report",
  reporting: "writing reports",
  cancelling: "cancelling",
  stopped: "ended",
};

function phase({ state, content }: Snapshot, now: number): readonly Span[] {
  const words = isAnew(state) ? "starting the server anew" : PHASES[state.phase];
  if (state.phase === "idle" || state.phase === "stopped" || state.progress === null) {
    if (state.server === "gone") return [span(goneText(state), "error")];
    return [
      span(
        state.paused && state.phase === "idle"
          ? `${GLYPHS.paused} paused: Space resumes`
          : `${GLYPHS.resting} ${words}`,
        "dim",
      ),
    ];
  }
  const waiting = content.server.note === null ? "" : `: ${clean(content.server.note)}`;
  const { startedAt, stepStartedAt } = state.progress;
  const since = state.phase === "cancelling" ? startedAt : stepStartedAt;
  // Tenths of a second: milliseconds would flicker.
  const step = `${(Math.max(0, now - since) / 1000).toFixed(1)} s`;
  return [span(`${GLYPHS.here} ${words}`, "accent"), span(` ${step}`, "strong"), span(waiting, "warning")];
}

function isAnew({ phase: where, server, cycle }: State): boolean {
  return where === "start" && server === "unknown" && cycle > 0;
}

/** Where nothing waits it says what would help. */
function goneText({ whyGone, saysWhenBack, look, phase: where }: State): string {
  const testsOnly = whyGone.tests !== null && whyGone.server === null;
  if (saysWhenBack) return testsOnly ? "✗ tests gone: waiting for them" : "✗ server gone: waiting for it";
  if (where === "start" || look !== null) return "✗ server gone: looking for it";
  return "✗ server gone: a save or R starts it";
}

function tests({ content, state }: Snapshot): Segment {
  const { total, counts } = content.tests;
  const { passed, failed, errors, skipped } = counts;
  const done = passed + failed + errors + skipped;
  if (done === 0 && total === null) return segment(9);
  const of = total === null || (!content.cycle.running && total === done) ? "" : `/${total}`;
  const parts = [span(`tests ${done}${of}`, state.phase === "testing" ? "strong" : "plain")];
  if (passed > 0) parts.push(span(` ✓ ${passed}`, "good"));
  if (failed + errors > 0) parts.push(span(` ✗ ${failed + errors}`, "error"));
  if (skipped > 0) parts.push(span(` ${GLYPHS.leftOut} ${skipped}`, "dim"));
  return segment(9, ...parts);
}

/** That there is more to read, and by which key. */
function besides({ content: { tests: all, cycle } }: Snapshot): Segment {
  const total = warningCount(all.summary);
  if (cycle.running || total === 0) return segment(1);
  return segment(1, span(`${count(total, "warning")} (w)`, "dim"));
}

/** The live counter of data files. While they are being written it outranks the tests, which are over by then. */
function files({ content, state }: Snapshot): Segment {
  const { written, expected, state: how, lost } = content.counter;
  if (how === "none" && state.phase !== "flushing") return segment(8);
  if (expected === null) return segment(11, span("data …", "accent"));
  const text = `data ${written}/${expected}`;
  const share = expected === 0 ? 1 : written / expected;
  if (how === "counting") {
    return segment(
      11,
      span(`${text} `, "accent"),
      ...meter(share, Math.max(4, Math.min(expected, 12)), "accent"),
    );
  }
  if (how === "complete") return segment(8, span(`${text} ✓`, "good"));
  return segment(8, span(`${text} ✗`, "error"), span(lost.length > 0 ? ` ${lost.length} lost` : "", "error"));
}

/** Which cycle this line is of, where the line below is of another one. */
function cycle({ content, state }: Snapshot): Segment {
  if (state.progress === null) return segment(4);
  return segment(4, span(`cycle ${content.cycle.number}`, "dim"));
}

function reason({ content, state }: Snapshot): Segment {
  const { reason: why, files: changed, selected } = content.cycle;
  if (state.progress === null) return segment(2);
  if (selected > 0) return segment(3, span(`selection of ${count(selected, "test")}`, "dim"));
  const first = changed[0];
  if (why !== "change" || first === undefined) return segment(2);
  const more = changed.length > 1 ? ` and ${changed.length - 1} more` : "";
  return segment(3, span(`saved ${clean(first)}${more}`, "dim"));
}
