/** What is wrong with a configuration, in the words of someone who writes TOML. */
import leven from "leven";
import type * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { knownKeys } from "./schema.ts";

/** The words for what valibot expects. */
const EXPECTED: Readonly<Record<string, string>> = {
  Array: "a list",
  Object: "a table",
  string: "a text in quotes",
  number: "a number",
  boolean: "true or false",
};

/** A key this near to a known one was meant to be that. */
const NEAR = 3;

/** How a place of a configuration is called. */
export interface Named {
  /** `/p/gunicov.toml:3:1: server.port` */
  readonly what: string;
  readonly fix: string;
  /** The lines there. */
  readonly detail?: string | undefined;
}

type Path = readonly (string | number)[];

/** The failure for the first issue of one layer of the configuration. `nameOf` gets the path of the key. */
export function explain(issue: v.BaseIssue<unknown>, nameOf: (path: Path) => Named): Failure {
  const path = (issue.path ?? []).map((item) => (typeof item.key === "number" ? item.key : String(item.key)));
  const { what, fix, detail } = nameOf(path);
  if (issue.type === "strict_object" && issue.expected === "never")
    return failure("config", `${what} is not a key that gunicov knows.`, nearestKey(path), detail);
  return failure("config", `${what} ${complaint(issue)}.`, advice(issue, path) ?? fix, detail);
}

function nearestKey(path: Path): string {
  const key = String(path.at(-1) ?? "");
  const known = knownKeys(path.slice(0, -1).map(String));
  const nearest = known.toSorted((a, b) => leven(a, key) - leven(b, key))[0];
  const hint = nearest !== undefined && leven(nearest, key) <= NEAR ? `Did you mean ${nearest}? ` : "";
  return `${hint}Known here: ${known.join(", ")}.`;
}

/** `tool.gunicov.server.command[1]` */
export function dotted(path: Path): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : text === "" ? key : `${text}.${key}`),
    "",
  );
}

function complaint(issue: v.BaseIssue<unknown>): string {
  const { expected, received } = issue;
  switch (issue.type) {
    case "integer":
      return `must be a whole number, and is ${received ?? issue.input}`;
    case "min_value":
      return `must be at least ${expected?.replace(">=", "")}, and is ${received}`;
    case "max_value":
      return `must be at most ${expected?.replace("<=", "")}, and is ${received}`;
    case "regex":
    case "min_length":
      return issue.message;
    default:
      return `must be ${EXPECTED[expected ?? ""] ?? choices(expected)}, and is ${received}`;
  }
}

/** `("abort" | "queue")` → `"abort" or "queue"` */
function choices(expected: string | null): string {
  return (expected ?? "something else").replace(/^\(|\)$/g, "").replaceAll(" | ", " or ");
}

function advice(issue: v.BaseIssue<unknown>, path: Path): string | null {
  if (issue.type !== "array" || typeof issue.input !== "string") return null;
  const items = path.at(-1) === "command" ? issue.input.trim().split(/\s+/) : [issue.input];
  return `Write it as a list: ${String(path.at(-1))} = ${JSON.stringify(items).replaceAll(",", ", ")}`;
}
