/** The texts that an expression of TypeScript may have. */
import { HOLE } from "./said.ts";
import { isFunction, type Made, type Node, nodesOf, type Scope } from "./scope.ts";

/** More wordings than that are one hole. */
const MOST = 64;
const DEEPEST = 12;

export function textsOf(node: Node, scope: Scope, depth = 0): readonly string[] {
  if (depth > DEEPEST) return [HOLE];
  const of = (one: Node) => textsOf(one, scope, depth + 1);
  switch (node.type) {
    case "Literal":
      return [typeof node.value === "string" ? node.value : HOLE];
    case "TemplateLiteral":
      return joined(
        node.quasis.flatMap((part: Node, index: number) => {
          const put = node.expressions[index];
          return put === undefined ? [[part.value.cooked]] : [[part.value.cooked], of(put)];
        }),
      );
    case "BinaryExpression":
      return node.operator === "+" ? joined([of(node.left), of(node.right)]) : [HOLE];
    case "ConditionalExpression":
      return [...of(node.consequent), ...of(node.alternate)];
    case "LogicalExpression":
      return orElse(of(node.left), of(node.right));
    case "TSAsExpression":
    case "ParenthesizedExpression":
      return of(node.expression);
    case "Identifier":
      return ofName(scope.find(node.name), depth);
    case "CallExpression":
      return ofCall(node, scope, depth);
    default:
      return [HOLE];
  }
}

function ofName(made: Made | null, depth: number): readonly string[] {
  return made === null || isFunction(made.node) ? [HOLE] : textsOf(made.node, made.scope, depth + 1);
}

/** Of a function of ours: all that it may return. `"…".trim()` is the text. */
function ofCall(node: Node, scope: Scope, depth: number): readonly string[] {
  if (node.callee.type === "MemberExpression" && node.callee.property.name === "trim")
    return textsOf(node.callee.object, scope, depth + 1);
  const called = node.callee.type === "Identifier" ? scope.functionOf(node.callee.name) : null;
  if (called === null) return [HOLE];
  const inner = called.scope.inner(called.node);
  if (called.node.body.type !== "BlockStatement") return textsOf(called.node.body, inner, depth + 1);
  const returned: string[] = [];
  for (const [one, at] of nodesOf(called.node.body, inner))
    if (one.type === "ReturnStatement" && one.argument)
      returned.push(...textsOf(one.argument, at, depth + 1));
  return returned.length > 0 ? returned : [HOLE];
}

/** `lines[0] ?? ""` is for the type checker: such a text is not empty. */
function orElse(first: readonly string[], other: readonly string[]): readonly string[] {
  return [...first, ...other.filter((text) => text !== "")];
}

function joined(parts: readonly (readonly string[])[]): readonly string[] {
  const all = parts.reduce<readonly string[]>(
    (before, part) => before.flatMap((start) => part.map((end) => start + end)).slice(0, MOST + 1),
    [""],
  );
  return all.length > MOST ? [HOLE] : all;
}
