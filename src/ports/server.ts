/** The server as the cycle needs it. Paths are the host's; the adapter maps them. */
import type { Together } from "../core/combined.ts";
import type { CoverageSettings } from "../core/coverage-settings.ts";
import type { Flush } from "../core/effect.ts";
import type { CheckFailure, Worker } from "../core/fact.ts";
import type { Mark, Report, SourceText } from "../core/report.ts";
import type { CoverageKind } from "../core/report-kind.ts";
import type { Result } from "../core/result.ts";
import type { SelfCheck } from "../core/self-check.ts";
import type { OtherData } from "./also.ts";
import type { Say } from "./say.ts";

export interface ChangedFile {
  readonly path: string;
  /** Lower-case hex; null: the file is gone. */
  readonly sha256: string | null;
}

export interface Found {
  readonly name: string;
  readonly master: number;
  readonly warnings: readonly string[];
  /** Null: not known. */
  readonly coverage: CoverageSettings | null;
}

export interface Check {
  readonly failures: readonly CheckFailure[];
  /** Of files that no worker loads: they hold up nothing. Each is said once. */
  readonly unloaded: readonly CheckFailure[];
  /** Files of which the server still sees other bytes than the host. */
  readonly lagging: readonly string[];
}

export interface Freshness {
  readonly fresh: boolean;
  readonly why: string;
  readonly generation: number;
}

export interface Restart {
  readonly generation: number;
  readonly workers: readonly Worker[];
  readonly bootErrors: readonly {
    readonly age: number;
    readonly pid: number | null;
    readonly traceback: string;
  }[];
  /** Traceback of the user's own gunicorn config; the last good settings stay. */
  readonly configError: string | null;
  /** Files of the host that decide on what the workers are: settings, also where there might be some, and loaded modules. */
  readonly reads: readonly string[];
  /** Where coverage.py's settings are others than those that were said last. */
  readonly coverage?: CoverageSettings;
  readonly ms: number;
}

/** A file of a report that coverage.py wrote. */
export interface ReportFile {
  /** Relative, with `/`. */
  readonly path: string;
  readonly data: Uint8Array;
}

/** coverage.py's JSON report and data file, with the host's paths. */
export interface Exported {
  readonly json: string;
  readonly data: Uint8Array;
  /** `coverage.lcov`, `coverage.xml`, `html/…`: what else was asked for. */
  readonly files: readonly ReportFile[];
  /** Whether the report was what that JSON says. */
  readonly check: SelfCheck;
}

export interface ExportAsked {
  /** Further forms. */
  readonly formats: readonly Exclude<CoverageKind, "json">[];
  /** What the files are to say that they are instead of complete; null: nothing. */
  readonly mark: Mark | null;
}

export interface Server {
  /** Connects and finds the master. Can be called again. Says what is waited for, where it takes long. */
  find(signal: AbortSignal, say?: Say): Promise<Result<Found>>;
  check(files: readonly ChangedFile[], signal: AbortSignal): Promise<Result<Check>>;
  freshness(files: readonly string[], signal: AbortSignal): Promise<Result<Freshness>>;
  /** Settles when the new workers have booted and the old ones are gone. Abort: it still waits for that. */
  restart(say: Say, signal: AbortSignal): Promise<Result<Restart>>;
  /** Has the workers save. Says `coverage.file` for each. */
  flush(say: Say, signal: AbortSignal): Promise<Result<Flush>>;
  /** Says `warning` for what coverage.py has said. */
  collect(flush: Flush, partial: boolean, say: Say, signal: AbortSignal): Promise<Result<Report>>;
  /**
   * Waits until what the workers save has a place to go, looking every `pause` seconds. Gives false at once where nothing
   * is wrong with it: true means that it has one again. `broken`: the last data is known to have had none.
   */
  recordWritable(pause: number, broken: boolean, signal: AbortSignal): Promise<Result<boolean>>;
  /** Those of some files that the server itself writes, as far as it is known; none where it does not answer soon. */
  writtenByServer(files: readonly string[]): Promise<readonly string[]>;
  /** coverage.py's own HTML report of what was collected last. */
  html(signal: AbortSignal): Promise<Result<readonly ReportFile[]>>;
  /** What was collected last, in coverage.py's own forms. Where its numbers are others they are taken from then on. */
  export(signal: AbortSignal, asked?: ExportAsked): Promise<Result<Exported>>;
  /** Other measurements together with what was collected last, by coverage.py's own combination. */
  combine(others: readonly OtherData[], signal: AbortSignal): Promise<Result<Together>>;
  /** A measured file's text as the server sees it. `path` is as in the report. */
  source(path: string): Promise<Result<SourceText>>;
  close(): Promise<void>;
}
