/** Where a name of a TypeScript module comes from. */
import { dirname, normalize } from "node:path";

// biome-ignore lint/suspicious/noExplicitAny: a node of any kind; each reader asks for its type first.
export type Node = any;

const FUNCTIONS = ["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"];

export const isFunction = (node: Node) => FUNCTIONS.includes(node.type);

/** What stands for a name: the node that makes it, and where that is read. */
export interface Made {
  readonly node: Node;
  readonly scope: Scope;
}

/** A program, a function or a block, and what is around it. */
export class Scope {
  readonly node: Node;
  readonly #outer: Scope | null;
  readonly #file: string;
  readonly #moduleOf: (file: string) => Scope | null;

  constructor(node: Node, outer: Scope | null, file: string, moduleOf: (file: string) => Scope | null) {
    this.node = node;
    this.#outer = outer;
    this.#file = file;
    this.#moduleOf = moduleOf;
  }

  inner(node: Node): Scope {
    return new Scope(node, this, this.#file, this.#moduleOf);
  }

  /** Null: it is a parameter, a part of something, or changes. */
  find(name: string): Made | null {
    if (isFunction(this.node) && parametersOf(this.node).includes(name)) return null;
    for (const statement of statementsOf(this.node)) {
      const one = statement.declaration ?? statement;
      if (one.type === "FunctionDeclaration" && one.id?.name === name) return { node: one, scope: this };
      if (one.type === "VariableDeclaration") {
        for (const { id, init } of one.declarations) {
          if (id.type === "Identifier" && id.name === name)
            return one.kind === "const" && init ? { node: init, scope: this } : null;
          if (id.type !== "Identifier" && namesIn(id).includes(name)) return null;
        }
      }
      if (one.type === "ImportDeclaration") {
        const specifier = one.specifiers.find(({ local }: Node) => local.name === name);
        if (specifier !== undefined) return this.#imported(one.source.value, specifier.imported?.name);
      }
    }
    return this.#outer?.find(name) ?? null;
  }

  functionOf(name: string): Made | null {
    const made = this.find(name);
    return made !== null && isFunction(made.node) ? made : null;
  }

  #imported(source: string, name: string): Made | null {
    if (!source.startsWith(".")) return null;
    return this.#moduleOf(normalize(`${dirname(this.#file)}/${source}`))?.find(name) ?? null;
  }
}

function statementsOf(node: Node): readonly Node[] {
  if (node.type === "Program" || node.type === "BlockStatement") return node.body;
  return node.type === "SwitchCase" ? node.consequent : [];
}

/** Names of a function's parameters; a pattern has an empty one. */
export function parametersOf(node: Node): readonly string[] {
  return (node.params ?? []).map((one: Node) => one.name ?? one.left?.name ?? "");
}

function namesIn(pattern: Node): readonly string[] {
  const parts = pattern.properties?.map((one: Node) => one.value ?? one.argument) ?? pattern.elements ?? [];
  return parts.flatMap((one: Node) => {
    const name = one?.left ?? one?.argument ?? one;
    return name?.type === "Identifier" ? [name.name] : name ? namesIn(name) : [];
  });
}

/** Each node below one, with the scope that it is read in. */
export function* nodesOf(node: Node, scope: Scope): Generator<readonly [Node, Scope]> {
  if (typeof node?.type === "string") yield [node, scope];
  const opens = isFunction(node) || (node !== scope.node && statementsOf(node).length > 0);
  const inner = opens ? scope.inner(node) : scope;
  for (const value of Object.values(node)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== null && typeof one === "object") yield* nodesOf(one, inner);
  }
}
