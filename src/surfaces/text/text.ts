/** Plain text: what a log file, a pipe or a CI job gets. */
import type { Fact } from "../../core/fact.ts";
import { logDuring, type ScreenContent } from "../../core/screen-content.ts";
import { clean } from "../../core/text.ts";
import type { EngineHandle } from "../../engine/handle.ts";
import { resultOf } from "../../reports/cycle-result.ts";
import { findingsOf } from "../../reports/findings.ts";
import { annotations } from "../../reports/github.ts";
import { Hold } from "./hold.ts";
import { linesOf } from "./lines.ts";

/** Lines of the server's log under a failing test. */
const MOST_LOG = 50;

/** Writes lines for each fact as it is published. `locate`: annotations are wanted, with paths that it gives; else null. */
export function runText(
  engine: EngineHandle,
  write: (text: string) => void,
  locate: ((path: string) => string) | null = null,
): void {
  const hold = new Hold();
  const content = () => engine.getSnapshot().content;
  engine.onFact((taken) => {
    const lines = hold
      .take(taken)
      .flatMap((fact) => [
        ...linesOf(fact),
        ...serverLog(fact, content()),
        ...(locate === null || fact.type !== "cycle.finished"
          ? []
          : annotations(findingsOf(resultOf(content()), locate))),
      ]);
    if (lines.length > 0) write(`${lines.join("\n")}\n`);
  });
}

/** What the server logged while a failing test ran. */
function serverLog(fact: Fact, content: ScreenContent): readonly string[] {
  if (fact.type !== "test.finished" || fact.outcome === "passed" || fact.outcome === "skipped") return [];
  const test = content.tests.results.get(fact.id);
  const lines = test === undefined ? [] : logDuring(content.log, test);
  if (lines.length === 0) return [];
  const left = lines.length - MOST_LOG;
  return [
    "  -- the server's log while it ran --",
    ...(left > 0 ? [`  … ${left} lines before`] : []),
    ...lines.slice(-MOST_LOG).map(({ text }) => `  ${clean(text)}`),
  ];
}
