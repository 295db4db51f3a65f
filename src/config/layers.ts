/** Who says what: the layers of a configuration, and which of them is in force for each key. */
import type { Named } from "./explain.ts";
import type { Spot } from "./locate.ts";
import { DEFAULTS, type FileConfig } from "./schema.ts";

/** Where a value comes from. */
export type Origin =
  | { readonly from: "default" }
  | { readonly from: "found"; readonly why: string }
  | {
      readonly from: "file";
      readonly file: string;
      /** Null: it was not found there again. */
      readonly spot: Spot | null;
      /** The lines there. */
      readonly lines?: string | undefined;
    }
  | { readonly from: "environment"; readonly variable: string }
  | { readonly from: "flag"; readonly flag: string };

export interface Layer {
  readonly config: FileConfig;
  /** Of one of its keys, `server.service`. */
  origin(key: string): Origin;
}

export interface InForce {
  readonly config: FileConfig;
  /** Of a key that has a value; null: it has none. */
  origin(key: string): Origin | null;
}

export const NO_LAYER: Layer = { config: {}, origin: () => ({ from: "default" }) };

const DEFAULT: Layer = {
  config: structuredClone(DEFAULTS) as unknown as FileConfig,
  origin: NO_LAYER.origin,
};

const CONTAINER = ["server.service", "server.container"];
const SERVER = [...CONTAINER, "server.command"];

/** Keys of lower layers that no longer count where a layer has this one: they answer the same question. */
const REPLACES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(SERVER.map((key) => [key, SERVER])),
  "tests.service": ["tests.container"],
  "tests.container": ["tests.service", "tests.run"],
};

/** The layers over the defaults, the last one wins. A value is taken whole, a list or a table too. `local`: no container counts. */
export function layered(layers: readonly Layer[], local = false): InForce {
  const values = new Map<string, { readonly value: unknown; readonly layer: Layer }>();
  for (const layer of [DEFAULT, ...layers]) {
    const own = entriesOf(layer.config).filter(([key]) => !local || !CONTAINER.includes(key));
    for (const [key, value] of own) for (const other of replacedBy(key, value, values)) values.delete(other);
    for (const [key, value] of own) values.set(key, { value, layer });
  }
  return {
    config: configOf([...values].map(([key, { value }]) => [key, value])),
    origin: (key) => values.get(key)?.layer.origin(key) ?? null,
  };
}

function replacedBy(
  key: string,
  value: unknown,
  before: ReadonlyMap<string, { readonly value: unknown }>,
): readonly string[] {
  if (key === "tests.run")
    return value === "host" ? ["tests.service", "tests.container"] : ["tests.container"];
  const host = key === "tests.service" && before.get("tests.run")?.value === "host" ? ["tests.run"] : [];
  return [...(REPLACES[key] ?? []), ...host];
}

/** `["server.service", "web"]` and so on; a list of tables is one of them, by its name alone. */
export function entriesOf(config: FileConfig): readonly (readonly [string, unknown])[] {
  return Object.entries(config).flatMap(([table, keys]): (readonly [string, unknown])[] =>
    // A list of tables is one value.
    Array.isArray(keys)
      ? [[table, keys]]
      : Object.entries(keys ?? {})
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => [`${table}.${key}`, value] as const),
  );
}

export function configOf(entries: readonly (readonly [string, unknown])[]): FileConfig {
  const config: Record<string, unknown> = {};
  for (const [name, value] of entries) {
    const [table = "", key] = name.split(".");
    config[table] = key === undefined ? value : { ...(config[table] ?? {}), [key]: value };
  }
  return config as FileConfig;
}

/** How the place of a key is called where its value is wrong. */
export function nameOf(key: string, origin: Origin | null): Named {
  switch (origin?.from) {
    case "file": {
      const { file, spot, lines } = origin;
      const at = spot === null ? file : `${file}:${spot.line}:${spot.column}`;
      return { what: `${at}: ${key}`, fix: "Correct it there.", detail: lines };
    }
    case "environment":
      return { what: `The variable ${origin.variable}`, fix: "Correct it in your environment." };
    case "flag":
      return { what: origin.flag, fix: "Correct it on the command line." };
    case "found":
      return { what: `${key} (${origin.why})`, fix: `Say ${key} in gunicov.toml.` };
    default:
      return { what: key, fix: `Say ${key} in gunicov.toml.` };
  }
}
