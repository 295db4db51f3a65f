/** gunicov's tables of a TOML file: below `tool.gunicov` or, in a file of gunicov's own, also without this prefix. */
import { basename } from "node:path";
import leven from "leven";
import * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { dotted, explain, type Named } from "./explain.ts";
import type { Layer } from "./layers.ts";
import { linesAt, locate } from "./locate.ts";
import { FileConfig, knownKeys, schemaAt } from "./schema.ts";

type Path = readonly (string | number)[];
type Table = Readonly<Record<string, unknown>>;

const PREFIX = ["tool", "gunicov"];

/** What a TOML document says of gunicov, with the place of each key; null: nothing. */
export function tablesOf(document: unknown, text: string, file: string): Result<Layer | null> {
  const shared = basename(file) === "pyproject.toml";
  const { tool, ...own } = asTable(document);
  const prefixed = asTable(tool).gunicov;
  const misplaced = shared ? misplacedIn(asTable(document)) : misplacedBeside(asTable(tool), own);
  if (misplaced !== null) return fail(wrongPlace(misplaced, text, file, shared));
  if (shared && prefixed === undefined) return ok(null);
  const list = listIn(asTable(prefixed)) ?? (shared ? null : listIn(own));
  if (list !== null) return fail(notAList(list, prefixed, text, file));
  const twice = shared ? null : keyTwice(asTable(prefixed), own);
  if (twice !== null) return fail(saidTwice(twice, text, file));
  for (const [part, prefix] of [[prefixed ?? {}, PREFIX], ...(shared ? [] : [[own, []] as const])] as const) {
    const checked = v.safeParse(FileConfig, part);
    if (!checked.success)
      return fail(explain(checked.issues[0], (path) => named([...prefix, ...path], text, file)));
  }
  const config = merged(prefixed as FileConfig | undefined, shared ? {} : (own as FileConfig));
  const origin = (key: string) => {
    const spot = spotOf(key.split("."), text);
    return { from: "file", file, spot, lines: spot === null ? undefined : linesAt(text, spot) } as const;
  };
  return ok({ config, origin });
}

/** `/p/gunicov.toml:3:1: server.port`, with the lines there. */
export function named(path: Path, text: string, file: string): Named {
  const spot = locate(text, path);
  const fix = "Correct it there.";
  if (spot === null) return { what: `${file}: ${dotted(path)}`, fix };
  return { what: `${file}:${spot.line}:${spot.column}: ${dotted(path)}`, fix, detail: linesAt(text, spot) };
}

/** Where a key stands, with or without the prefix. `locate` gives the nearest table of a key that is not there. */
function spotOf(path: Path, text: string) {
  return locate(text, path, true) ?? locate(text, [...PREFIX, ...path]);
}

function merged(one: FileConfig = {}, other: FileConfig = {}): FileConfig {
  const tables = [...Object.keys(one), ...Object.keys(other)] as (keyof FileConfig)[];
  const both = (table: keyof FileConfig) =>
    Array.isArray(one[table] ?? other[table])
      ? [...(one.also ?? []), ...(other.also ?? [])]
      : { ...one[table], ...other[table] };
  return Object.fromEntries(tables.map((table) => [table, both(table)]));
}

function keyTwice(one: Table, other: Table): readonly string[] | null {
  for (const table of Object.keys(one)) {
    const key = Object.keys(asTable(one[table])).find((name) => name in asTable(other[table]));
    if (key !== undefined) return [table, key];
  }
  return null;
}

/** A table written as `[[server]]`: valibot would take a list for a table. */
function listIn(tables: Table): string | null {
  const one = knownKeys([]).find((table) => Array.isArray(tables[table]) && isTable(table));
  return one ?? null;
}

/** `also` may be one that is there several times. */
function isTable(table: string): boolean {
  return schemaAt([table])?.type === "strict_object";
}

function notAList(table: string, prefixed: unknown, text: string, file: string): Failure {
  const path = Array.isArray(asTable(prefixed)[table]) ? [...PREFIX, table] : [table];
  const { what, detail } = named(path, text, file);
  return failure("config", `${what} must be a table, and is a list.`, `Write [${dotted(path)}].`, detail);
}

function saidTwice(path: readonly string[], text: string, file: string): Failure {
  const { what, detail } = named(path, text, file);
  const other = locate(text, [...PREFIX, ...path]);
  const where = other === null ? "" : ` in line ${other.line}`;
  const message = `${what} is there twice: also as ${dotted([...PREFIX, ...path])}${where}.`;
  return failure("config", message, "Keep one of them.", detail);
}

/** In pyproject.toml, tables that were meant for gunicov: `[gunicov.server]`, `[tool.gunicorn.server]`. */
function misplacedIn(document: Table): Path | null {
  if ("gunicov" in document) return ["gunicov"];
  const tool = asTable(document.tool);
  if ("gunicov" in tool) return null;
  const name = Object.keys(tool).find((one) => leven(one, "gunicov") <= 2 && hasOurTables(tool[one]));
  return name === undefined ? null : ["tool", name];
}

/** In a file of gunicov's own, what stands in `tool` and is not gunicov's: `[tool.server]`; or `[gunicov.server]`. */
function misplacedBeside(tool: Table, own: Table): Path | null {
  if ("gunicov" in own) return ["gunicov"];
  const name = Object.keys(tool).find((one) => one !== "gunicov");
  return name === undefined ? null : ["tool", name];
}

function hasOurTables(value: unknown): boolean {
  const keys = Object.keys(asTable(value));
  return keys.length > 0 && keys.every((key) => knownKeys([]).includes(key));
}

function wrongPlace(path: Path, text: string, file: string, shared: boolean): Failure {
  const { what, detail } = named(path, text, file);
  const right = shared ? "[tool.gunicov.server]" : "[server] or [tool.gunicov.server]";
  return failure(
    "config",
    `${what} is no table of gunicov's.`,
    `Call its tables ${right}, and so on.`,
    detail,
  );
}

function asTable(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}
