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

/** The failure for the first issue of a configuration file. */
export function explain(issue: v.BaseIssue<unknown>, file: string): Failure {
  const path = (issue.path ?? []).map((item) => item.key);
  if (issue.type === "strict_object" && issue.expected === "never") return unknownKey(path.map(String), file);
  const message = `${file}: ${dotted(path)} ${complaint(issue)}.`;
  return failure("config", message, advice(issue, path));
}

function unknownKey(path: readonly string[], file: string): Failure {
  const key = path.at(-1) ?? "";
  const known = knownKeys(path.slice(0, -1));
  const nearest = known.toSorted((a, b) => leven(a, key) - leven(b, key))[0];
  const hint = nearest !== undefined && leven(nearest, key) <= NEAR ? `Did you mean ${nearest}? ` : "";
  const message = `${file}: ${dotted(path)} is not a key that gunicov knows.`;
  return failure("config", message, `${hint}Known here: ${known.join(", ")}.`);
}

/** `tool.gunicov.server.command[1]` */
function dotted(path: readonly unknown[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === "number" ? `${text}[${key}]` : `${text}.${String(key)}`),
    "tool.gunicov",
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

function advice(issue: v.BaseIssue<unknown>, path: readonly unknown[]): string {
  if (issue.type !== "array" || typeof issue.input !== "string") return "Correct it there.";
  const items = path.at(-1) === "command" ? issue.input.trim().split(/\s+/) : [issue.input];
  return `Write it as a list: ${String(path.at(-1))} = ${JSON.stringify(items).replaceAll(",", ", ")}`;
}
