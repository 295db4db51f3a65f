/** An expected failure: a value, never thrown. It says what happened and what to do next. */
export interface Failure {
  readonly kind: FailureKind;
  /** What happened, in one line, with the place where there is one. */
  readonly message: string;
  /** What the user can do about it. */
  readonly fix: string;
  /** More to read: a traceback, the tail of an output. May have many lines. */
  readonly detail?: string;
}

/** The exit code of `gunicov run` that each kind of failure leads to (docs/protocol.md). */
export const FAILURE_EXIT = {
  config: 2,
  "no-hook": 2,
  "hook-version": 2,
  "no-coverage": 2,
  "coverage-config": 2,
  "no-command": 2,
  "no-tests": 2,
  "no-plugin": 2,
  usage: 2,
  "bad-request": 2,
  "several-masters": 2,
  "which-project": 2,
  "no-engine": 3,
  "no-service": 3,
  "no-python": 3,
  "no-gunicorn": 3,
  "port-taken": 3,
  "server-busy": 3,
  "server-lost": 3,
  "tests-lost": 3,
  "master-gone": 3,
  "config-gone": 3,
  stale: 3,
  denied: 3,
  limit: 3,
  "check-failed": 3,
  "boot-error": 3,
  "mount-lag": 3,
  timeout: 3,
  internal: 3,
  crashed: 1,
  "tests-ended": 1,
  "tests-timeout": 1,
  "coverage-error": 4,
  "coverage-dir": 4,
  "no-report": 4,
  cancelled: 130,
} as const;

/** What to do about a fault of gunicov itself. */
export const BUG = "This is a bug in gunicov: please report it (docs/troubleshooting.md, “Report a bug”).";

export type FailureKind = keyof typeof FAILURE_EXIT;

/** Whether a string (a helper's error kind, say) is one of the kinds known here. */
export function isFailureKind(kind: string): kind is FailureKind {
  return Object.hasOwn(FAILURE_EXIT, kind);
}

export function failure(
  kind: FailureKind,
  message: string,
  fix: string,
  detail?: string | undefined,
): Failure {
  return detail === undefined ? { kind, message, fix } : { kind, message, fix, detail };
}
