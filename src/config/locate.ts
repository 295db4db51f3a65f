/** Where a key stands in a TOML file. The text has been read as TOML before. */
import { type AST, getStaticTOMLValue, parseTOML } from "toml-eslint-parser";

export interface Spot {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

/** Where this key is, or else (not if `exactly`) the nearest table around it; an index counts items of a list. Null: nowhere. */
export function locate(text: string, path: readonly (string | number)[], exactly = false): Spot | null {
  const body = bodyOf(text);
  const shortest = exactly ? path.length : 1;
  for (let length = path.length; length >= shortest && length > 0; length -= 1) {
    const found = inTable(body, path.slice(0, length));
    if (found !== null) return { line: found.loc.start.line, column: found.loc.start.column + 1 };
  }
  return null;
}

/** None of what the two libraries do not agree on. */
function bodyOf(text: string): readonly Body[] {
  try {
    return parseTOML(text.replace(/^\uFEFF/, ""), { tomlVersion: "1.1" }).body[0].body;
  } catch {
    return [];
  }
}

/** The line and the ones around it, with a mark below the column. */
export function linesAt(text: string, { line, column }: Spot): string {
  const lines = text.split(/\r?\n/);
  const from = Math.max(1, line - 1);
  const numbers = [from, line, line + 1].filter((one, at, all) => all.indexOf(one) === at);
  const width = `${line + 1}`.length;
  return numbers
    .flatMap((one) => {
      const shown = lines[one - 1];
      if (shown === undefined || (shown.trim() === "" && one !== line)) return [];
      const row = `${`${one}`.padStart(width)}:  ${shown}`;
      return one === line ? [row, `${" ".repeat(width + 2 + column)}^`] : [row];
    })
    .join("\n");
}

type Body = AST.TOMLTopLevelTable["body"][number] | AST.TOMLKeyValue;

function inTable(body: readonly Body[], path: readonly (string | number)[]): AST.TOMLNode | null {
  for (const node of body) {
    const keys = node.type === "TOMLTable" ? node.resolvedKey : namesOf(node.key);
    const rest = after(keys, path);
    if (rest === null) continue;
    if (rest.length === 0) return node.key;
    const inner = node.type === "TOMLTable" ? inTable(node.body, rest) : inValue(node.value, rest);
    if (inner !== null) return inner;
  }
  return null;
}

/** Of a dotted key only the first part may be asked for: `[tool.gunicov.server]` is where `tool` is. */
function after(keys: readonly (string | number)[], path: readonly (string | number)[]) {
  if (path.length <= keys.length) return path.every((part, at) => keys[at] === part) ? [] : null;
  return keys.every((one, at) => one === path[at]) ? path.slice(keys.length) : null;
}

function inValue(value: AST.TOMLContentNode, path: readonly (string | number)[]): AST.TOMLNode | null {
  const [first, ...rest] = path;
  if (value.type === "TOMLInlineTable") return inTable(value.body, path);
  if (value.type !== "TOMLArray" || typeof first !== "number") return null;
  const item = value.elements[first];
  if (item === undefined) return null;
  return rest.length === 0 ? item : inValue(item, rest);
}

function namesOf(key: AST.TOMLKey): readonly string[] {
  return key.keys.map((one) => String(getStaticTOMLValue(one)));
}
