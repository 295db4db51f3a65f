/**
 * `docker exec …`, `docker compose exec …` and `docker compose run …` as the tests' command. What they name is where the
 * tests run: a client that is ended leaves what it has started in the container running.
 */
import { dirname, resolve } from "node:path";
import type { Place } from "./place.ts";

/** Where such a command runs what, and how. */
export interface InContainer {
  readonly place: Place;
  /** The compose project that it names; null: none. */
  readonly project: string | null;
  /** The directory of the compose files that it names; null: it names none. */
  readonly directory: string | null;
  /** The rest: what runs in there. */
  readonly command: readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  /** `docker compose run`: a container is made for each run; null: it is there. */
  readonly composeRun: ComposeRun | null;
}

/** A container that compose makes for each run. */
export interface ComposeRun {
  readonly service: string;
  /** Compose with its own options, as the user has them; null: that of the server's project. */
  readonly compose: readonly string[] | null;
  /** The options of `run`, as the user has them, but for those of a terminal. */
  readonly options: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;

/** Options of a command: those that take a value by their one name, those that take none. */
interface Options {
  readonly values: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

const COMPOSE: Options = {
  values: {
    ...{ "-f": "file", "--file": "file", "-p": "project", "--project-name": "project" },
    ...{
      "--project-directory": "directory",
      "--profile": "",
      "--ansi": "",
      "--progress": "",
      "--parallel": "",
    },
  },
  flags: ["--compatibility", "--verbose", "--no-ansi", "--all-resources"],
};
/** Not `--detach`, nor what would be lost: `--privileged`, `--index`, `--env-file`. */
const EXEC: Options = {
  values: {
    ...{ "-e": "env", "--env": "env", "-u": "user", "--user": "user" },
    ...{ "-w": "cwd", "--workdir": "cwd", "--detach-keys": "" },
  },
  flags: ["-i", "--interactive", "-t", "--tty", "-T", "--no-TTY", "--no-tty"],
};

/** Not `--detach` nor `--entrypoint`: what is run is not the command then. */
const RUN: Options = {
  values: {
    ...EXEC.values,
    ...{ "-v": "", "--volume": "", "-p": "", "--publish": "", "-l": "", "--label": "", "--name": "" },
    ...{ "--cap-add": "", "--cap-drop": "", "--pull": "", "--env-from-file": "" },
  },
  flags: [
    ...EXEC.flags,
    ...["--rm", "--no-deps", "--service-ports", "--use-aliases", "--build", "--remove-orphans"],
    ...["-q", "--quiet", "--quiet-pull", "--quiet-build"],
  ],
};
/** What gunicov says itself: its programs have no terminal, and each container goes with its run. */
const OWN: readonly string[] = [...EXEC.flags, "--rm"];

/** What such a command says, or null: it is another one, or has an option that is not known here. */
export function inContainer(words: readonly string[], root: string, env: Env): InContainer | null {
  const [program = "", ...rest] = words;
  const name = program.split("/").at(-1);
  if (name === "docker-compose") return ofCompose([program], rest, root, env);
  if (name !== "docker") return null;
  const inner = rest[0] === "container" ? rest.slice(1) : rest;
  if (inner[0] === "exec") return ofExec(inner.slice(1), (container) => ({ container }), NOWHERE, env);
  return rest[0] === "compose" ? ofCompose([program, "compose"], rest.slice(1), root, env) : null;
}

interface Project {
  readonly project: string | null;
  readonly directory: string | null;
}

const NOWHERE: Project = { project: null, directory: null };

function ofCompose(
  program: readonly string[],
  words: readonly string[],
  root: string,
  env: Env,
): InContainer | null {
  const read = readOptions(words, COMPOSE);
  if (read === null) return null;
  const [verb, ...more] = read.rest;
  if (verb === "run") return ofRun([...program, ...words.slice(0, -read.rest.length)], more, env);
  if (verb !== "exec") return null;
  const { file = [], project = [], directory = [] } = read.values;
  const [at] = [...directory, ...file.map((path) => dirname(path))];
  const where = {
    project: project.at(-1) ?? null,
    directory: at === undefined ? null : resolve(root, at),
  };
  return ofExec(more, (service) => ({ service }), where, env);
}

function ofExec(
  words: readonly string[],
  place: (name: string) => Place,
  where: Project,
  own: Env,
): InContainer | null {
  const read = readOptions(words, EXEC);
  if (read === null) return null;
  const [name, ...command] = read.rest;
  if (name === undefined || command.length === 0) return null;
  const { user = [], cwd = [] } = read.values;
  return {
    place: place(name),
    ...where,
    command,
    cwd: cwd.at(-1) ?? null,
    env: variables(read, own),
    user: user.at(-1) ?? null,
    composeRun: null,
  };
}

/** Its options make the container: directory and user are that one's own. */
function ofRun(compose: readonly string[], words: readonly string[], own: Env): InContainer | null {
  const read = readOptions(words, RUN);
  if (read === null) return null;
  const [service, ...command] = read.rest;
  if (service === undefined || command.length === 0) return null;
  const given = words.slice(0, -read.rest.length);
  const options = given.filter((word) => word !== "--" && !areFlags(word, OWN));
  const rest = { ...NOWHERE, cwd: null, user: null, env: variables(read, own) };
  return { place: { service }, command, ...rest, composeRun: { service, compose, options } };
}

/** `-e`: they win over the other ones. */
function variables({ values: { env = [] } }: Read, own: Env): Readonly<Record<string, string>> {
  return Object.fromEntries(env.flatMap((one) => variable(one, own)));
}

/** `NAME=value`, or `NAME` alone for the value here. */
function variable(text: string, own: Env): readonly (readonly [string, string])[] {
  const at = text.indexOf("=");
  if (at > 0) return [[text.slice(0, at), text.slice(at + 1)]];
  const value = own[text];
  return value === undefined ? [] : [[text, value]];
}

interface Read {
  readonly values: Readonly<Record<string, readonly string[] | undefined>>;
  readonly rest: readonly string[];
}

/** The options that words begin with. Null: one is not known. */
function readOptions(words: readonly string[], { values: known, flags }: Options): Read | null {
  const values: Record<string, string[]> = {};
  const take = (option: string, value: string | undefined): boolean => {
    const name = known[option];
    if (name === undefined || value === undefined) return false;
    values[name] = [...(values[name] ?? []), value];
    return true;
  };
  let index = 0;
  for (; words[index]?.startsWith("-"); index += 1) {
    const word = words[index] ?? "";
    if (word === "--") return { values, rest: words.slice(index + 1) };
    if (areFlags(word, flags)) continue;
    const [long = "", ...value] = word.startsWith("--") ? word.split("=") : [word.slice(0, 2)];
    const joined = word.startsWith("--") ? value.join("=") : word.slice(2);
    const isJoined = word.startsWith("--") ? value.length > 0 : joined !== "";
    if (isJoined) {
      if (!take(long, joined)) return null;
    } else {
      index += 1;
      if (!take(word, words[index])) return null;
    }
  }
  return { values, rest: words.slice(index) };
}

/** One flag, or several short ones together: `-it`. */
function areFlags(word: string, flags: readonly string[]): boolean {
  if (flags.includes(word.replace(/=true$/, ""))) return true;
  return /^-\w+$/.test(word) && [...word.slice(1)].every((letter) => flags.includes(`-${letter}`));
}
