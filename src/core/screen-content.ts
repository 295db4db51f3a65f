/** What a screen shows of the facts so far: a pure fold, kept small however long gunicov stays open. */

import type { Diff } from "./changed-lines.ts";
import type { Combined } from "./combined.ts";
import type { CoverageSettings } from "./coverage-settings.ts";
import type { CycleReport } from "./delta.ts";
import type { CycleCoverage, CycleEnd } from "./ended-cycle.ts";
import type {
  CheckFailure,
  CommandRan,
  Fact,
  FastPath,
  LostWorker,
  Outcome,
  Reason,
  TestCounts,
  TestResult,
} from "./fact.ts";
import { afterCycle, allAgain, toldAnew } from "./failed-before.ts";
import type { Failure } from "./failure.ts";
import type { Found } from "./found.ts";
import type { Report } from "./report.ts";
import { onReport } from "./reported.ts";
import { type Finished, TestResults } from "./test-results.ts";
import { EMPTY_SUMMARY, type TestsSummary } from "./tests-summary.ts";

/** A line of the server's log; `at` in epoch milliseconds by the target's clock. */
export interface LogEntry {
  readonly at: number;
  readonly text: string;
}

export interface ScreenContent {
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
    readonly fastPaths: readonly FastPath[];
    /** Null: it has come to no report yet. */
    readonly coverage: CycleCoverage | null;
  };
  /** What was found at the start, without a configuration; null: there is one. */
  readonly found: Found | null;
  /** What was said last that nobody has to act on. */
  readonly note: string | null;
  readonly tests: {
    /** Null until it is known. */
    readonly total: number | null;
    readonly counts: TestCounts;
    /** By id, the latest of each; those of earlier cycles stay in a partial run. */
    readonly results: TestResults;
    /** What failed before this run of all tests, and has not been told anew. */
    readonly before: readonly Finished[];
    readonly finished: boolean;
    /** Warnings and sections of the last run. */
    readonly summary: TestsSummary;
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
  readonly gone: { readonly message: string; readonly fix: string } | null;
  /** The last report of all tests, and its cycle. */
  readonly report: CycleReport | null;
  /** The complete report of all tests before that one: what its changes are told against. */
  readonly previous: CycleReport | null;
  /** The report of a selection of so many tests, where that is the newest. */
  readonly partial: { readonly cycle: number; readonly selected: number; readonly value: Report } | null;
  /** How much of the changed lines was run, by the last report; null: nobody has asked, or it is to be judged yet. */
  readonly diff: { readonly cycle: number; readonly value: Diff } | null;
  /** Since what they are judged, and the files with some: of the last judgement, also while the next one is made. */
  readonly changed: { readonly base: string; readonly paths: readonly string[] } | null;
  /** Why they can't be judged; null: nothing is known against it. */
  readonly noDiff: string | null;
  /** The last report with other measurements; null: there are none, or they are put together just now. */
  readonly combined: { readonly cycle: number; readonly value: Combined } | null;
  /** Those measurements, and how their commands have ended. */
  readonly also: {
    readonly names: readonly string[];
    /** The command that runs now. */
    readonly running: { readonly name: string; readonly since: number } | null;
    readonly ran: readonly CommandRan[];
  };
  /** The report on screen is of an older state of the code. */
  readonly stale: boolean;
  readonly last: CycleEnd | null;
  readonly history: readonly CycleEnd[];
  readonly log: readonly LogEntry[];
}

/** What was written before a test was reported is read within so many ms of it. */
const TURN = 10;
/** But clocks may differ: no more than so many ms after the test's end by its own. */
const LATE = 500;
/** How many log lines and ended cycles are kept. */
const LOG_LINES = 2000;
const HISTORY = 200;

const NO_TESTS: TestCounts = { passed: 0, failed: 0, errors: 0, skipped: 0 };

