/** The configuration in environment variables: `GUNICOV_<TABLE>_<KEY>` for each key, `GUNICOV_SERVER_SERVICE` for `server.service`. */
import leven from "leven";
import * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { shellWords } from "../core/shell-words.ts";
import { explain } from "./explain.ts";
import { configOf, type Layer } from "./layers.ts";
import { allKeys, FileConfig, knownKeys, schemaAt } from "./schema.ts";

type Environment = Readonly<Partial<Record<string, string>>>;

/** Variables that begin as a key's do, and are the hook's (docs/protocol.md, section 5). */
const OF_THE_HOOK: readonly string[] = ["GUNICOV_COVERAGE_CONFIG"];

/** A name this near to a known one was meant to be that. */
const NEAR = 2;

export function variableOf(table: string, key: string): string {
  return `GUNICOV_${table}_${key}`.toUpperCase();
}

/** What the environment says; an empty variable says nothing. Fails where one has a wrong value, or is nearly one of ours. */
export function readEnvironment(env: Environment): Result<Layer> {
  const known = new Map(allKeys().map(([table, key]) => [variableOf(table, key), [table, key] as const]));
  const entries: [string, unknown][] = [];
  for (const [variable, text] of Object.entries(env).toSorted()) {
    if (!variable.startsWith("GUNICOV_") || text === undefined || text === "") continue;
    const path = known.get(variable);
    if (path === undefined) {
      const why = stranger(variable, [...known.keys()]);
      if (why !== null) return fail(why);
      continue;
    }
    const [table, key] = path;
    const value = readValue(text, schemaAt([table, key]));
    if (value === null) return fail(unreadable(variable, text, schemaAt([table, key])));
    const checked = v.safeParse(FileConfig, { [table]: { [key]: value } });
    if (!checked.success)
      return fail(
        explain(checked.issues[0], () => ({
          what: `The variable ${variable}`,
          fix: "Correct it in your environment.",
        })),
      );
    entries.push([`${table}.${key}`, value]);
  }
  const origin = (name: string) => {
    const [table = "", key = ""] = name.split(".");
    return { from: "environment", variable: variableOf(table, key) } as const;
  };
  return ok({ config: configOf(entries), origin });
}

/** Null: it is nobody's mistake that we could know of. */
function stranger(variable: string, known: readonly string[]): Failure | null {
  if (OF_THE_HOOK.includes(variable)) return null;
  const table = knownKeys([]).find((one) => `${variable}_`.startsWith(`GUNICOV_${one.toUpperCase()}_`));
  const nearest = known.toSorted((a, b) => leven(a, variable) - leven(b, variable))[0] ?? "";
  const isNear = leven(nearest, variable) <= NEAR;
  if (table === undefined && !isNear) return null;
  const names = known.filter((one) => one.startsWith(`GUNICOV_${(table ?? "").toUpperCase()}_`));
  const fix = isNear ? `Did you mean ${nearest}?` : `Known are: ${names.join(", ")}.`;
  return failure("config", `The variable ${variable} is of no key that gunicov knows.`, fix);
}

/** As the key's type wants it. Null: it can't be read so. What is no number or truth value stays a text, and is refused as one. */
function readValue(text: string, schema: v.GenericSchema | null): unknown {
  switch (schema?.type) {
    case "number":
      return /^\s*[+-]?[\d.]+\s*$/.test(text) ? Number(text) : text;
    case "boolean":
      return TRUTH[text.trim().toLowerCase()] ?? text;
    case "array":
    case "union":
      return shellWords(text);
    case "record":
      return tableOf(shellWords(text));
    default:
      return text;
  }
}

const TRUTH: Readonly<Record<string, boolean>> = {
  ...{ true: true, yes: true, on: true, 1: true },
  ...{ false: false, no: false, off: false, 0: false },
};

function tableOf(words: readonly string[] | null): Record<string, string> | null {
  const pairs = words?.map((word) => /^([^=]+)=(.*)$/s.exec(word)) ?? [null];
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? "", pair?.[2] ?? ""]));
}

function unreadable(variable: string, text: string, schema: v.GenericSchema | null): Failure {
  const table = schema?.type === "record";
  const what = table ? "NAME=value words, as in a shell" : "words, as in a shell";
  const example = table ? `${variable}='A=1 B="two words"'` : `${variable}='pytest -k "two words"'`;
  // What is in a table may be a password.
  const is = table ? "something else" : text;
  return failure(
    "config",
    `The variable ${variable} must be ${what}, and is ${is}.`,
    `For example: ${example}`,
  );
}
