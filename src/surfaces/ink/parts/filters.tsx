import { clean } from "../../../core/text.ts";
import { filterOf } from "../../../screen/lists.ts";
import { fitSegments, type Segment, segment, span } from "../../../screen/span.ts";
import type { ScreenState } from "../../../screen/state.ts";
import { Row } from "./row.tsx";

export interface FiltersProps {
  readonly screen: ScreenState;
  /** What changed lines are compared with; null: not known. */
  readonly base: string | null;
  readonly width: number;
}

/** What narrows the lists down, and how to get rid of it. */
export function Filters({ screen, base, width }: FiltersProps) {
  return <Row spans={fitSegments([...chips(screen, base), HOW], width, 2)} width={width} />;
}

const HOW = segment(1, span("Esc clears", "dim"));

/** What is looked for, and each filter; empty: nothing is. */
function chips(screen: ScreenState, base: string | null): readonly Segment[] {
  const tests = filterOf(screen, "tests");
  const files = filterOf(screen, "files");
  return [
    segment(15, ...(screen.changedOnly ? [span(` changed since ${clean(base ?? "…")}`, "warning")] : [])),
    segment(15, ...(screen.uncoveredOnly ? [span(" not covered", "warning")] : [])),
    segment(15, ...(screen.failedOnly ? [span(" failed only", "warning")] : [])),
    segment(14, ...(tests === "" ? [] : [span(` tests: ${clean(tests)}`, "warning")])),
    segment(13, ...(files === "" ? [] : [span(` files: ${clean(files)}`, "warning")])),
    segment(12, ...(screen.search === "" ? [] : [span(` /${clean(screen.search)}`, "warning")])),
  ];
}
