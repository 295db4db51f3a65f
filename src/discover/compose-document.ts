/** A compose document, as compose prints it or as people write it, in one form. */
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import type { ComposeBuild, ComposeService } from "./compose-project.ts";
import { wordsOf } from "./words.ts";

type Table = Readonly<Record<string, unknown>>;

/** The services of a document. Relative paths in it are from `directory`. */
export function servicesOf(document: unknown, directory: string): readonly ComposeService[] {
  return Object.entries(table(table(document).services)).map(([name, value]) =>
    serviceOf(name, table(value), directory),
  );
}

export function nameOf(document: unknown): string | null {
  return text(table(document).name);
}

function serviceOf(name: string, service: Table, directory: string): ComposeService {
  const env = variablesOf(service.environment);
  return {
    name,
    image: text(service.image),
    build: buildOf(service.build, directory),
    command: commandOf(service.command),
    entrypoint: commandOf(service.entrypoint),
    workingDir: text(service.working_dir),
    volumes: list(service.volumes).flatMap((volume) => volumeOf(volume, directory)),
    env: Object.keys(env),
    gunicornArgs: env.GUNICORN_CMD_ARGS ?? null,
    pythonPath: env.PYTHONPATH ?? null,
    ports: list(service.ports).flatMap(portOf),
    profiles: list(service.profiles).map(String),
  };
}

function buildOf(value: unknown, directory: string): ComposeBuild | null {
  if (typeof value === "string")
    return { context: resolve(directory, value), dockerfile: "Dockerfile", target: null, args: {} };
  if (typeof value !== "object" || value === null) return null;
  const build = table(value);
  return {
    context: resolve(directory, text(build.context) ?? "."),
    dockerfile: text(build.dockerfile) ?? "Dockerfile",
    target: text(build.target),
    args: variablesOf(build.args),
  };
}

/** A text is split as compose does it: without a shell. */
export function commandOf(value: unknown): readonly string[] | null {
  if (typeof value === "string") return wordsOf(value);
  return Array.isArray(value) ? value.map(String) : null;
}

function volumeOf(value: unknown, directory: string): readonly { host: string; inside: string }[] {
  if (typeof value === "string") {
    const [host = "", inside] = value.split(/:(?!\\)/);
    return inside === undefined || !/^[./~]/.test(host)
      ? []
      : [{ host: hostPath(host, directory), inside: plain(inside) }];
  }
  const { type, source, target } = table(value);
  if (type !== "bind" || typeof source !== "string" || typeof target !== "string") return [];
  return [{ host: hostPath(source, directory), inside: plain(target) }];
}

function hostPath(path: string, directory: string): string {
  const home = path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
  return plain(isAbsolute(home) ? resolve(home) : resolve(directory, home));
}

function plain(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

/** Published at null: at a port that the engine chooses, anew with each start. */
function portOf(value: unknown): readonly { published: number | null; target: number }[] {
  if (typeof value === "object" && value !== null) {
    const { published = "", target, protocol = "tcp" } = table(value);
    return protocol === "tcp" ? [{ published: fixedPort(String(published)), target: Number(target) }] : [];
  }
  const [, published = "", target] = /^(?:(?:.*:)?([\d-]*):)?(\d+)(?:\/tcp)?$/.exec(String(value)) ?? [];
  return target === undefined ? [] : [{ published: fixedPort(published), target: Number(target) }];
}

/** Of a range, one is chosen too. */
function fixedPort(text: string): number | null {
  return /^\d+$/.test(text) && text !== "0" ? Number(text) : null;
}

/** A list of `NAME=value`, or a table. */
export function variablesOf(value: unknown): Readonly<Record<string, string>> {
  if (!Array.isArray(value)) {
    return Object.fromEntries(
      Object.entries(table(value)).map(([name, one]) => [name, one === null ? "" : String(one)]),
    );
  }
  return Object.fromEntries(
    value
      .map(String)
      .map((one) =>
        one.includes("=") ? [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)] : [one, ""],
      ),
  );
}

export function table(value: unknown): Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Table) : {};
}

export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
