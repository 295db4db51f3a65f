/** The demo's project, copied to where it can be edited. */
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { INSTALLED } from "../installed.ts";

const DEMO = `${INSTALLED}demo`;
/** What of it a user needs; the rest is for containers, or was left behind by a run. */
const PARTS = [
  "gunicorn.conf.py",
  "gunicov.toml",
  "pyproject.toml",
  "requirements.txt",
  "source",
  "start.sh",
  "test",
];

/** Copies the demo into `directory` (absolute), or leaves the demo that is there as it is. Gives whether it has copied. */
export async function copyDemo(directory: string): Promise<Result<boolean>> {
  try {
    const there = existsSync(directory) ? await readdir(directory) : [];
    if (PARTS.every((part) => there.includes(part))) return ok(false);
    if (there.length > 0)
      return fail(
        failure("config", `${directory} is not empty, and not the demo.`, "Name another: gunicov demo DIR."),
      );
    for (const file of await demoFiles()) await place(file, join(directory, relative(DEMO, file)));
    return ok(true);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return fail(
      failure(
        "denied",
        `The demo can't be copied into ${directory}: ${why}.`,
        "Name another directory: gunicov demo DIR.",
      ),
    );
  }
}

async function demoFiles(): Promise<readonly string[]> {
  const found = await readdir(DEMO, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name))
    .filter((file) => PARTS.includes(relative(DEMO, file).split("/")[0] ?? "") && !isCache(file));
}

const isCache = (file: string) => /[/\\](__pycache__|\.[^/\\]+)[/\\]/.test(relative(DEMO, file));

/** With modes of its own: an installation may be read-only. */
async function place(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, to.endsWith(".sh") ? 0o755 : 0o644);
}
