import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { BINDINGS } from "../../src/screen/command.ts";

const README = new URL("../../README.md", import.meta.url);
const BETWEEN = /(<!-- keys:.*?-->\n)([\s\S]*?)(<!-- \/keys -->)/;

/** The table of keys as the README has it. */
function keyTable(): string {
  const rows = BINDINGS.map(({ keys, help }) => `| ${keys.map((key) => `\`${key}\``).join(" ")} | ${help} |`);
  return ["| key | does |", "|---|---|", ...rows, ""].join("\n");
}

// UPDATE_DOCS=1 npx vitest run test/docs
test("the README's keys are those of the command table", async () => {
  const readme = await readFile(README, "utf8");
  if (process.env.UPDATE_DOCS) {
    await writeFile(
      README,
      readme.replace(BETWEEN, (_, start: string, __, end: string) => start + keyTable() + end),
    );
  }
  expect((await readFile(README, "utf8")).match(BETWEEN)?.[2]).toBe(keyTable());
});
