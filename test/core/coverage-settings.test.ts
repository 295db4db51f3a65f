/** What is measured is said with the server. */
import { expect, test } from "vitest";
import { settingsText } from "../../src/core/coverage-settings.ts";
import { linesOf } from "../../src/surfaces/text/lines.ts";

const SETTINGS = { version: "7.17", config: ".coveragerc", source: ["src", "lib"], branch: true };

test("file, branches and source are named", () => {
  expect(settingsText(SETTINGS)).toBe("coverage.py 7.17, .coveragerc: lines and branches, source src, lib");
});

test("without source, and without a file, that is said", () => {
  const text = settingsText({ ...SETTINGS, config: null, source: [], branch: false });
  expect(text).toBe(
    "coverage.py 7.17, no configuration file: lines, no source configured: files that nobody imports are not in the table",
  );
  const fact = { v: 1, seq: 1, cycle: 1, at: 0, type: "server.back", name: "s", master: 7 } as const;
  expect(linesOf({ ...fact, warnings: [], coverage: { ...SETTINGS, source: [] } })[1]).toContain("no source");
  expect(linesOf({ ...fact, warnings: [], coverage: null })).toHaveLength(1);
});
