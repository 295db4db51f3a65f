import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { knownKeys } from "../../src/config/schema.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");
const page = read("docs/configuration.md");

/** `[table] key` of each line of the page's block of all keys; one behind `#` is a default, or an example. */
function keysOf(block: string): readonly string[] {
  let table = "";
  return block.split("\n").flatMap((line) => {
    table = /^\[tool\.gunicov\.(\w+)\]$/.exec(line)?.[1] ?? table;
    const key = /^(?:# )?(\w+) = /.exec(line)?.[1];
    return key === undefined ? [] : [`[${table}] ${key}`];
  });
}

test("docs/configuration.md has each key of the configuration, and no other", () => {
  const [, after = ""] = page.split("## All keys");
  const block = /```toml\n([\s\S]*?)```/.exec(after)?.[1] ?? "";
  const known = knownKeys([]).flatMap((table) => knownKeys([table]).map((key) => `[${table}] ${key}`));
  expect([...new Set(keysOf(block))].toSorted()).toEqual(known.toSorted());
});

test("docs/configuration.md has each variable that the hook reads", () => {
  const hook = globSync("python/gunicov_hook{.py,/**/*.py}", { cwd: ROOT }).map(read).join("\n");
  const names = new Set(hook.match(/\bGUNICOV_[A-Z_]+\b/g));
  expect(names.size).toBeGreaterThan(5);
  expect([...names].filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});
