import { useMemo } from "react";
import type { Outcome, TestResult } from "../../../core/fact.ts";
import { clean, duration } from "../../../core/text.ts";
import { GLYPHS } from "../../../screen/glyphs.ts";
import { span, type Tone } from "../../../screen/span.ts";
import { displayWidth, truncateStart } from "../../../screen/width.ts";
import { Rows } from "../parts/rows.tsx";
import { type Column, Table } from "../parts/table.tsx";
import type { PageProps } from "./page.ts";

/** All tests that have ended, with outcome and time. */
export function Tests({ snapshot, screen, lists, window, height, width }: PageProps) {
  const tests = lists.tests(snapshot.content, screen);
  const columns = useMemo(() => testColumns(tests, width), [tests, width]);
  if (tests.length === 0) {
    const words =
      snapshot.content.tests.results.size === 0 ? "No test has ended yet." : "No test matches the filter.";
    return (
      <Rows
        line={(index) => (index === 1 ? [span(`  ${words}`, "dim")] : null)}
        top={0}
        height={height}
        width={width}
      />
    );
  }
  return (
    <Table
      columns={columns}
      items={tests}
      keyOf={idOf}
      window={window}
      height={height}
      width={width}
      sort={screen.sorts.tests}
      search={screen.search}
    />
  );
}

const OUTCOMES: Readonly<Record<Outcome, { readonly glyph: string; readonly tone: Tone }>> = {
  passed: { glyph: GLYPHS.passed, tone: "good" },
  failed: { glyph: GLYPHS.failed, tone: "error" },
  error: { glyph: GLYPHS.failed, tone: "error" },
  skipped: { glyph: GLYPHS.leftOut, tone: "dim" },
};

function idOf(test: TestResult): string {
  return test.id;
}

/** The name comes before the message: where both do not fit, the failures view has the message. */
function testColumns(tests: readonly TestResult[], width: number): readonly Column<TestResult>[] {
  const longest = tests.reduce((most, test) => Math.max(most, displayWidth(clean(test.id))), 8);
  return [
    {
      id: "outcome",
      title: "outcome",
      align: "left",
      min: 9,
      max: 9,
      priority: 90,
      cell: ({ outcome, xfail }) => [
        span(
          `${OUTCOMES[outcome].glyph} ${xfail ?? outcome}`,
          xfail === "xpassed" ? "warning" : OUTCOMES[outcome].tone,
        ),
      ],
    },
    {
      id: "name",
      title: "test",
      align: "left",
      min: Math.min(longest, Math.max(10, Math.floor(width / 2))),
      max: longest,
      priority: 100,
      cell: ({ id }, width) => [span(truncateStart(clean(id), width))],
    },
    {
      id: "time",
      title: "time",
      align: "right",
      min: 8,
      max: 8,
      priority: 80,
      cell: ({ ms }) => [span(duration(ms), "dim")],
    },
    {
      id: "message",
      title: "",
      align: "left",
      min: 20,
      max: 120,
      priority: 50,
      cell: ({ message }) => [span(clean(message), "failed")],
    },
  ];
}
