/** Writes all of a plan's changes or none, and takes them back. */
import { createHash } from "node:crypto";
import {
  chmod,
  chown,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { makeDirectory } from "../directories.ts";
import type { Change } from "./change.ts";

/** What was written, so that it can be taken back. Paths are from the root. */
interface Written {
  readonly path: string;
  readonly before: string | null;
  /** sha256 of what was written. */
  readonly after: string;
}

const RECORD = join(".gunicov", "init.json");

/** All or none: each text is beside its place before the first one takes it. Gives the paths, from the root. */
export async function writeAll(root: string, changes: readonly Change[]): Promise<Result<readonly string[]>> {
  const old = await recordOf(root);
  if (!old.ok) return old;
  const written = changes.map(({ path, before, after }) => ({
    path: relative(root, path),
    before,
    after: hashOf(after),
  }));
  // What an earlier init wrote of the same file goes back to before that one.
  const known = new Map(old.value.map((one) => [one.path, one]));
  for (const one of written) known.set(one.path, { ...one, before: keptBefore(known.get(one.path), one) });
  const record: Change = {
    path: join(root, RECORD),
    before: await textOf(join(root, RECORD)),
    after: `${JSON.stringify([...known.values()], null, 2)}\n`,
  };
  const all = [...changes, record];
  if (!all.some(({ path }) => path.endsWith(join(".gunicov", ".gitignore"))))
    all.push(...(await ignoring(root)));
  const put = await putAll(all);
  return put.ok ? ok(written.map(({ path }) => path)) : put;
}

async function ignoring(root: string): Promise<readonly Change[]> {
  const path = join(root, ".gunicov", ".gitignore");
  const before = await textOf(path);
  return before === null ? [{ path, before, after: "*\n" }] : [];
}

/** An edit between two of init's is the user's, and is gone back to. */
function keptBefore(earlier: Written | undefined, now: Written): string | null {
  if (earlier === undefined || now.before === null) return now.before;
  return hashOf(now.before) === earlier.after ? earlier.before : now.before;
}

/** Takes back exactly what was written. Fails, and changes nothing, where one of the files was edited since. */
export async function undoAll(root: string): Promise<Result<readonly string[]>> {
  const record = await recordOf(root);
  if (!record.ok) return record;
  if (record.value.length === 0)
    return fail(
      failure("usage", `gunicov init has written nothing in ${root}.`, "There is nothing to take back."),
    );
  const changes: Change[] = [];
  for (const { path, before, after } of record.value) {
    const now = await textOf(join(root, path));
    if (now === before) continue;
    if (now === null || hashOf(now) !== after) return fail(edited(path, now === null));
    changes.push({ path: join(root, path), before: now, after: before ?? "" });
  }
  const back = changes.filter(({ path }) => isKept(path, root, record.value));
  const put = await putAll(back);
  if (!put.ok) return put;
  const ignoring = join(root, ".gunicov", ".gitignore");
  for (const { path } of changes)
    if (!back.some((one) => one.path === path) && path !== ignoring) await rm(path, { force: true });
  await rm(join(root, RECORD), { force: true });
  const hook = join(root, ".gunicov", "hook");
  for (const empty of [join(hook, "gunicov_hook"), join(hook, "start"), hook])
    await rmdir(empty).catch(() => {});
  // Results of cycles lie there too, and git is not to see them.
  if ((await readdir(dirname(ignoring)).catch(() => [])).join() === ".gitignore") {
    await rm(dirname(ignoring), { recursive: true });
  }
  return ok(changes.map(({ path }) => relative(root, path)));
}

/** It was there before: it gets its text again, and is not removed. */
function isKept(path: string, root: string, record: readonly Written[]): boolean {
  return record.some((one) => join(root, one.path) === path && one.before !== null);
}

function edited(path: string, gone: boolean) {
  const what = gone ? "was removed" : "was edited";
  const fix = "Take out yourself what gunicov init wrote there; your own edit would be lost else.";
  return failure("usage", `${path} ${what} since gunicov init wrote it, and nothing was taken back.`, fix);
}

async function recordOf(root: string): Promise<Result<readonly Written[]>> {
  const text = await textOf(join(root, RECORD));
  try {
    return ok(text === null ? [] : (JSON.parse(text) as Written[]));
  } catch {
    const fix = "Remove it: what gunicov init wrote can't be taken back then.";
    return fail(failure("usage", `${join(root, RECORD)} is not as gunicov init wrote it.`, fix));
  }
}

/** Puts each text beside its place, then all into their places; where one fails, those before get their old text again. */
async function putAll(changes: readonly Change[]): Promise<Result<void>> {
  const beside: string[] = [];
  const done: Change[] = [];
  let at = changes[0];
  try {
    const places: (readonly [string, Change])[] = [];
    for (const change of changes) {
      at = change;
      // A link stays one: what it leads to is written.
      const place = await realpath(change.path).catch(() => change.path);
      if ((await textOf(place)) !== change.before) throw new Error("it has changed meanwhile");
      await makeDirectory(dirname(place));
      const fresh = `${place}.gunicov-${process.pid}`;
      beside.push(fresh);
      await writeFile(fresh, change.after, { flag: "wx" });
      const old = await stat(place).catch(() => null);
      if (old !== null) {
        // Root may write another's file, which stays theirs.
        await chown(fresh, old.uid, old.gid).catch(() => {});
        await chmod(fresh, old.mode & 0o7777);
      }
      places.push([place, change]);
    }
    for (const [place, change] of places) {
      at = change;
      await rename(`${place}.gunicov-${process.pid}`, place);
      done.push(change);
    }
    return ok(undefined);
  } catch (error) {
    for (const { path, before } of done)
      await (before === null ? rm(path, { force: true }) : writeFile(path, before)).catch(() => {});
    for (const fresh of beside) await rm(fresh, { force: true }).catch(() => {});
    const why =
      error instanceof Error && "code" in error
        ? `${error.code}`
        : String(error instanceof Error ? error.message : error);
    return fail(
      failure(
        "usage",
        `${at?.path} can't be written: ${why}. Nothing was changed.`,
        "Make it writable, and run gunicov init again.",
      ),
    );
  }
}

/** Null: there is no such file. Fails for what is not UTF-8: it would not be the same again. */
export async function textOf(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  });
  if (bytes === null) return null;
  const text = bytes.toString("utf8");
  if (!Buffer.from(text).equals(bytes)) throw new Error("it is not UTF-8");
  return text;
}

function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
