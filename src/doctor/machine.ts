/** Memory, watches, clocks and disks. */
import { count } from "../core/text.ts";
import type { MemoryFacts } from "../ports/examination.ts";
import { type Finding, right, unknown, wrong } from "./finding.ts";
import { bytes } from "./units.ts";

/** At a restart new workers stand beside the old ones. */
export function memoryLine({ limit, free, workers }: MemoryFacts): Finding {
  if (free === null) return unknown("memory", "the system does not tell");
  const need = workers.reduce((sum, one) => sum + one, 0);
  const of = limit === null ? "no limit" : `limit ${bytes(limit)}`;
  const text = `${of}, ${bytes(free)} free; a restart needs ${bytes(need)}`;
  if (free >= need) return right("memory", text);
  const fix =
    limit === null
      ? "Have fewer workers in test mode, or end other programs."
      : "Have fewer workers in test mode, or raise the container's limit (mem_limit, deploy.resources).";
  return wrong("memory", "limit", `${text}: workers will be killed`, fix);
}

/** What came of watches on the directories. */
export interface Watches {
  readonly directories: number;
  readonly watched: number;
  /** The system's error for the first that could not be watched. */
  readonly refused: string | null;
}

export function inotifyLine({ directories, watched, refused }: Watches): Finding {
  if (refused === null) return right("inotify", `${count(watched, "folder")} can be watched`);
  const limits = refused === "EMFILE" ? "max_user_instances" : "max_user_watches";
  const fix = `Raise fs.inotify.${limits} (sysctl), or set poll = true under [tool.gunicov.watch]: gunicov polls what it can't watch, which is slower.`;
  const text = `${directories - watched} of ${count(directories, "folder")} can't be watched (${refused})`;
  return wrong("inotify", "limit", text, fix);
}

/** Seconds by which clocks may differ before it shows in the log's lines. */
const SKEW = 2;

/** `seconds`: how far the server's clock is ahead of this machine's. */
export function clockLine(seconds: number): Finding {
  const off = Math.abs(seconds);
  if (off <= SKEW) return right("clock", `the server's differs by ${off.toFixed(1)} s`);
  const text = `The server's clock is ${Math.round(off)} s ${seconds > 0 ? "ahead of" : "behind"} this machine's: log lines go to the wrong tests`;
  return wrong(
    "clock",
    "config",
    text,
    "Set the clock of the engine's machine (Docker Desktop: start it again).",
  );
}

const LEAST = 50e6;

/** `.gunicov`: `error` null: it can be written. */
export function diskLine(path: string, free: number | null, error: string | null): Finding {
  if (error !== null) {
    const text = `${path} can't be written: ${error}`;
    return wrong("disk", "config", text, "Let gunicov write to the project's directory.");
  }
  if (free !== null && free < LEAST) {
    return wrong("disk", "config", `${path} has only ${bytes(free)} left`, "Make room there.");
  }
  return right("disk", free === null ? path : `${path}, ${bytes(free)} free`);
}
