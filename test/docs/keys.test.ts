import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { HELP_LINES } from "../../src/screen/command.ts";

const PAGE = new URL("../../docs/keys.md", import.meta.url);
const BETWEEN = /(<!-- keys:.*?-->\n)([\s\S]*?)(<!-- \/keys -->)/;

/** The table of keys as docs/keys.md has it. */
function keyTable(): string {
  const rows = HELP_LINES.map(({ group, keys, help }) => {
    const names = keys.map((key) => `\`${key}\``).join(" ");
    return `| ${group === "page" ? "in pages: " : ""}${names} | ${help} |`;
  });
  return ["| key | does |", "|---|---|", ...rows, ""].join("\n");
}

// UPDATE_DOCS=1 npx vitest run test/docs
test("the keys of docs/keys.md are those of the command table", async () => {
  const page = await readFile(PAGE, "utf8");
  if (process.env.UPDATE_DOCS) {
    await writeFile(
      PAGE,
      page.replace(BETWEEN, (_, start: string, __, end: string) => start + keyTable() + end),
    );
  }
  expect((await readFile(PAGE, "utf8")).match(BETWEEN)?.[2]).toBe(keyTable());
});
