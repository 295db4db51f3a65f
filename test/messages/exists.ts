/** Whether what a message names is there: asked of what would take it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments } from "../../src/config/arguments.ts";
import { knownKeys } from "../../src/config/schema.ts";
import { BINDINGS } from "../../src/screen/command.ts";
import type { Name } from "./names.ts";
import {
  FILES_OF_OTHERS,
  FLAGS_OF_OTHERS,
  PROGRAMS,
  PROSE,
  PROSE_OF_OTHERS,
  SETTINGS_OF_OTHERS,
  VARIABLES_OF_OTHERS,
} from "./others.ts";
import { HOLE } from "./said.ts";

/** What the programs beside gunicov know, as they are installed here. */
export interface Known {
  readonly settings: readonly string[];
  readonly flags: readonly string[];
  /** pytest's help. */
  readonly pytest: string;
}

const TABLES = knownKeys([]);
const KEYS = TABLES.flatMap((table) => knownKeys([table]).map((key) => `${table}.${key}`));

export class Exists {
  readonly #root: string;
  readonly #known: Known;
  readonly #configuration: string;

  constructor(root: string, known: Known) {
    this.#root = root;
    this.#known = known;
    this.#configuration = readFileSync(join(root, "docs/configuration.md"), "utf8");
  }

  has({ kind, name }: Name): boolean {
    switch (kind) {
      case "gunicov":
        return isCommand(name);
      case "program":
        return [...PROGRAMS, ...PROSE_OF_OTHERS].includes(name);
      case "flag":
        return this.#isFlag(name);
      case "table":
        return isTable(name);
      case "key":
        return KEYS.includes(name);
      case "setting":
        return this.#isSetting(name);
      case "variable":
        return this.#isVariable(name);
      case "page":
        return this.#isPage(name);
      case "file":
        return this.#isFile(name);
      case "press":
        return BINDINGS.some(({ keys }) => keys.includes(name));
      case "code":
        return this.#isCode(name);
    }
  }

  #isFlag(name: string): boolean {
    const others = [...this.#known.flags, ...FLAGS_OF_OTHERS];
    return (
      isOwnFlag(name) ||
      others.includes(name) ||
      new RegExp(String.raw`^ +.*${name}\b`, "m").test(this.#known.pytest)
    );
  }

  #isSetting(name: string): boolean {
    const bare = KEYS.map((key) => key.split(".")[1]);
    const { settings, pytest } = this.#known;
    return (
      bare.includes(name) ||
      settings.includes(name) ||
      SETTINGS_OF_OTHERS.includes(name) ||
      new RegExp(String.raw`^ +${name} \(`, "m").test(pytest)
    );
  }

  /** A key's, one that docs/configuration.md has, or one of another program. */
  #isVariable(name: string): boolean {
    const ofKeys = KEYS.map((key) => `GUNICOV_${key.replace(".", "_").toUpperCase()}`);
    if (!name.startsWith("GUNICOV")) return VARIABLES_OF_OTHERS.includes(name);
    return ofKeys.includes(name) || new RegExp(String.raw`\b${name}\b`).test(this.#configuration);
  }

  #isPage(name: string): boolean {
    const [, path = "", anchor, heading] = /^([\w/.-]+?\.md)(?:#(.+)|, [“"]?(.+?)[”"]?)?$/.exec(name) ?? [];
    if (!existsSync(join(this.#root, path))) return false;
    const page = readFileSync(join(this.#root, path), "utf8").replace(/^```[\s\S]*?^```$/gm, "");
    const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, one = ""]) => one);
    if (heading !== undefined) return headings.includes(heading);
    return anchor === undefined || headings.some((one) => slug(one) === anchor);
  }

  #isFile(name: string): boolean {
    const base = name.split("/").at(-1) ?? "";
    return existsSync(join(this.#root, name)) || FILES_OF_OTHERS.includes(base);
  }

  /** Each word of it is one of the other names, or a program. */
  #isCode(name: string): boolean {
    if (name.includes(HOLE)) return true;
    if (name.startsWith("gunicov ")) return isCommand(name.slice("gunicov ".length));
    const [key = ""] = name.split(/[ :=]/);
    return (
      PROGRAMS.some((program) => name.startsWith(program)) ||
      KEYS.includes(key) ||
      this.#isSetting(key) ||
      KEYS.some((one) => one.endsWith(`.${key}`)) ||
      TABLES.includes(key)
    );
  }
}

/** As GitHub makes an anchor of a heading. */
function slug(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** gunicov's own reader of the command line takes it, or it is no command but a sentence about gunicov. */
function isCommand(words: string): boolean {
  const [first = "", ...more] = words.split(" ");
  if (PROSE.includes(first)) return true;
  const read = readArguments([
    first,
    ...more.map((word) => (word === HOLE ? "X" : word.replace(/^KIND=/, "json="))),
  ]);
  return read.ok;
}

function isOwnFlag(name: string): boolean {
  const commands = ["watch", "run", "doctor", "init", "config", "demo"];
  return commands.some((command) =>
    [[name], [`${name}=1`], [`${name}=json=x`]].some(([flag = ""]) => taken(command, flag)),
  );
}

/** A value that is refused belongs to an option that is known. */
function taken(command: string, flag: string): boolean {
  const read = readArguments([command, flag]);
  return read.ok || !/unknown option|does not take|no command/i.test(read.failure.message);
}

function isTable(name: string): boolean {
  const path = name.replace(/[[\]]/g, "").split(".").slice(2);
  return path.length === 0 || (path.length === 1 && TABLES.includes(path[0] ?? ""));
}
