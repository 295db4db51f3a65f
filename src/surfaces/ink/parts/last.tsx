import type { Delta } from "../../../core/delta.ts";
import type { CycleEnd } from "../../../core/ended-cycle.ts";
import type { CycleOutcome } from "../../../core/fact.ts";
import { trust } from "../../../core/report.ts";
import { isStale } from "../../../core/stale.ts";
import { clean, count, duration } from "../../../core/text.ts";
import type { Snapshot } from "../../../engine/handle.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import { fitSegments, type Segment, type Span, segment, span, type Tone } from "../../../screen/span.ts";
import { grade } from "../../../screen/table.ts";
import { Row } from "./row.tsx";

export interface LastProps {
  readonly snapshot: Snapshot;
  /** Against another cycle's report; null: there is none. */
  readonly delta: Delta | null;
  readonly width: number;
}

/** Third line: the cycle that ended last, all of it of that one: its coverage, how it ended, its requests. Of a table of another cycle it says so first. */
export function Last({ snapshot, delta, width }: LastProps) {
  const { last } = snapshot.content;
  if (last === null) return <Row spans={[span("no report yet", "dim")]} width={width} />;
  const old = isStale(snapshot);
  const segments = [
    table(snapshot, old),
    coverage(last, last.cycle === snapshot.content.report?.cycle ? delta : null),
    together(snapshot),
    outcome(last, old),
    requests(last),
  ];
  return <Row spans={fitSegments(segments, width)} width={width} />;
}

const OUTCOMES: Readonly<Record<CycleOutcome, { readonly glyph: string; readonly tone: Tone }>> = {
  passed: { glyph: `${GLYPHS.passed} `, tone: "good" },
  failed: { glyph: `${GLYPHS.failed} `, tone: "error" },
  incomplete: { glyph: "", tone: "warning" },
  error: { glyph: `${GLYPHS.failed} `, tone: "error" },
  cancelled: { glyph: "", tone: "dim" },
};

/** The table's cycle, where it is another one. */
function table({ content: { report, last } }: Snapshot, old: boolean): Segment {
  if (report === null || report.cycle === last?.cycle) return segment(6);
  return segment(6, span(`table: cycle ${report.cycle}${old ? " · stale" : ""}`, "warning"));
}

/** A percentage stands only beside what proves it: without all workers' data there is a reason instead. */
function coverage({ coverage: of, selected }: CycleEnd, delta: Delta | null): Segment {
  if (of === null) return segment(7, span("not measured", "dim"));
  const { complete, reasons, totals, partial } = of;
  if (!complete) {
    const [first, ...more] = reasons;
    const rest = more.length > 0 ? ` (and ${more.length} more)` : "";
    return segment(10, span(`incomplete: ${clean(first ?? "reason unknown")}${rest}`, "warning"));
  }
  const { percent_covered: percent, percent_covered_display: display } = totals;
  return segment(
    10,
    span(partial ? `selection of ${count(selected, "test")} ` : "coverage "),
    span(`${display} %`, partial ? "plain" : grade(percent)),
    ...change(delta),
    span(" · ", "dim"),
    span(trust(of), reasons.length === 0 ? "good" : "warning"),
  );
}

/** What the cycle's report comes to with other measurements; nothing where the table is another cycle's. */
function together({ content: { also, combined, report, last } }: Snapshot): Segment {
  if (also.names.length === 0 || report === null || report.cycle !== last?.cycle) return segment(5);
  if (combined === null) {
    const what = also.running === null ? "…" : `… ${clean(also.running.name)} runs`;
    return segment(5, span(`all ${what}`, "dim"));
  }
  const { complete, reasons, totals } = combined.value;
  const [first = ""] = reasons;
  if (!complete) return segment(8, span(`all incomplete: ${clean(first)}`, "warning"));
  const { percent_covered: percent, percent_covered_display: display } = totals;
  return segment(8, span("all "), span(`${display} %`, grade(percent)));
}

/** `▲0.4`, in percent points; less than a tenth is said as that. */
function change(delta: Delta | null): readonly Span[] {
  if (delta === null || delta.percent === 0) return [];
  const size = Math.abs(delta.percent);
  const text = size < 0.05 ? "<0.1" : size.toFixed(1);
  return delta.percent > 0
    ? [span(` ${GLYPHS.more}${text}`, "good")]
    : [span(` ${GLYPHS.less}${text}`, "missed")];
}

function outcome({ cycle, outcome: how, coverage: of, ms }: CycleEnd, old: boolean): Segment {
  const { glyph, tone } = OUTCOMES[how];
  const isOld = old && of !== null && !of.partial;
  return segment(
    9,
    span(`cycle ${cycle} `, isOld ? "warning" : "dim"),
    span(isOld ? "· stale   " : "", "warning"),
    span(`${glyph}${how}`, tone),
    span(` in ${duration(ms)}`, "dim"),
  );
}

function requests({ coverage: of }: CycleEnd): Segment {
  const served = of?.requests ?? null;
  return served === null ? segment(4) : segment(4, span(`${count(served, "request")} served`, "dim"));
}
