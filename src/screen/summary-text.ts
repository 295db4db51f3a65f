/** What the tests have said beside their outcomes, as one text to read. */

import type { TestResult, Xfail } from "../core/fact.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import { type TestsSummary, warningCount, warningText } from "../core/tests-summary.ts";
import { count, duration } from "../core/text.ts";

/** Fixtures that took less than this together, in ms, are not worth a line; and how many are. */
const SLOW = 10;
const MOST_SLOW = 20;

/** Empty: nothing. The parts have a blank line between them. */
export function summaryText({ tests: { summary, results } }: ScreenContent): string {
  const all = results.values();
  const parts = [
    warnings(summary),
    expected(all, "xpassed", "passed although expected to fail"),
    expected(all, "xfailed", "failed as expected"),
    fixtures(all),
    ...summary.sections.map(({ title, text }) => (title === "" ? text : `${title}\n${indent(text)}`)),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

function warnings(summary: TestsSummary): string {
  const total = warningCount(summary);
  if (total === 0) return "";
  const lines = summary.warnings.map((one) => (one.test === "" ? "" : `${one.test}\n`) + warningText(one));
  const more = summary.more === 0 ? [] : [`… and ${summary.more} more`];
  return [count(total, "warning"), ...[...lines, ...more].map(indent)].join("\n");
}

function expected(all: readonly TestResult[], which: Xfail, words: string): string {
  const found = all.filter(({ xfail }) => xfail === which);
  if (found.length === 0) return "";
  const lines = found.map(({ id, message }) => `  ${id}${message === "" ? "" : `: ${message}`}`);
  return [`${count(found.length, "test")} ${words}`, ...lines].join("\n");
}

function fixtures(all: readonly TestResult[]): string {
  const sum = (test: TestResult) => test.setup_ms + test.teardown_ms;
  const slow = all.filter((test) => sum(test) >= SLOW).toSorted((a, b) => sum(b) - sum(a));
  if (slow.length === 0) return "";
  const lines = slow
    .slice(0, MOST_SLOW)
    .map((test) => `  ${duration(test.setup_ms)} + ${duration(test.teardown_ms)}  ${test.id}`);
  return ["Slowest set-up + teardown", ...lines].join("\n");
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
