/** Reads the configuration file: gunicov.toml, or pyproject.toml with a [tool.gunicov] table. */
import { existsSync } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Layer, NO_LAYER } from "./layers.ts";
import { linesAt } from "./locate.ts";
import { tablesOf } from "./tables.ts";
import { distrust, doubt, type Person } from "./trust.ts";

export interface Loaded {
  /** What it says. */
  readonly layer: Layer;
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
    if (directory === dirname(directory)) return ok(nowhere(cwd));
  }
}

/** There is no file: the working directory is the root. */
export function nowhere(cwd: string): Loaded {
  return { layer: NO_LAYER, root: resolve(cwd), file: null, explicit: false, doubt: null };
}

/**
 * What the configuration says now: of the same file, or of another one in the same directory. gunicov.toml may have come or gone
 * beside pyproject.toml.
 */
export async function loadAgain({ root, file, explicit }: Loaded): Promise<Result<Loaded>> {
  const names = explicit && file !== null ? [file] : NAMES.map((name) => join(root, name));
  for (const name of names) {
    const loaded = await loadFile(name, explicit, you());
    if (!loaded.ok) return loaded;
    if (loaded.value !== null) return ok(loaded.value);
  }
  if (file === null) return ok(nowhere(root));
  if (!existsSync(file)) return fail(failure("config", `There is no ${file} any more.`, "Put it back."));
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
  if (why !== null) return basename(file) === "gunicov.toml" || isAboutUs(text) ? fail(why) : ok(null);
  const parsed = parseToml(text, file);
  if (!parsed.ok) return parsed;
  const tables = tablesOf(parsed.value, text, file);
  if (!tables.ok) return tables;
  if (tables.value === null) return ok(null);
  const unused = basename(file) === "gunicov.toml" ? await besideOf(dirname(file)) : null;
  const doubts = [doubt(mode, person), unused].filter((one) => one !== null);
  const said = doubts.length === 0 ? null : doubts.join("; ");
  return ok({ layer: tables.value, root: dirname(file), file, explicit, doubt: said });
}

/** gunicov.toml alone counts: what the other file says is read by nobody. */
async function besideOf(directory: string): Promise<string | null> {
  const read = await readText(join(directory, "pyproject.toml"));
  const text = read.ok ? (read.value?.text ?? "") : "";
  return text.includes("gunicov") && isAboutUs(text)
    ? "[tool.gunicov] in pyproject.toml is not used beside it"
    : null;
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
    return fail(failure("config", message, "Correct it there.", linesAt(text, error)));
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
