/** Reads the configuration file: gunicov.toml, or pyproject.toml with a [tool.gunicov] table. */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import leven from "leven";
import { parse, TomlError } from "smol-toml";
import * as v from "valibot";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { FileConfig, knownKeys } from "./schema.ts";

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
  return fail(failure("config", `There is no configuration in ${file}.`, "It needs a [tool.gunicov] table."));
}

/** Null where there is no such file, or nothing about gunicov in it. */
async function loadFile(file: string): Promise<Result<Loaded | null>> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (text === null) return ok(null);
  const parsed = parseToml(text, file);
  if (!parsed.ok) return parsed;
  const table = section(section(parsed.value, "tool"), "gunicov");
  if (table === undefined) return file.endsWith("gunicov.toml") ? fail(noTable(file)) : ok(null);
  const checked = v.safeParse(FileConfig, table);
  if (checked.success) return ok({ config: checked.output, root: dirname(file), file });
  return fail(explain(checked.issues[0], file));
}

function parseToml(text: string, file: string): Result<unknown> {
  try {
    return ok(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ""] = error.message.split("\n");
    return fail(
      failure("config", `${file}:${error.line}: ${first}`, "Mend the TOML there.", error.codeblock),
    );
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

function explain(issue: v.BaseIssue<unknown>, file: string): Failure {
  const path = (issue.path ?? []).map((item) => String(item.key));
  const where = ["tool.gunicov", ...path].join(".");
  if (issue.type !== "strict_object" || issue.expected !== "never") {
    return failure("config", `${file}: ${where}: ${issue.message}.`, "See docs/configuration.md.");
  }
  const key = path.at(-1) ?? "";
  const known = knownKeys(path.slice(0, -1));
  const nearest = known.toSorted((a, b) => leven(a, key) - leven(b, key))[0];
  const hint = nearest !== undefined && leven(nearest, key) <= 3 ? `Did you mean ${nearest}? ` : "";
  return failure(
    "config",
    `${file}: ${where} is not a key that gunicov knows.`,
    `${hint}Known here: ${known.join(", ")}.`,
  );
}
