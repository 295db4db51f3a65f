import type { CycleOutcome } from "../../../core/fact.ts";
import { trust } from "../../../core/report.ts";
import type { ScreenContent } from "../../../core/screen-content.ts";
import { isStale } from "../../../core/stale.ts";
import { clean, count, duration } from "../../../core/text.ts";
import type { Snapshot } from "../../../engine/handle.ts";
import { fitSegments, type Segment, segment, span, type Tone } from "../../../screen/span.ts";
import { grade } from "../../../screen/table.ts";
import { Row } from "./row.tsx";

export interface LastProps {
  readonly snapshot: Snapshot;
  readonly width: number;
}

/** Third line: how the last cycle ended, the percentage with how complete it is, and how old. */
export function Last({ snapshot, width }: LastProps) {
  const { content } = snapshot;
  const isOld = isStale(snapshot);
  const segments = [coverage(content), stale(content, isOld), outcome(content, isOld), requests(content)];
  return <Row spans={fitSegments(segments, width)} width={width} />;
}

const OUTCOMES: Readonly<Record<CycleOutcome, { readonly glyph: string; readonly tone: Tone }>> = {
  passed: { glyph: "✓", tone: "good" },
  failed: { glyph: "✗", tone: "error" },
  incomplete: { glyph: "!", tone: "warning" },
  error: { glyph: "✗", tone: "error" },
  cancelled: { glyph: "○", tone: "dim" },
};

/** A percentage stands only beside what proves it: without all workers' data there is a reason instead. */
function coverage({ report }: ScreenContent): Segment {
  if (report === null) return segment(10, span("no report yet", "dim"));
  const { complete, reasons, totals } = report.value;
  if (!complete) {
    const [first, ...more] = reasons;
    const rest = more.length > 0 ? ` (and ${more.length} more)` : "";
    return segment(10, span(`incomplete: ${clean(first ?? "reason unknown")}${rest}`, "warning"));
  }
  const { percent_covered: percent, percent_covered_display: display } = totals;
  return segment(
    10,
    span("coverage "),
    span(`${display} %`, grade(percent)),
    span(" · ", "dim"),
    span(trust(report.value), reasons.length === 0 ? "good" : "warning"),
  );
}

function stale({ report }: ScreenContent, isOld: boolean): Segment {
  if (report === null) return segment(9);
  if (!isOld) return segment(5);
  return segment(9, span(`cycle ${report.cycle} · stale`, "warning"));
}

function outcome({ last, report }: ScreenContent, isOld: boolean): Segment {
  if (last === null) return segment(8);
  const { glyph, tone } = OUTCOMES[last.outcome];
  // The stale mark has just named the cycle: once is enough.
  const named = isOld && report?.cycle === last.cycle ? "" : `cycle ${last.cycle} `;
  const took = ` in ${duration(last.ms)}`;
  return segment(8, span(named, "dim"), span(`${glyph} ${last.outcome}`, tone), span(took, "dim"));
}

function requests({ report }: ScreenContent): Segment {
  const served = report?.value.requests ?? null;
  return served === null ? segment(4) : segment(4, span(`${count(served, "request")} served`, "dim"));
}
