/** Where the compose files of a project are, as compose itself looks for them, and as a Makefile names them. */
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { ProjectFiles } from "../ports/survey.ts";
import { wordsOf } from "./words.ts";

export const COMPOSE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];
const OVERRIDES: Readonly<Record<string, readonly string[]>> = {
  "compose.yaml": ["compose.override.yaml", "compose.override.yml"],
  "compose.yml": ["compose.override.yml", "compose.override.yaml"],
  "docker-compose.yaml": ["docker-compose.override.yaml", "docker-compose.override.yml"],
  "docker-compose.yml": ["docker-compose.override.yml", "docker-compose.override.yaml"],
};

type Env = Readonly<Record<string, string | undefined>>;

export interface ComposeFiles {
  readonly directory: string;
  /** Absolute, in order. */
  readonly files: readonly string[];
  /** Compose finds them by itself in `directory`. */
  readonly usual: boolean;
  readonly why: string;
  /** Variables that compose reads in that directory: `.env` below the environment. */
  readonly env: Env;
}

/** Nearest first: one, or several below the root of which none is nearer. */
export function composeFiles(files: ProjectFiles, env: Env): readonly ComposeFiles[] {
  const { root } = files;
  for (const directory of upwards(root, files)) {
    const found = inDirectory(directory, files, env);
    if (found !== null) return [found];
  }
  const named = ofMakefile(files, env);
  if (named !== null) return [named];
  const below = files.paths.filter((path) => COMPOSE_NAMES.includes(path.split("/").at(-1) ?? ""));
  const least = Math.min(...below.map((path) => path.split("/").length));
  const directories = below
    .filter((path) => path.split("/").length === least)
    .map((path) => dirname(join(root, path)));
  return [...new Set(directories)].flatMap((directory) => inDirectory(directory, files, env) ?? []);
}

/** The root and what is above it: up to where the repository ends, where there is one. */
function upwards(root: string, files: ProjectFiles): readonly string[] {
  const all: string[] = [];
  for (let directory = root; ; directory = dirname(directory)) {
    all.push(directory);
    if (files.exists(join(directory, ".git"))) return all;
    if (directory === dirname(directory)) return all;
  }
}

function inDirectory(directory: string, files: ProjectFiles, env: Env): ComposeFiles | null {
  const all = { ...variablesIn(files.text(join(directory, ".env"))), ...env };
  const by = env.COMPOSE_FILE ? "COMPOSE_FILE" : `COMPOSE_FILE in ${join(directory, ".env")}`;
  const fromEnv = listed(all, directory).filter((path) => files.exists(path));
  if (fromEnv.length > 0) return { directory, files: fromEnv, usual: true, why: by, env: all };
  const name = COMPOSE_NAMES.find((one) => files.exists(join(directory, one)));
  if (name === undefined) return null;
  const override = OVERRIDES[name]?.find((one) => files.exists(join(directory, one)));
  const found = [name, ...(override === undefined ? [] : [override])].map((one) => join(directory, one));
  return { directory, files: found, usual: true, why: "", env: all };
}

/** COMPOSE_FILE has several files with `:` between them. */
function listed(env: Env, directory: string): readonly string[] {
  const separator = env.COMPOSE_PATH_SEPARATOR || ":";
  const names = (env.COMPOSE_FILE ?? "").split(separator).filter((one) => one !== "");
  return names.map((one) => (isAbsolute(one) ? one : resolve(directory, one)));
}

/** `docker compose -f ci/compose.yaml …` in a Makefile, a script or a justfile: where all say the same files. */
function ofMakefile(files: ProjectFiles, env: Env): ComposeFiles | null {
  for (const path of files.paths.filter((one) =>
    /^(GNUmakefile|[Mm]akefile|[Jj]ustfile|Taskfile\.ya?ml|[\w.-]+\.sh)$/.test(one),
  )) {
    const lines = (files.text(path) ?? "").split("\n");
    for (const [index, line] of lines.entries()) {
      const named = composeOption(line).map((one) => resolve(files.root, one));
      if (named.length === 0 || !named.every((one) => files.exists(one))) continue;
      const directory = dirname(named[0] ?? files.root);
      const all = { ...variablesIn(files.text(join(directory, ".env"))), ...env };
      return { directory, files: named, usual: false, why: `${path}:${index + 1}`, env: all };
    }
  }
  return null;
}

/** The values of `-f` before compose's verb. */
export function composeOption(line: string): readonly string[] {
  const match = /\bdocker(?:-compose|\s+compose)\s+(.*)$/.exec(line);
  if (match === null) return [];
  const words = wordsOf(match[1] ?? "");
  const found: string[] = [];
  for (let index = 0; index < words.length && words[index]?.startsWith("-"); index++) {
    const [option, value] = (words[index] ?? "").split("=");
    if (option === "-f" || option === "--file") found.push(value ?? words[++index] ?? "");
    else if (
      /^(-p|--project-name|--profile|--env-file|--project-directory)$/.test(option ?? "") &&
      value === undefined
    )
      index++;
  }
  return found.filter((one) => one !== "");
}

/** `NAME=value` lines of an `.env` file. */
export function variablesIn(text: string | null): Env {
  const lines = (text ?? "").split(/\r?\n/).flatMap((line) => {
    const match = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line);
    return match ? [[match[1] ?? "", (match[2] ?? "").replace(/^(["'])(.*)\1.*$/, "$2")] as const] : [];
  });
  return Object.fromEntries(lines);
}
