/** What the screen's content is after a report. */
import type { CycleReport } from "./delta.ts";
import { coverageOf } from "./ended-cycle.ts";
import type { Fact } from "./fact.ts";
import type { ScreenContent } from "./screen-content.ts";

/** What else is told of the report comes after it. One that is corrected when its cycle has ended is still of that cycle. */
export function onReport(content: ScreenContent, fact: Fact & { type: "report" }): ScreenContent {
  const coverage = coverageOf(fact);
  const { number: cycle, running, selected } = content.cycle;
  const { last, history } = content;
  const corrected = running || last?.cycle !== cycle ? last : { ...last, coverage };
  const newer: ScreenContent = {
    ...content,
    cycle: { ...content.cycle, coverage },
    last: corrected,
    history: corrected === last || corrected === null ? history : [...history.slice(0, -1), corrected],
  };
  return fact.partial
    ? { ...newer, partial: { cycle, selected, value: fact } }
    : {
        ...newer,
        diff: null,
        combined: null,
        previous: previousOf(content, cycle),
        report: { cycle, value: fact },
        partial: null,
        stale: false,
      };
}

/** One that is corrected replaces itself, and one that is not complete is nothing to compare with. */
function previousOf({ report, previous }: ScreenContent, cycle: number): CycleReport | null {
  return report === null || report.cycle === cycle || !report.value.complete ? previous : report;
}
