/** What was found in a project, as if the user had written it down. */
import type { FileConfig } from "../config/schema.ts";
import type { Failure } from "../core/failure.ts";
import type { Finding } from "../core/found.ts";
import type { ComposeProject } from "./compose-project.ts";
import type { OwnHook } from "./own-hook.ts";

export type { Finding } from "../core/found.ts";
export type { ComposeProject, ComposeService } from "./compose-project.ts";

export interface Discovery {
  /** The project's root, absolute: where relative paths of `config` start. */
  readonly root: string;
  /** What a configuration file would say; only what was found. */
  readonly config: FileConfig;
  /** A line for people for each thing found. */
  readonly findings: readonly Finding[];
  /** Where two or more answers fit. What stands in `config` for such a key is nothing. */
  readonly questions: readonly Question[];
  readonly compose: ComposeProject | null;
  /** How the service's gunicorn is started; null: no service was found. */
  readonly started: Started | null;
  /** What is missing for a cycle to work, each with its fix. */
  readonly missing: readonly Failure[];
}

/** What tells how a service's gunicorn can be made to load a hook. */
export interface Started {
  /** Its command lines, as far as they are known. A script may have several. */
  readonly commands: readonly {
    readonly text: string;
    /** File and line; empty: compose or the image says it. */
    readonly where: string;
    /** `-c`'s value; null: there is none. */
    readonly config: string | null;
    /** Words that only a shell knows may bring a `-c`. */
    readonly open: boolean;
    /** PYTHONPATH of the environment does not reach it as it is. */
    readonly ownPath: boolean;
  }[];
  /** Variables of its image; null: not known. */
  readonly imageEnv: Readonly<Record<string, string>> | null;
  /** A config of its own that measures. */
  readonly ownHook: OwnHook | null;
}

export interface Question {
  /** The key that decides. */
  readonly key: string;
  readonly text: string;
  /** Best first. */
  readonly answers: readonly Answer[];
}

export interface Answer {
  /** As the key's value would be written: a text, or the words of a list. */
  readonly value: string | readonly string[];
  readonly why: string;
}

/** What is settled already, by flags, a file or an answer: it is not looked for, and the rest is made to fit it. */
export interface Given {
  readonly config: FileConfig;
  /** Only a server on this machine is wanted. */
  readonly local: boolean;
}

export const NOTHING_GIVEN: Given = { config: {}, local: false };

/** What one judge has found. */
export interface Part {
  readonly config: FileConfig;
  readonly findings: readonly Finding[];
  readonly questions: readonly Question[];
  readonly missing: readonly Failure[];
}

export const NO_PART: Part = { config: {}, findings: [], questions: [], missing: [] };

export function joined(parts: readonly Part[]): Part {
  return {
    config: {
      ...pick("server", parts),
      ...pick("tests", parts),
    },
    findings: parts.flatMap(({ findings }) => findings),
    questions: parts.flatMap(({ questions }) => questions),
    missing: parts.flatMap(({ missing }) => missing),
  };
}

function pick(table: "server" | "tests", parts: readonly Part[]): FileConfig {
  const all = Object.assign({}, ...parts.map(({ config }) => config[table] ?? {})) as object;
  return Object.keys(all).length === 0 ? {} : { [table]: all };
}
