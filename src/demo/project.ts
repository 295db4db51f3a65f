/** The demo's project, copied to where it can be edited. */
import { access, chmod, constants, copyFile, readdir, rm } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { makeDirectory, whyNotMade } from "../directories.ts";
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
    await makeDirectory(directory);
    const there = await readdir(directory);
    if (PARTS.every((part) => there.includes(part))) return ok(false);
    if (there.length > 0)
      return fail(
        failure("config", `${directory} is not empty, and not the demo.`, "Name another: gunicov demo DIR."),
      );
    await access(directory, constants.W_OK | constants.X_OK);
    await copyAll(directory);
    return ok(true);
  } catch (error) {
    const message = `The demo can't be copied into ${directory}: ${whyNotMade(error, directory)}.`;
    return fail(failure("denied", message, "Name another directory: gunicov demo DIR."));
  }
}

/** All of it, or nothing: half a demo would be in the way of the next try. */
async function copyAll(directory: string): Promise<void> {
  try {
    for (const file of await demoFiles()) await place(file, join(directory, relative(DEMO, file)));
  } catch (error) {
    for (const part of PARTS) await rm(join(directory, part), { recursive: true, force: true });
    throw error;
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
  await makeDirectory(dirname(to));
  await copyFile(from, to);
  await chmod(to, to.endsWith(".sh") ? 0o755 : 0o644);
}
