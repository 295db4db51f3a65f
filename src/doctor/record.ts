/** The directory in which the workers leave their data. */
import type { ServerFacts } from "../ports/examination.ts";
import { type Finding, right, wrong } from "./finding.ts";
import { bytes } from "./units.ts";

/** What a worker of a middling project leaves in a few restarts, in bytes. */
const EACH = 500e3;
const LEAST_FILES = 200;
const OTHER = "Or set GUNICOV_DIR in the server's environment to another directory.";

export function recordLine({ record, workers }: ServerFacts): Finding {
  const { looked, free, inodes, read_only: readOnly, refused, error, path } = record;
  const no = (text: string, fix: string) => wrong("record", "coverage-dir", text, `${fix} ${OTHER}`);
  if (readOnly) return no(`${looked} is read-only`, "Mount it writable (a tmpfs will do).");
  if (error !== null) return no(`The hook could record nothing in ${path}: ${error}`, "Mend that.");
  const [one] = refused;
  if (one !== undefined) {
    return no(`uid ${one.uid} can't write to ${looked}: ${one.why}`, "Let the server's user write there.");
  }
  if (free !== null && free < EACH * (workers ?? 1))
    return no(`${looked} has only ${bytes(free)} left`, "Make room there.");
  if (inodes !== null && inodes < LEAST_FILES)
    return no(`${looked} can take only ${inodes} more files`, "Make room there.");
  const space = free === null ? "" : `, ${bytes(free)} free`;
  return right("record", `${record.there ? path : looked}${space}`);
}
