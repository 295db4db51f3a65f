/** Whose configuration is used: it names commands, and they run as the user who starts gunicov. The rule is git's, of safe.directory. */
import { readFileSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { type Failure, failure } from "../core/failure.ts";

/** Who runs gunicov, as far as it matters here. */
export interface Person {
  /** Null: the system has no users. */
  readonly uid: number | null;
  readonly env: Readonly<Partial<Record<string, string>>>;
}

/** Names directories, with `:` between them, whose configuration is used whoever owns it; `*`: all. */
const VARIABLE = "GUNICOV_SAFE_DIRECTORY";

/** Why a file of these owners (of itself, and of what it leads to) is not used; null: it is. */
export function distrust(file: string, owners: readonly number[], person: Person): Failure | null {
  const { uid, env } = person;
  if (uid === null || isSafe(dirname(file), env[VARIABLE] ?? "")) return null;
  const allowed = [uid, ...(uid === 0 && /^\d+$/.test(env.SUDO_UID ?? "") ? [Number(env.SUDO_UID)] : [])];
  const other = owners.find((owner) => !allowed.includes(owner));
  if (other === undefined) return null;
  return failure(
    "config",
    `${file} belongs to ${named(other)}, and you are ${named(uid)}: what it says would be run as you.`,
    `Where you trust it, set ${VARIABLE}=${dirname(file)} in your environment, or name it: --config ${file}.`,
  );
}

/** What is to be said of a file that others can change; null: nothing. `mode` as of stat. */
export function doubt(mode: number, { uid }: Person): string | null {
  return uid !== null && (mode & 0o002) !== 0 ? "every user of this machine can change it: chmod o-w" : null;
}

function isSafe(directory: string, list: string): boolean {
  return list.split(":").some((entry) => {
    if (entry === "*") return true;
    if (entry === "") return false;
    const whole = entry.endsWith("/*");
    const safe = resolve(whole ? entry.slice(0, -2) : entry);
    return directory === safe || (whole && directory.startsWith(safe === sep ? sep : safe + sep));
  });
}

/** `ann (uid 1000)` */
function named(uid: number): string {
  const name = nameOf(uid);
  return name === null ? `uid ${uid}` : `${name} (uid ${uid})`;
}

function nameOf(uid: number): string | null {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n");
    return lines.map((line) => line.split(":")).find((words) => words[2] === `${uid}`)?.[0] ?? null;
  } catch {
    return null;
  }
}
