/** Reads the configuration file: gunicov.toml, or pyproject.toml with a [tool.gunicov] table. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { explain } from "./explain.ts";
import { FileConfig } from "./schema.ts";

export interface Loaded {
  readonly config: FileConfig;
  /** The project's root: where the file lies; without a file, the working directory. */
  readonly root: string;
  /** Absolute; null: there is no file. */
  readonly file: string | null;
}

const NAMES = ["gunicov.toml", "pyproject.toml"] as const;

/** The configuration named by `explicit`, or else the nearest one in `cwd` or above it. */
export async function loadConfig(cwd: string, explicit: string | null): Promise<Result<Loaded>> {
  if (explicit !== null) return await loadNamed(resolve(cwd, explicit));
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    for (const name of NAMES) {
      const found = await loadFile(join(directory, name));
      if (!found.ok || found.value !== null) return found as Result<Loaded>;
    }
    if (directory === dirname(directory)) return ok({ config: {}, root: resolve(cwd), file: null });
  }
}

async function loadNamed(file: string): Promise<Result<Loaded>> {
  const loaded = await loadFile(file);
  if (!loaded.ok) return loaded;
  if (loaded.value !== null) return ok(loaded.value);
  if (existsSync(file)) return fail(noTable(file));
  return fail(failure("config", `There is no file ${file}.`, "Name another one with --config."));
}

/** Null where there is no such file, or nothing about gunicov in it. */
async function loadFile(file: string): Promise<Result<Loaded | null>> {
  const read = await readText(file);
  if (!read.ok) return read;
  if (read.value === null) return ok(null);
  const parsed = parseToml(read.value, file);
  if (!parsed.ok) return parsed;
  const table = section(section(parsed.value, "tool"), "gunicov");
  if (table === undefined) return file.endsWith("gunicov.toml") ? fail(noTable(file)) : ok(null);
  const checked = v.safeParse(FileConfig, table);
  if (checked.success) return ok({ config: checked.output, root: dirname(file), file });
  return fail(explain(checked.issues[0], file));
}

/** Null where there is no such file. */
async function readText(file: string): Promise<Result<string | null>> {
  try {
    return ok(await readFile(file, "utf8"));
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
