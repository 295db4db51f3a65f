/** What the tests have said beside their outcomes: counted, and as a text. */
import { expect, test } from "vitest";
import type { Fact, FactBody } from "../../src/core/fact.ts";
import { EMPTY_CONTENT, observe, type ScreenContent } from "../../src/core/screen-content.ts";
import { warningCount } from "../../src/core/tests-summary.ts";
import { summaryText } from "../../src/screen/summary-text.ts";
import { test as ended, SUMMARY } from "../ink/sample.ts";

const STARTED: FactBody = { type: "cycle.started", reason: "start", files: [], selected: 0 };

function after(...bodies: readonly FactBody[]): ScreenContent {
  return bodies.reduce(
    (content: ScreenContent, body, index) =>
      observe(content, { v: 1, seq: index + 1, cycle: 1, at: 1_000_000, ...body } as Fact),
    EMPTY_CONTENT,
  );
}

test("all of it is one text, what needs a look first", () => {
  const content = after(
    STARTED,
    ended("t.py::fine"),
    ended("t.py::slow", { setup_ms: 120, teardown_ms: 1500 }),
    ended("t.py::known", { outcome: "skipped", xfail: "xfailed", message: "a known bug" }),
    ended("t.py::fixed", { xfail: "xpassed", message: "was a bug" }),
    SUMMARY,
  );
  expect(summaryText(content)).toBe(`2 warnings
  test_a.py::test_warns[1]
  test_a.py:12: DeprecationWarning: old thing (2 times)

1 test passed although expected to fail
  t.py::fixed: was a bug

1 test failed as expected
  t.py::known: a known bug

Slowest set-up + teardown
  120 ms + 1.5 s  t.py::slow

own report
  12 things seen`);
});

test("nothing is an empty text, and the next cycle begins with nothing", () => {
  expect(summaryText(EMPTY_CONTENT)).toBe("");
  expect(summaryText(after(STARTED, SUMMARY, STARTED))).toBe("");
});

test("warnings are counted, those that are not listed too", () => {
  const [warning] = after(STARTED, SUMMARY).tests.summary.warnings;
  if (!warning) throw new Error("no warning");
  expect(warningCount({ warnings: [warning, { ...warning, count: 3 }], more: 7, sections: [] })).toBe(12);
});
