/** Reads the texts and the failures out of TypeScript, without running it. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { type Complaint, HOLE, type Said, type Text } from "./said.ts";
import { type Node, nodesOf, parametersOf, Scope } from "./scope.ts";
import { textsOf } from "./value.ts";

export function readTypeScript(root: string): Said {
  const files = ["bin/gunicov", ...globSync("src/**/*.{ts,tsx}", { cwd: root }).toSorted()];
  const modules = new Map(files.map((file) => [file, moduleOf(root, file)]));
  const texts: Text[] = [];
  const complaints: Complaint[] = [];
  for (const [file, { scope, lineOf }] of modules) {
    const lists = new Set<Node>();
    for (const [node, inner] of nodesOf(scope.node, scope)) {
      const at = `${file}:${lineOf(node)}`;
      const text = literal(node, lists);
      if (node.type === "MemberExpression" && node.property.name === "split") lists.add(node.object);
      if (text !== null) texts.push({ at, text });
      const complaint = complaintOf(node, inner);
      if (complaint !== null) complaints.push({ at, ...complaint });
    }
  }
  return { texts, complaints };

  function moduleOf(directory: string, file: string) {
    const source = readFileSync(join(directory, file), "utf8");
    const program = parseAst(source, { lang: file.endsWith("x") ? "tsx" : "ts" }, file) as unknown as Node;
    const scope = new Scope(program, null, file, (path) => modules.get(path)?.scope ?? null);
    return { scope, lineOf: (node: Node) => source.slice(0, node.start).split("\n").length };
  }
}

/** The text of a literal as it is read; `"a b".split(" ")` is a list of names. */
function literal(node: Node, lists: ReadonlySet<Node>): string | null {
  if (lists.has(node)) return null;
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  if (node.type === "TemplateLiteral") return node.quasis.map((part: Node) => part.value.cooked).join(HOLE);
  return node.type === "JSXText" ? node.value.trim() : null;
}

/** What happened goes by one of these names. */
const HAPPENED = ["message", "what", "text"];

/** A failure is made by an object with `fix`, or by a call of a function that takes `fix`. */
function complaintOf(node: Node, scope: Scope): Omit<Complaint, "at"> | null {
  if (node.type === "ObjectExpression") {
    const property = (name: string) => node.properties.find((one: Node) => one.key?.name === name)?.value;
    const fix = property("fix");
    if (fix === undefined) return null;
    const happened = HAPPENED.map(property).find((one) => one !== undefined);
    return { messages: happened === undefined ? [] : textsOf(happened, scope), fixes: textsOf(fix, scope) };
  }
  if (node.type !== "CallExpression" || node.callee.type !== "Identifier") return null;
  const called = scope.functionOf(node.callee.name);
  if (called === null) return null;
  const names = parametersOf(called.node);
  const fix = node.arguments[names.indexOf("fix")];
  if (fix === undefined) return null;
  const happened = node.arguments[names.findIndex((name) => HAPPENED.includes(name))];
  return { messages: happened === undefined ? [] : textsOf(happened, scope), fixes: textsOf(fix, scope) };
}
