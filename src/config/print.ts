/** The configuration in force as TOML, each value with where it comes from; and as JSON. Secrets are hidden. */
import { relative } from "node:path";
import { stringify } from "smol-toml";
import { redactor } from "../core/log/redact.ts";
import { secretsOf } from "../core/log/secrets.ts";
import { entriesOf, type InForce, type Origin } from "./layers.ts";
import type { Loaded } from "./load.ts";
import { allKeys } from "./schema.ts";

/** One key that has a value. */
export interface Line {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** In the order of docs/configuration.md. */
export function linesOf(force: InForce): readonly Line[] {
  const values = new Map(entriesOf(force.config));
  const lists = [...values.keys()].filter((key) => !key.includes("."));
  return [...lists, ...allKeys().map((path) => path.join("."))].flatMap((key) => {
    const origin = force.origin(key);
    return origin === null ? [] : [{ key, value: hidden(values.get(key)), origin }];
  });
}

/** A file's text that says the same, for people. */
export function asToml(lines: readonly Line[], { root, file, doubt }: Loaded): string {
  const about = file === null ? "no configuration file" : `${file}${doubt === null ? "" : ` (${doubt})`}`;
  // A list of tables comes first: below a table it would be that table's.
  const lists = lines.filter(({ key }) => !key.includes("."));
  const first = lists.map(({ key, value, origin }) => `${tomlOf(key, value)}  # ${shown(origin, root)}\n`);
  const inTables = lines.filter((line) => !lists.includes(line));
  const tables = Map.groupBy(inTables, ({ key }) => key.split(".")[0] ?? "");
  const texts = [...tables].map(([table, own]) => {
    const rows = own.map(({ key, value, origin }) => [tomlOf(key, value), shown(origin, root)] as const);
    const width = Math.min(48, Math.max(...rows.map(([text]) => text.length)));
    return [`[${table}]`, ...rows.map(([text, from]) => `${text.padEnd(width)}  # ${from}`)].join("\n");
  });
  return [`# ${about}`, `# project's root: ${root}`, "", ...first, texts.join("\n\n"), ""].join("\n");
}

export function asJson(lines: readonly Line[], { root, file }: Loaded): string {
  const keys = lines.map(({ key, value, origin }) => ({ key, value, origin: jsonOf(origin) }));
  return `${JSON.stringify({ root, file, keys }, null, 2)}\n`;
}

function jsonOf(origin: Origin): object {
  if (origin.from !== "file") return origin;
  return { from: origin.from, file: origin.file, line: origin.spot?.line ?? null };
}

function shown(origin: Origin, root: string): string {
  switch (origin.from) {
    case "default":
      return "default";
    case "found":
      return `found: ${origin.why}`;
    case "file": {
      const name = relative(root, origin.file);
      return origin.spot === null ? name : `${name}:${origin.spot.line}`;
    }
    case "environment":
      return origin.variable;
    case "flag":
      return origin.flag;
  }
}

/** In one line: a table as an inline one. */
function tomlOf(key: string, value: unknown): string {
  const name = key.split(".")[1] ?? key;
  return `${name} = ${inline(value)}`;
}

/** A value as TOML has it, in one line. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const pairs = Object.entries(value).map(([key, one]) => `${keyText(key)} = ${inline(one)}`);
    return pairs.length === 0 ? "{}" : `{ ${pairs.join(", ")} }`;
  }
  // smol-toml knows how TOML writes a text; a line break stays within the line.
  return stringify({ a: value }).trim().slice("a = ".length);
}

function keyText(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}

/** Values of secret-looking variables, and passwords in addresses, wherever they stand. */
function hidden(value: unknown, name = ""): unknown {
  if (typeof value === "string") return redactor(secretsOf({ [name]: value }))(value);
  if (Array.isArray(value)) return value.map((one) => hidden(one));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, hidden(one, key)]));
}
