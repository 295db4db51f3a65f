import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { JsonReport } from "../support/coverage-py.ts";

/** Asserts that a report of gunicov's has all that coverage.py says of a cold run in `directory`: totals and files, each with lines, branches, functions and classes. */
export async function expectColdRun(report: string, cold: JsonReport, directory: string): Promise<void> {
  const { files, totals } = JSON.parse(await readFile(report, "utf8")) as JsonReport;
  const judged = Object.entries(cold.files).map(([name, file]) => [join(directory, name), file]);
  expect(files).toEqual(Object.fromEntries(judged));
  expect(totals).toEqual(cold.totals);
}
