import { globSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { jsonSchema } from "../../src/config/json-schema.ts";
import { inline } from "../../src/config/print.ts";
import { knownKeys } from "../../src/config/schema.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");
const page = read("docs/configuration.md");

interface Key {
  readonly description: string;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

interface Table {
  readonly properties: Record<string, Key>;
}

const definitions = jsonSchema().definitions as {
  readonly gunicov: { readonly properties: Record<string, Table | { readonly items: Table }> };
};
const tables = Object.entries(definitions.gunicov.properties).map(
  ([name, table]) => [name, "items" in table ? table.items : table] as const,
);
const schema: Readonly<Record<string, Table>> = Object.fromEntries(tables);
/** They may be there several times. */
const LISTS = ["also"];
/** What most people need stands there without `#`. */
const STARTERS = ["server.service", "server.source", "tests.service", "tests.command", "tests.source"];

/** The block of all keys, of the descriptions in the schema. */
function block(): string {
  const tables = knownKeys([]).map((table) => {
    const rows = knownKeys([table]).map((name) => {
      const key = schema[table]?.properties[name] ?? { description: "" };
      const value = key.examples?.[0] ?? key.default;
      const text = `${STARTERS.includes(`${table}.${name}`) ? "" : "# "}${name} = ${inline(value)}`;
      return `${text.padEnd(31)} # ${key.description}`;
    });
    const head = LISTS.includes(table) ? `# [[tool.gunicov.${table}]]` : `[tool.gunicov.${table}]`;
    return [head, ...rows, ""].join("\n");
  });
  return tables.join("\n");
}

const BLOCK = /(## All keys[\s\S]*?```toml\n)([\s\S]*?)(```)/;

// UPDATE_DOCS=1 npx vitest run test/docs
test("docs/configuration.md has each key of the configuration, as the schema describes it", () => {
  if (process.env.UPDATE_DOCS) {
    const updated = page.replace(BLOCK, (_, start: string, __, end: string) => start + block() + end);
    writeFileSync(`${ROOT}docs/configuration.md`, updated);
  }
  expect(BLOCK.exec(read("docs/configuration.md"))?.[2]).toBe(block());
});

test("each key has a description for editors, and a default or an example", () => {
  const keys = Object.values(schema).flatMap((table) => Object.entries(table.properties));
  expect(keys.length).toBeGreaterThan(30);
  for (const [name, key] of keys) {
    expect(key.description.length, name).toBeGreaterThan(5);
    expect(key.default ?? key.examples?.[0], name).toBeDefined();
  }
});

test("docs/configuration.md has each variable that the hook reads", () => {
  const hook = globSync("python/gunicov_hook{.py,/**/*.py}", { cwd: ROOT }).map(read).join("\n");
  const names = new Set(hook.match(/\bGUNICOV_[A-Z_]+\b/g));
  expect(names.size).toBeGreaterThan(5);
  expect([...names].filter((name) => !page.includes(`| \`${name}\` |`))).toEqual([]);
});
