import { useMemo } from "react";
import type { CycleEnd } from "../../../core/ended-cycle.ts";
import type { CycleOutcome, FastPath, Step } from "../../../core/fact.ts";
import { clean, duration } from "../../../core/text.ts";
import { splitTimings } from "../../../screen/layout.ts";
import { type Span, span, type Tone } from "../../../screen/span.ts";
import { Row } from "../parts/row.tsx";
import { Rows } from "../parts/rows.tsx";
import { type Column, Table } from "../parts/table.tsx";
import type { PageProps } from "./page.ts";

/** The last cycles, the newest first, with the time that each step took; below them the medians, and the fast paths of the cycle at the cursor. */
export function Timings({ snapshot, screen, lists, window, height, width }: PageProps) {
  const cycles = lists.cycles(snapshot.content);
  const total = useMemo(() => [medians(cycles)], [cycles]);
  const rows = splitTimings(height, lists.fastPaths(snapshot.content));
  const paths = cycles[window.index]?.fastPaths ?? [];
  return (
    <>
      <Table
        columns={COLUMNS}
        items={cycles}
        keyOf={numberOf}
        window={window}
        height={rows.table}
        width={width}
        totals={total}
        search={screen.search}
      />
      {rows.fastPaths > 0 && <Row spans={[span("─".repeat(width), "dim")]} width={width} />}
      {rows.fastPaths > 0 && (
        <Rows line={(index) => fastPathSpans(paths[index])} top={0} height={rows.fastPaths} width={width} />
      )}
    </>
  );
}

/** `✓ server.preload`, or `- server.preload: it is switched off`. */
function fastPathSpans(path: FastPath | undefined): readonly Span[] | null {
  if (path === undefined) return null;
  return path.used
    ? [span("  ✓ ", "good"), span(clean(path.name))]
    : [span("  - ", "dim"), span(`${clean(path.name)}: ${clean(path.why ?? "")}`, "dim")];
}

const STEPS: readonly (readonly [Step, number])[] = [
  ["checking", 50],
  ["restarting", 80],
  ["testing", 90],
  ["flushing", 75],
  ["collecting", 60],
  ["reporting", 40],
];

const TONES: Readonly<Record<CycleOutcome, Tone>> = {
  passed: "good",
  failed: "error",
  incomplete: "warning",
  error: "error",
  cancelled: "dim",
};

const COLUMNS: readonly Column<CycleEnd>[] = [
  column("cycle", 6, 110, ({ cycle }) => [span(`${cycle}`)]),
  { ...column("outcome", 10, 95, ({ outcome }) => [span(outcome, TONES[outcome])]), align: "left" },
  column("total", 9, 100, ({ ms }) => [span(duration(ms), "strong")]),
  ...STEPS.map(([step, priority]) =>
    column(step, 10, priority, ({ phases }) => {
      const ms = phases[step];
      return ms === undefined ? [span("-", "dim")] : [span(duration(ms))];
    }),
  ),
];

function column(
  id: string,
  width: number,
  priority: number,
  cell: (end: CycleEnd) => readonly Span[],
): Column<CycleEnd> {
  return { id, title: id, align: "right", min: width, max: width, priority, cell };
}

function numberOf(end: CycleEnd): string {
  return `${end.cycle}`;
}

/** Medians of the cycles that ran to their end. */
function medians(cycles: readonly CycleEnd[]): Readonly<Record<string, readonly Span[]>> {
  const whole = cycles.filter(({ outcome }) => outcome !== "cancelled" && outcome !== "error");
  const cells: Record<string, readonly Span[]> = {
    cycle: [span("", "dim")],
    outcome: [span("median", "strong")],
  };
  const put = (id: string, values: readonly number[]) => {
    const middle = median(values);
    if (middle !== null) cells[id] = [span(duration(middle), "strong")];
  };
  put(
    "total",
    whole.map(({ ms }) => ms),
  );
  for (const [step] of STEPS)
    put(
      step,
      whole.flatMap(({ phases }) => phases[step] ?? []),
    );
  return cells;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)];
  if (upper === undefined) return null;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}
