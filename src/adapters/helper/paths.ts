/** Paths of the host, of the target, and as people read them (from the project's root). */
import { isAbsolute, relative, resolve, sep } from "node:path";
import type { Mapping } from "../../ports/target.ts";

export class Paths {
  readonly #root: string;
  readonly #mappings: () => readonly Mapping[];

  /** `root` is the project's, on the host. Mappings are asked for again each time: a container may come back with others. */
  constructor(root: string, mappings: () => readonly Mapping[]) {
    this.#root = root;
    this.#mappings = mappings;
  }

  /** The project's, on the host. */
  get root(): string {
    return this.#root;
  }

  /** The path in the target of a host's file; null where the target does not see it. */
  inside(host: string): string | null {
    return translate(host, this.#mappings(), "host", "inside");
  }

  /** The path on the host of a target's file; null where it is the target's own. */
  host(inside: string): string | null {
    return translate(inside, this.#mappings(), "inside", "host");
  }

  /** From the project's root, with `/`; a target's own file keeps its path there. */
  shown(inside: string): string {
    const host = this.host(inside);
    return host === null ? inside : this.fromRoot(host);
  }

  /** A host's path from the project's root; absolute where it lies outside. */
  fromRoot(host: string): string {
    const path = relative(this.#root, host);
    const outside = path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path);
    return path === "" || outside ? host : path.split(sep).join("/");
  }

  /** The mappings of directories, for the helper. */
  get all(): readonly { readonly inside: string; readonly outside: string }[] {
    return this.#mappings().map(({ inside, host }) => ({ inside, outside: host }));
  }

  /** Absolute on the host: of a path as in the report, or of one inside the target (in a traceback, say). */
  resolve(shown: string): string {
    return isAbsolute(shown) ? (this.host(shown) ?? shown) : resolve(this.#root, shown);
  }
}

function translate(
  path: string,
  mappings: readonly Mapping[],
  from: "host" | "inside",
  to: "host" | "inside",
): string | null {
  let best: Mapping | null = null;
  for (const mapping of mappings) {
    if (isWithin(path, mapping[from]) && (best === null || mapping[from].length > best[from].length))
      best = mapping;
  }
  if (best === null) return null;
  const rest = path.slice(best[from].length).replace(/^\/+/, "");
  return rest === "" ? best[to] : `${best[to].replace(/\/+$/, "")}/${rest}`;
}

function isWithin(path: string, directory: string): boolean {
  const base = directory.replace(/\/+$/, "");
  return path === directory || path === base || path.startsWith(`${base}/`);
}
