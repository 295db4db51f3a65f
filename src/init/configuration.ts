/** The configuration's file: tables at the end of pyproject.toml, or a gunicov.toml. What the user has written stays as it is. */

import { join } from "node:path";
import { parse } from "smol-toml";
import { entriesOf } from "../config/layers.ts";
import { inline } from "../config/print.ts";
import type { FileConfig } from "../config/schema.ts";
import { appended, type Change, type Files } from "./change.ts";

/** Null: a file of the user's says it already, or there is nothing to say. */
export function configuration(root: string, config: FileConfig, files: Files): Change | null {
  if (entriesOf(config).length === 0 || hasOwn(root, files)) return null;
  const path = join(root, "pyproject.toml");
  const text = files.text(path);
  const after = text === null ? null : appended(text, tables(config, "tool.gunicov."));
  if (text !== null && after !== null && adds(text, after)) return { path, before: text, after };
  const own = join(root, "gunicov.toml");
  return { path: own, before: files.text(own), after: `${tables(config, "").join("\n")}\n` };
}

export function hasOwn(root: string, files: Files): boolean {
  const own = files.text(join(root, "gunicov.toml"));
  return (
    (own !== null && own.trim() !== "") || toolOf(files.text(join(root, "pyproject.toml"))) !== undefined
  );
}

function toolOf(text: string | null): unknown {
  const tool = text === null ? undefined : read(text)?.tool;
  return typeof tool === "object" && tool !== null ? (tool as Record<string, unknown>).gunicov : undefined;
}

function read(text: string): Record<string, unknown> | null {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** Nothing but our tables has come: `tool = { … }` in one line takes none, say. */
function adds(before: string, after: string): boolean {
  const [old, now] = [read(before), read(after)];
  return (
    now !== null &&
    toolOf(after) !== undefined &&
    JSON.stringify(without(now)) === JSON.stringify(without(old))
  );
}

/** What is not gunicov's, in its order. */
function without(document: Record<string, unknown> | null): unknown {
  const { tool, ...rest } = document ?? {};
  const { gunicov: _ours, ...others } = (tool ?? {}) as Record<string, unknown>;
  return [rest, others];
}

function tables(config: FileConfig, prefix: string): readonly string[] {
  const groups = Map.groupBy(entriesOf(config), ([key]) => key.split(".")[0] ?? "");
  const blocks = [...groups].map(([table, entries]) => [
    `[${prefix}${table}]`,
    ...entries.map(([key, value]) => `${key.split(".")[1]} = ${inline(value)}`),
  ]);
  return blocks.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines]));
}
