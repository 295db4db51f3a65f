/** One line of `gunicov doctor`. */
import { FAILURE_EXIT, type Failure, type FailureKind } from "../core/failure.ts";

/** The lines, in the order in which they are told, and what each is called. */
export const LINES = {
  configuration: "configuration",
  engine: "Docker engine",
  compose: "compose",
  server: "server",
  gunicorn: "gunicorn",
  workers: "workers",
  replicas: "replicas",
  hook: "hook",
  coverage: "coverage.py",
  settings: "coverage config",
  measured: "measured",
  plugins: "plugins",
  tracers: "other tracers",
  record: "record",
  mounts: "source",
  bytes: "same bytes",
  tests: "tests",
  pytest: "pytest",
  collection: "collected",
  requests: "requests",
  memory: "memory",
  inotify: "inotify",
  clock: "clock",
  disk: "disk",
} as const;

export type LineId = keyof typeof LINES;

/** Two things that make a report incomplete are no failures of a cycle, and have its exit code. */
const INCOMPLETE = { "no-requests": 4, replicas: 4 } as const;

export type WrongKind = FailureKind | keyof typeof INCOMPLETE;

/** `unknown`: it could not be told; `not-needed`: nothing depends on it here. */
export type State = "ok" | "wrong" | "unknown" | "not-needed";

export interface Finding {
  readonly id: LineId;
  readonly about: string;
  readonly state: State;
  /** What was found, in one line. */
  readonly text: string;
  /** What to do about it; empty where there is nothing to do. */
  readonly fix: string;
  /** Of what is wrong: the failure that a cycle would end with. Else null. */
  readonly kind: WrongKind | null;
  /** The line that has to be right before this one can be told; null: it was looked at. */
  readonly behind: LineId | null;
}

function finding(id: LineId, state: State, text: string, fix: string, kind: WrongKind | null): Finding {
  return { id, about: LINES[id], state, text, fix, kind, behind: null };
}

/** `fix`: what may be done about it all the same. */
export function right(id: LineId, text: string, fix = ""): Finding {
  return finding(id, "ok", text, fix, null);
}

export function wrong(id: LineId, kind: WrongKind, text: string, fix: string): Finding {
  return finding(id, "wrong", text, fix, kind);
}

export function unknown(id: LineId, text: string, fix = ""): Finding {
  return finding(id, "unknown", text, fix, null);
}

export function notNeeded(id: LineId, text: string): Finding {
  return finding(id, "not-needed", text, "", null);
}

/** The line of a check that failed as a cycle would. */
export function failed(id: LineId, { kind, message, fix }: Failure): Finding {
  return wrong(id, kind, message, fix);
}

/** Lines that can't be told because of another one. */
export function behind(ids: readonly LineId[], first: LineId): readonly Finding[] {
  return ids.map((id) => ({
    ...unknown(id, `not known before “${LINES[first]}” is right`),
    behind: first,
  }));
}

/** 0, or that of the first line that is wrong. */
export function exitCode(findings: readonly Finding[]): number {
  const kind = findings.find(({ state }) => state === "wrong")?.kind ?? null;
  if (kind === null) return 0;
  return { ...FAILURE_EXIT, ...INCOMPLETE }[kind];
}
