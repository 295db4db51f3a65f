/** Reads the configuration file: gunicov.toml, or pyproject.toml with a [tool.gunicov] table. */
import { existsSync } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { explain } from "./explain.ts";
import { FileConfig } from "./schema.ts";
import { distrust, doubt, type Person } from "./trust.ts";

export interface Loaded {
  readonly config: FileConfig;
  /** The project's root: where the file lies; without a file, the working directory. */
  readonly root: string;
  /** Absolute; null: there is no file. */
  readonly file: string | null;
  /** The user has named it: then it is used whoever owns it. */
  readonly explicit: boolean;
  /** What is to be said of it: that others can change it, say. Null: nothing. */
  readonly doubt: string | null;
}

const NAMES = ["gunicov.toml", "pyproject.toml"] as const;

/** The configuration named by `explicit`, or else the nearest one in `cwd` or above it. */
export async function loadConfig(
  cwd: string,
  explicit: string | null,
  person: Person = you(),
): Promise<Result<Loaded>> {
  if (explicit !== null) return await loadNamed(resolve(cwd, explicit), person);
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    for (const name of NAMES) {
      const found = await loadFile(join(directory, name), false, person);
      if (!found.ok || found.value !== null) return found as Result<Loaded>;
    }
    if (directory === dirname(directory))
      return ok({ config: {}, root: resolve(cwd), file: null, explicit: false, doubt: null });
  }
}

/** What the same file says now. */
export async function loadAgain({ file, explicit }: Loaded): Promise<Result<Loaded>> {
  const loaded = file === null ? ok(null) : await loadFile(file, explicit, you());
  if (!loaded.ok) return loaded;
  if (loaded.value !== null) return ok(loaded.value);
  return fail(failure("config", `${file} has no [tool.gunicov…] table any more.`, "Put it back."));
}

function you(): Person {
  return { uid: process.geteuid?.() ?? null, env: process.env };
}

async function loadNamed(file: string, person: Person): Promise<Result<Loaded>> {
  const loaded = await loadFile(file, true, person);
  if (!loaded.ok) return loaded;
  if (loaded.value !== null) return ok(loaded.value);
  if (existsSync(file)) return fail(noTable(file));
  return fail(failure("config", `There is no file ${file}.`, "Name another one with --config."));
}

/** Null where there is no such file, or nothing about gunicov in it. */
async function loadFile(file: string, explicit: boolean, person: Person): Promise<Result<Loaded | null>> {
  const read = await readText(file);
  if (!read.ok) return read;
  if (read.value === null) return ok(null);
  const { text, owners, mode } = read.value;
  const why = explicit ? null : distrust(file, owners, person);
  // What can't be ours is not even read: a broken file of somebody else's is nobody's concern here.
  if (why !== null) return file.endsWith("gunicov.toml") || isAboutUs(text) ? fail(why) : ok(null);
  const parsed = parseToml(text, file);
  if (!parsed.ok) return parsed;
  const table = section(section(parsed.value, "tool"), "gunicov");
  if (table === undefined) return file.endsWith("gunicov.toml") ? fail(noTable(file)) : ok(null);
  const checked = v.safeParse(FileConfig, table);
  if (!checked.success) return fail(explain(checked.issues[0], file));
  return ok({ config: checked.output, root: dirname(file), file, explicit, doubt: doubt(mode, person) });
}

function isAboutUs(text: string): boolean {
  try {
    return section(section(parse(text), "tool"), "gunicov") !== undefined;
  } catch {
    return text.includes("gunicov");
  }
}

interface Read {
  readonly text: string;
  /** User ids of the owners: of the file, and of the link that leads to it. */
  readonly owners: readonly number[];
  readonly mode: number;
}

/** Null where there is no such file. */
async function readText(file: string): Promise<Result<Read | null>> {
  try {
    const link = await lstat(file);
    const opened = await open(file);
    try {
      // Of the very file that is read: another may come under its name meanwhile.
      const { uid, mode } = await opened.stat();
      return ok({ text: await opened.readFile("utf8"), owners: [link.uid, uid], mode });
    } finally {
      await opened.close();
    }
  } catch (error) {
    const code = error instanceof Error && "code" in error ? `${error.code}` : String(error);
    if (code === "ENOENT" || code === "ENOTDIR") return ok(null);
    const why = code === "EISDIR" ? "it is a directory" : code;
    return fail(failure("config", `${file} can't be read: ${why}.`, "Name a file that can be read."));
  }
}

function parseToml(text: string, file: string): Result<unknown> {
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const first = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
    const message = `${file}:${error.line}:${error.column}: this is not TOML: ${first}.`;
    return fail(failure("config", message, "Correct it there.", error.codeblock));
  }
}

function section(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

function noTable(file: string): Failure {
  return failure(
    "config",
    `${file} has no [tool.gunicov…] table.`,
    "Put its sections under it: [tool.gunicov.server], …",
  );
}
