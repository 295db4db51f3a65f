/** Compose files where compose is not there to read them: the YAML, overrides, `extends`, `include` and variables. */
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { ProjectFiles } from "../ports/survey.ts";
import { list, table, variablesOf } from "./compose-document.ts";
import { variablesIn } from "./compose-find.ts";

type Table = Record<string, unknown>;
type Env = Readonly<Record<string, string | undefined>>;

const DEEP = 5;

/** One document of several files, later ones over earlier ones. Throws an Error with the file where one is no YAML. */
export function readCompose(paths: readonly string[], files: ProjectFiles, env: Env): Table {
  return paths.map((path) => readFile(path, files, env, 0)).reduce(merged, {});
}

function readFile(path: string, files: ProjectFiles, env: Env, depth: number): Table {
  const document = { ...table(parsed(path, files, env)) };
  if (depth >= DEEP) return document;
  const directory = dirname(path);
  const included = list(document.include).flatMap((one) =>
    list(typeof one === "string" ? one : table(one).path).map((name) => resolve(directory, String(name))),
  );
  const services = Object.entries(table(document.services)).map(([name, service]) => [
    name,
    withEnvFiles(absolute(extended(table(service), path, files, env, depth), directory), directory, files),
  ]);
  const own = { ...document, services: Object.fromEntries(services) as Table };
  return included
    .map((one) => readFile(one, files, env, depth + 1))
    .reduceRight((all, one) => merged(one, all), own as Table);
}

/** Its own variables win over those of its files. */
function withEnvFiles(service: Table, directory: string, files: ProjectFiles): Table {
  const paths = list(service.env_file).map((one) => String(typeof one === "string" ? one : table(one).path));
  if (paths.length === 0) return service;
  const read = paths.map((path) => variablesIn(files.text(resolve(directory, path))));
  return { ...service, environment: { ...Object.assign({}, ...read), ...variablesOf(service.environment) } };
}

function extended(service: Table, path: string, files: ProjectFiles, env: Env, depth: number): Table {
  if (service.extends === undefined || depth >= DEEP) return service;
  const { extends: how, ...own } = service;
  const name = typeof how === "string" ? how : String(table(how).service);
  const file = typeof how === "string" ? undefined : table(how).file;
  const from = file === undefined ? path : resolve(dirname(path), String(file));
  const base = table(table(table(parsed(from, files, env)).services)[name]);
  return mergedService(absolute(extended(base, from, files, env, depth + 1), dirname(from)), own);
}

/** Its paths are from its own file, wherever it is included. */
function absolute(service: Table, directory: string): Table {
  const volumes = list(service.volumes).map((volume) =>
    typeof volume === "string" && volume.startsWith(".")
      ? `${resolve(directory, volume.split(":")[0] ?? "")}${volume.slice((volume.split(":")[0] ?? "").length)}`
      : volume,
  );
  const build = typeof service.build === "string" ? { context: service.build } : service.build;
  const context =
    build === undefined
      ? {}
      : { build: { ...table(build), context: resolve(directory, String(table(build).context ?? ".")) } };
  return { ...service, ...(volumes.length === 0 ? {} : { volumes }), ...context };
}

function parsed(path: string, files: ProjectFiles, env: Env): unknown {
  const text = files.text(path);
  if (text === null) return {};
  try {
    return parse(substituted(text, env), { logLevel: "silent", merge: true, uniqueKeys: false });
  } catch (error) {
    throw new Error(
      `${path}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
    );
  }
}

/** `$NAME`, `${NAME:-default}` and the like; `$$` is a dollar. */
export function substituted(text: string, env: Env): string {
  return text.replace(
    /\$(?:\$|\{(\w+)(?:(:?[-+?])((?:[^{}]|\{[^{}]*\})*))?\}|([A-Za-z_]\w*))/g,
    (
      whole,
      braced: string | undefined,
      how: string | undefined,
      word: string | undefined,
      bare: string | undefined,
    ) => {
      if (whole === "$$") return "$";
      const value = env[braced ?? bare ?? ""];
      const there = how?.startsWith(":") ? Boolean(value) : value !== undefined;
      if (how?.endsWith("+")) return there ? (word ?? "") : "";
      return there ? (value ?? "") : how?.endsWith("-") ? substituted(word ?? "", env) : "";
    },
  );
}

function merged(one: Table, other: Table): Table {
  const services: Table = { ...table(one.services) };
  for (const [name, service] of Object.entries(table(other.services))) {
    services[name] = mergedService(table(services[name]), table(service));
  }
  return { ...one, ...other, services };
}

/** As compose merges: lists of volumes and ports are added up, variables by name, the rest is replaced. */
function mergedService(one: Table, other: Table): Table {
  const both = (key: string) => ({ [key]: [...list(one[key]), ...list(other[key])] });
  const environment = { ...variablesOf(one.environment), ...variablesOf(other.environment) };
  return { ...one, ...other, ...both("volumes"), ...both("ports"), environment };
}
