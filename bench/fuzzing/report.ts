/** Reports: what `collect` answers, as a report, as a fact, as plain text and as the table on the screen. */
import * as v from "valibot";
import { LastReport } from "../../src/adapters/helper/last-report.ts";
import { Collect } from "../../src/adapters/helper/schema.ts";
import type { Fact } from "../../src/core/fact.ts";
import { lineMarks, type Report } from "../../src/core/report.ts";
import { EMPTY_CONTENT, observe } from "../../src/core/screen-content.ts";
import { createLists } from "../../src/screen/lists.ts";
import type { Span } from "../../src/screen/span.ts";
import { INITIAL_SCREEN } from "../../src/screen/state.ts";
import { coverageColumns, totalsOf } from "../../src/surfaces/ink/screens/coverage-columns.ts";
import { linesOf } from "../../src/surfaces/text/lines.ts";
import { ANSWERS } from "./corpus.ts";
import { lineFrom, mutateValue } from "./mutate.ts";
import { inProcess } from "./part.ts";
import type { Random } from "./random.ts";

/** Control characters: in 7 and 8 bits, but for the tab, which is a space by then. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it looks for.
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const WIDTHS = [1, 20, 80, 200];

export const report = inProcess(async () => (random) => {
  const line = random.chance(0.3)
    ? lineFrom([ANSWERS.collect], random).toString()
    : JSON.stringify(
        random.chance(0.3) ? mutateValue(ANSWERS.collect, random) : nearly(ANSWERS.collect, random),
      );
  return { input: line, attempt: async () => tryLine(line) };
});

function tryLine(line: string): void {
  const parsed = v.safeParse(Collect, parse(line));
  if (!parsed.success) return;
  const { report: inside, superseded } = parsed.output;
  const files = new LastReport().take(inside, (path) => path);
  if (files === null) return;
  for (const complete of [true, false]) {
    const body: Report = {
      totals: inside.totals,
      files,
      complete,
      reasons: superseded,
      partial: !complete,
      generations: [3],
      requests: 9,
      view: inside.view,
      below: inside.below,
    };
    show({ v: 1, seq: 1, cycle: 1, at: 0, type: "report", ...body } as Fact & { type: "report" });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** Everything that is made of a report, with nothing in it that a terminal would obey. */
function show(fact: Fact & { type: "report" }): void {
  JSON.parse(JSON.stringify(fact));
  for (const text of linesOf(fact)) safe(text);
  const content = observe(EMPTY_CONTENT, { ...fact, partial: false });
  const rows = createLists().files(content, INITIAL_SCREEN);
  for (const width of WIDTHS) {
    for (const column of coverageColumns(rows, fact, width)) {
      for (const row of rows) safeSpans(column.cell(row, width));
    }
  }
  for (const cell of Object.values(totalsOf(fact, rows.length, "").at(-1) ?? {})) safeSpans(cell);
  for (const file of fact.files) lineMarks(file);
}

function safeSpans(spans: readonly Span[]): void {
  for (const { text } of spans) safe(text);
}

function safe(text: string): void {
  if (CONTROL.test(text)) throw new Error(`a control character in ${JSON.stringify(text)}`);
}

const NUMBERS = [0, -1, 1, 2, 1e6, 2 ** 53, -(2 ** 53), 1e300];
const TEXTS = [
  "",
  "/",
  "a\nb",
  "\u001b[2J",
  "\u009b31m",
  "\ud800",
  "\u202ex",
  "../..",
  "é漢".repeat(300),
  "\t\t",
  "\u0000",
];

/** A copy whose numbers and texts are odd, but of the shape that was agreed. */
function nearly(value: unknown, random: Random): unknown {
  if (typeof value === "number") return random.chance(0.15) ? random.pick(NUMBERS) : value;
  if (typeof value === "string") return random.chance(0.15) ? random.pick(TEXTS) : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => nearly(item, random));
    // A pair stays one; a list may be of any length.
    if (value.length === 2 && typeof value[0] === "number") return items;
    const times = random.chance(0.1) ? random.below(30) : 1;
    return Array.from({ length: times }, () => items).flat();
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, nearly(item, random)]));
}
