/** What a screen shows of the facts so far: a pure fold, kept small however long gunicov stays open. */

import type { CoverageSettings } from "./coverage-settings.ts";
import type {
  CheckFailure,
  CycleOutcome,
  Fact,
  LostWorker,
  Outcome,
  Reason,
  Step,
  TestCounts,
  TestResult,
} from "./fact.ts";
import type { Failure } from "./failure.ts";
import type { Report } from "./report.ts";
import { TestResults } from "./test-results.ts";
import { NOTHING_TOLD, type Told } from "./told.ts";

/** A line of the server's log; `at` in epoch milliseconds by the target's clock. */
export interface LogEntry {
  readonly at: number;
  readonly text: string;
}

export interface CycleEnd {
  readonly cycle: number;
  readonly outcome: CycleOutcome;
  readonly exitCode: number;
  readonly ms: number;
  readonly phases: Partial<Record<Step, number>>;
}

export interface Session {
  readonly server: {
    readonly name: string | null;
    readonly master: number | null;
    readonly state: "looking" | "up" | "restarting" | "boot-error" | "gone";
    readonly generation: number | null;
    readonly workers: number;
    /** What was found when the server was: it stands as long as it does. */
    readonly warnings: readonly string[];
    /** What is measured in it; null: not known. */
    readonly coverage: CoverageSettings | null;
    /** Why the screen waits: the server's own or a worker's. */
    readonly note: string | null;
  };
  /** The server's, and a cycle's until the next one has ended: what is still so is said again by then. */
  readonly warnings: readonly string[];
  readonly warned: readonly { readonly cycle: number; readonly message: string }[];
  readonly cycle: {
    readonly number: number;
    readonly running: boolean;
    readonly reason: Reason | null;
    readonly files: readonly string[];
    readonly startedAt: number;
    /** How many tests were selected; 0 means all. */
    readonly selected: number;
  };
  /** What was said last that nobody has to act on. */
  readonly note: string | null;
  readonly tests: {
    /** Null until it is known. */
    readonly total: number | null;
    readonly counts: TestCounts;
    /** By id, the latest of each; those of earlier cycles stay in a partial run. */
    readonly results: TestResults;
    readonly finished: boolean;
    /** Warnings and sections of the last run. */
    readonly told: Told;
  };
  /** The live counter of data files. Expected is null until the flush has begun. */
  readonly counter: {
    readonly written: number;
    readonly expected: number | null;
    readonly lost: readonly LostWorker[];
    readonly state: "none" | "counting" | "complete" | "incomplete";
    readonly reasons: readonly string[];
  };
  readonly checks: readonly CheckFailure[];
  readonly bootError: string | null;
  readonly error: Failure | null;
  /** What has gone since the last cycle began: the server, or where its tests run. */
  readonly lost: { readonly message: string; readonly fix: string } | null;
  /** The last report of all tests, and its cycle. */
  readonly report: { readonly cycle: number; readonly value: Report } | null;
  /** The report of a selection of so many tests, where that is the newest. */
  readonly partial: { readonly cycle: number; readonly selected: number; readonly value: Report } | null;
  /** The report on screen is of an older state of the code. */
  readonly stale: boolean;
  readonly last: CycleEnd | null;
  readonly history: readonly CycleEnd[];
  readonly log: readonly LogEntry[];
}

/** What was written before a test was told of is read within so many ms of it. */
const TURN = 10;
/** But clocks may differ: no more than so many ms after the test's end by its own. */
const LATE = 500;
/** How many log lines and ended cycles are kept. */
const LOG_LINES = 2000;
const HISTORY = 200;

const NO_TESTS: TestCounts = { passed: 0, failed: 0, errors: 0, skipped: 0 };

export const EMPTY_SESSION: Session = {
  server: {
    name: null,
    master: null,
    state: "looking",
    generation: null,
    workers: 0,
    warnings: [],
    coverage: null,
    note: null,
  },
  warnings: [],
  warned: [],
  note: null,
  cycle: { number: 0, running: false, reason: null, files: [], startedAt: 0, selected: 0 },
  tests: { total: null, counts: NO_TESTS, results: TestResults.NONE, finished: false, told: NOTHING_TOLD },
  counter: { written: 0, expected: null, lost: [], state: "none", reasons: [] },
  checks: [],
  bootError: null,
  error: null,
  lost: null,
  report: null,
  partial: null,
  stale: false,
  last: null,
  history: [],
  log: [],
};