export const EMPTY_CONTENT: ScreenContent = {
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
  found: null,
  note: null,
  cycle: {
    number: 0,
    running: false,
    reason: null,
    files: [],
    startedAt: 0,
    selected: 0,
    fastPaths: [],
    coverage: null,
  },
  tests: {
    total: null,
    counts: NO_TESTS,
    results: TestResults.NONE,
    before: [],
    finished: false,
    summary: EMPTY_SUMMARY,
  },
  counter: { written: 0, expected: null, lost: [], state: "none", reasons: [] },
  checks: [],
  bootError: null,
  error: null,
  gone: null,
  report: null,
  previous: null,
  partial: null,
  diff: null,
  changed: null,
  noDiff: null,
  combined: null,
  also: { names: [], running: null, ran: [] },
  stale: false,
  last: null,
  history: [],
  log: [],
};

/** The content after one more fact. */
export function observe(content: ScreenContent, fact: Fact): ScreenContent {
  switch (fact.type) {
    case "cycle.started":
      return onCycleStarted(content, fact);
    case "check.failed":
      return { ...content, checks: fact.failures };
    case "server.restarting":
      return withServer(content, { state: "restarting", note: null });
    case "server.ready": {
      const workers = fact.restarted ? fact.workers.length : content.server.workers;
      const coverage = fact.coverage ?? content.server.coverage;
      return withServer(content, { state: "up", generation: fact.generation, workers, coverage, note: null });
    }
    case "server.waiting":
      return withServer(content, { note: fact.why });
    case "server.boot-error":
      return { ...withServer(content, { state: "boot-error", note: null }), bootError: fact.traceback };
    case "server.lost":
      return { ...withServer(content, { state: "gone", note: fact.message }), gone: fact };
    case "tests.lost":
      return { ...content, gone: content.gone ?? fact };
    case "server.back":
      return onServerBack(content, fact);
    case "error":
      return { ...content, error: fact };
    case "found":
      return { ...content, found: fact };
    case "note":
      return { ...content, note: fact.message };
    case "warning":
      return withWarned(content, [...content.warned, { cycle: fact.cycle, message: fact.message }]);
    case "tests.started":
      return { ...content, tests: { ...content.tests, total: fact.total } };
    case "test.finished":
      return onTest(content, fact);
    case "tests.told":
      return { ...content, tests: { ...content.tests, summary: fact } };
    case "tests.finished":
      return { ...content, tests: { ...content.tests, finished: true } };
    case "coverage.file": {
      const { written, expected } = fact;
      return { ...content, counter: { ...content.counter, written, expected, state: "counting" } };
    }
    case "coverage.complete":
      return { ...content, counter: { ...fact, state: "complete", reasons: [] } };
    case "coverage.incomplete":
      return { ...content, counter: { ...fact, state: "incomplete" } };
    case "report":
      return onReport(content, fact);
    case "also.started":
      return { ...content, combined: null, also: { ...content.also, names: fact.names, running: null } };
    case "also.running":
      return { ...content, also: { ...content.also, running: { name: fact.name, since: fact.at } } };
    case "also.ran": {
      const others = content.also.ran.filter(({ name }) => name !== fact.name);
      return { ...content, also: { ...content.also, running: null, ran: [...others, fact] } };
    }
    case "combined":
      return { ...content, combined: { cycle: fact.cycle, value: fact } };
    case "diff":
      return {
        ...content,
        diff: { cycle: fact.cycle, value: fact },
        changed: { base: fact.base, paths: fact.files.map(({ path }) => path) },
        noDiff: null,
      };
    case "diff.unknown":
      return { ...content, diff: null, changed: null, noDiff: fact.message };
    case "cycle.fast-paths":
      return { ...content, cycle: { ...content.cycle, fastPaths: fact.paths } };
    case "cycle.finished":
      return onCycleFinished(content, fact);
  }
}

/** The content after one more line of the server's log. */
export function observeLog(content: ScreenContent, line: LogEntry): ScreenContent {
  const log = content.log.length >= LOG_LINES ? content.log.slice(-LOG_LINES + LOG_LINES / 10) : content.log;
  return { ...content, log: [...log, line] };
}

