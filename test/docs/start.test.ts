/** docs/start: short pages, whose commands are all typed by a test. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CONTAINED } from "../examples/contained.ts";
import { EXAMPLES } from "../examples/example.ts";
import { ROOT } from "../support/machine.ts";

const START = join(ROOT, "docs/start");
const PAGES = await Promise.all(
  (await readdir(START)).map(async (page) => [page, await readFile(join(START, page), "utf8")] as const),
);

test.each(PAGES)("%s has less than 80 lines", (_, text) => {
  expect(text.split("\n").length).toBeLessThan(80);
});

test("each section with commands is one that test/examples follows", () => {
  const sections = PAGES.flatMap(([page, text]) =>
    text
      .split(/^## /m)
      .filter((section) => section.includes("```console"))
      .map((section) => `${page}: ${section.split("\n")[0]}`),
  );
  const followed = [...EXAMPLES, ...CONTAINED].map(({ section: { page, heading } }) => `${page}: ${heading}`);
  expect(sections.toSorted()).toEqual([...new Set(followed)].toSorted());
});