/** The session after one more fact. */
export function observe(session: Session, fact: Fact): Session {
  switch (fact.type) {
    case "cycle.started":
      return onCycleStarted(session, fact);
    case "check.failed":
      return { ...session, checks: fact.failures };
    case "server.restarting":
      return withServer(session, { state: "restarting", note: null });
    case "server.ready": {
      const workers = fact.restarted ? fact.workers.length : session.server.workers;
      const coverage = fact.coverage ?? session.server.coverage;
      return withServer(session, { state: "up", generation: fact.generation, workers, coverage, note: null });
    }
    case "server.waiting":
      return withServer(session, { note: fact.why });
    case "server.boot-error":
      return { ...withServer(session, { state: "boot-error", note: null }), bootError: fact.traceback };
    case "server.lost":
      return { ...withServer(session, { state: "gone", note: fact.message }), lost: fact };
    case "tests.lost":
      return { ...session, lost: session.lost ?? fact };
    case "server.back":
      return onServerBack(session, fact);
    case "error":
      return { ...session, error: fact };
    case "note":
      return { ...session, note: fact.message };
    case "warning":
      return withWarned(session, [...session.warned, { cycle: fact.cycle, message: fact.message }]);
    case "tests.started":
      return { ...session, tests: { ...session.tests, total: fact.total } };
    case "test.finished":
      return onTest(session, fact);
    case "tests.told":
      return { ...session, tests: { ...session.tests, told: fact } };
    case "tests.finished":
      return { ...session, tests: { ...session.tests, finished: true } };
    case "coverage.file": {
      const { written, expected } = fact;
      return { ...session, counter: { ...session.counter, written, expected, state: "counting" } };
    }
    case "coverage.complete":
      return { ...session, counter: { ...fact, state: "complete", reasons: [] } };
    case "coverage.incomplete":
      return { ...session, counter: { ...fact, state: "incomplete" } };
    case "report":
      return fact.partial
        ? { ...session, partial: { cycle: fact.cycle, selected: session.cycle.selected, value: fact } }
        : { ...session, report: { cycle: fact.cycle, value: fact }, partial: null, stale: false };
    case "cycle.finished":
      return onCycleFinished(session, fact);
  }
}

/** The session after one more line of the server's log. */
export function observeLog(session: Session, line: LogEntry): Session {
  const log = session.log.length >= LOG_LINES ? session.log.slice(-LOG_LINES + LOG_LINES / 10) : session.log;
  return { ...session, log: [...log, line] };
}

/** What the server logged while a test ran, by the target's clock. Tests that ran at the same time share lines. */
export function logDuring(log: readonly LogEntry[], test: TestResult): readonly LogEntry[] {
  return log.filter((line) => line.at >= test.started && line.at <= test.ended);
}

/** Tests that did not pass, in the order in which they ended. */
export function failing(session: Session): readonly TestResult[] {
  return session.tests.results.failing;
}

function withServer(session: Session, change: Partial<Session["server"]>): Session {
  return { ...session, server: { ...session.server, ...change } };
}

function withWarned(session: Session, warned: Session["warned"]): Session {
  const messages = warned.map(({ message }) => message);
  return { ...session, warned, warnings: [...new Set([...session.server.warnings, ...messages])] };
}

function onServerBack(session: Session, fact: Fact & { type: "server.back" }): Session {
  const { name, master, warnings, coverage } = fact;
  const up = withServer(session, { name, master, warnings, coverage, state: "up", note: null });
  return { ...withWarned(up, []), lost: null };
}

function onCycleStarted(session: Session, fact: Fact & { type: "cycle.started" }): Session {
  return {
    ...session,
    cycle: {
      number: fact.cycle,
      running: true,
      reason: fact.reason,
      files: fact.files,
      startedAt: fact.at,
      selected: fact.selected,
    },
    tests: {
      total: null,
      counts: NO_TESTS,
      results: fact.selected > 0 ? session.tests.results : TestResults.NONE,
      finished: false,
      told: NOTHING_TOLD,
    },
    counter: EMPTY_SESSION.counter,
    checks: [],
    bootError: null,
    error: null,
    lost: null,
    // A selection run on the same code leaves the table as true as it was.
    stale: session.report !== null && (session.stale || fact.selected === 0 || fact.files.length > 0),
  };
}

/** A test that is told again in its cycle (one that crashed and is rerun, one that a command runs twice) counts once: as what it was told last. */
function onTest(session: Session, test: Fact & { type: "test.finished" }): Session {
  const { counts, results } = session.tests;
  const before = results.get(test.id);
  const others = before?.cycle === test.cycle ? counted(counts, before.outcome, -1) : counts;
  return {
    ...session,
    tests: {
      ...session.tests,
      counts: counted(others, test.outcome, 1),
      results: results.with({ ...test, ended: lastLine(test) }),
    },
  };
}

const COUNT = { passed: "passed", failed: "failed", error: "errors", skipped: "skipped" } as const;

function counted(counts: TestCounts, outcome: Outcome, more: 1 | -1): TestCounts {
  const key = COUNT[outcome];
  return { ...counts, [key]: counts[key] + more };
}

/**
 * Until when a line of the log is of a test's time. A local server's lines have the time at which they were read: on a
 * busy machine that is after the test's end, but hardly after the test itself was told of.
 */
function lastLine({ ended, at }: Fact & { type: "test.finished" }): number {
  return Math.max(ended, Math.min(at + TURN, ended + LATE));
}

function onCycleFinished(session: Session, fact: Fact & { type: "cycle.finished" }): Session {
  const { cycle, outcome, exit_code: exitCode, ms, phases } = fact;
  const last: CycleEnd = { cycle, outcome, exitCode, ms, phases };
  const state = session.server.state === "restarting" ? "up" : session.server.state;
  const recent = session.warned.filter((one) => one.cycle >= cycle);
  return {
    ...withServer(withWarned(session, recent), {
      state,
      note: state === "gone" ? session.server.note : null,
    }),
    cycle: { ...session.cycle, running: false },
    last,
    history: [...session.history, last].slice(-HISTORY),
  };
}