/** What the server logged while a test ran, by the target's clock. Tests that ran at the same time share lines. */
export function logDuring(log: readonly LogEntry[], test: TestResult): readonly LogEntry[] {
  return log.filter((line) => line.at >= test.started && line.at <= test.ended);
}

/** Tests that did not pass, in the order in which they ended. */
export function failing(content: ScreenContent): readonly TestResult[] {
  return content.tests.results.failing;
}

function withServer(content: ScreenContent, change: Partial<ScreenContent["server"]>): ScreenContent {
  return { ...content, server: { ...content.server, ...change } };
}

function withWarned(content: ScreenContent, warned: ScreenContent["warned"]): ScreenContent {
  const messages = warned.map(({ message }) => message);
  return { ...content, warned, warnings: [...new Set([...content.server.warnings, ...messages])] };
}

function onServerBack(content: ScreenContent, fact: Fact & { type: "server.back" }): ScreenContent {
  const { name, master, warnings, coverage } = fact;
  const up = withServer(content, { name, master, warnings, coverage, state: "up", note: null });
  return { ...withWarned(up, []), gone: null };
}

function onCycleStarted(content: ScreenContent, fact: Fact & { type: "cycle.started" }): ScreenContent {
  const { before, results } = content.tests;
  return {
    ...content,
    cycle: {
      number: fact.cycle,
      running: true,
      reason: fact.reason,
      files: fact.files,
      startedAt: fact.at,
      selected: fact.selected,
      fastPaths: [],
      coverage: null,
    },
    tests: {
      total: null,
      counts: NO_TESTS,
      results: fact.selected > 0 ? content.tests.results : TestResults.NONE,
      before: fact.selected > 0 ? before : allAgain(before, results),
      finished: false,
      summary: EMPTY_SUMMARY,
    },
    counter: EMPTY_CONTENT.counter,
    checks: [],
    bootError: null,
    error: null,
    gone: null,
    // The cycle's start ends it.
    also: { ...content.also, running: null },
    // A selection run on the same code leaves the table as true as it was.
    stale: content.report !== null && (content.stale || fact.selected === 0 || fact.files.length > 0),
  };
}

/** A test that is reported again in its cycle (one that crashed and is rerun, one that a command runs twice) counts once: as it was reported last. */
function onTest(content: ScreenContent, test: Fact & { type: "test.finished" }): ScreenContent {
  const { counts, results } = content.tests;
  const before = results.get(test.id);
  const others = before?.cycle === test.cycle ? counted(counts, before.outcome, -1) : counts;
  return {
    ...content,
    tests: {
      ...content.tests,
      counts: counted(others, test.outcome, 1),
      results: results.with({ ...test, ended: lastLine(test) }),
      before: toldAnew(content.tests.before, test.id),
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
 * busy machine that is after the test's end, but hardly after the test itself was reported.
 */
function lastLine({ ended, at }: Fact & { type: "test.finished" }): number {
  return Math.max(ended, Math.min(at + TURN, ended + LATE));
}

function onCycleFinished(content: ScreenContent, fact: Fact & { type: "cycle.finished" }): ScreenContent {
  const { cycle, outcome, exit_code: exitCode, ms, phases } = fact;
  const { fastPaths, selected, coverage } = content.cycle;
  const { counts, total, before } = content.tests;
  const last: CycleEnd = {
    cycle,
    outcome,
    exitCode,
    ms,
    phases,
    fastPaths,
    tests: counts,
    selected,
    coverage,
  };
  const told = counts.passed + counts.failed + counts.errors + counts.skipped;
  const state = content.server.state === "restarting" ? "up" : content.server.state;
  const recent = content.warned.filter((one) => one.cycle >= cycle);
  return {
    ...withServer(withWarned(content, recent), {
      state,
      note: state === "gone" ? content.server.note : null,
    }),
    cycle: { ...content.cycle, running: false },
    tests: { ...content.tests, before: afterCycle(before, { outcome, selected, told, total }) },
    last,
    history: [...content.history, last].slice(-HISTORY),
  };
}
