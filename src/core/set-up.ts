/** Failures of how server, tests and gunicov are set up. `gunicov doctor` looks at all of that. */
import type { Failure, FailureKind } from "./failure.ts";

/** Said with each of them. */
export const DOCTOR = "gunicov doctor looks at the whole set-up.";

const OF_SET_UP: ReadonlySet<FailureKind> = new Set([
  "no-engine",
  "no-service",
  "no-python",
  "no-gunicorn",
  "no-hook",
  "hook-version",
  "no-coverage",
  "coverage-config",
  "coverage-dir",
  "config-gone",
  "mount-lag",
  "denied",
  "no-command",
  "no-plugin",
  "no-tests",
]);

/** What to do about a failure, with a word on doctor where that helps. */
export function withDoctor({ kind, fix }: Pick<Failure, "kind" | "fix">): string {
  if (!OF_SET_UP.has(kind)) return fix;
  // After a command it would read as more words of it.
  return fix === "" || /[.!?)]$/.test(fix) ? `${fix} ${DOCTOR}`.trim() : `${fix} (${DOCTOR})`;
}
