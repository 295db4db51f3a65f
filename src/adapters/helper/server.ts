/** The server through its injected helper. */

import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import type { Together } from "../../core/combined.ts";
import type { CoverageSettings } from "../../core/coverage-settings.ts";
import type { Flush as FlushResult } from "../../core/effect.ts";
import { BUG, failure } from "../../core/failure.ts";
import { type FastPathName, fastPathsFact, SWITCHED_OFF } from "../../core/fast-paths.ts";
import { lossReasons } from "../../core/loss.ts";
import type { Report, SourceText } from "../../core/report.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { SelfCheck } from "../../core/self-check.ts";
import { howAnew, isEnvironmentFile } from "../../core/start-file.ts";
import type { OtherData } from "../../ports/also.ts";
import { type Log, NO_LOG } from "../../ports/log.ts";
import type { Say } from "../../ports/say.ts";
import type {
  ChangedFile,
  Check as CheckResult,
  ExportAsked,
  Exported,
  Found,
  Freshness as FreshnessResult,
  ReportFile,
  Restart as RestartResult,
  Server,
} from "../../ports/server.ts";
import type { Target } from "../../ports/target.ts";
import { type Choice, connect } from "./connect.ts";
import { LastReport } from "./last-report.ts";
import { lastWords } from "./last-words.ts";
import type { Paths } from "./paths.ts";
import type { Program } from "./program.ts";
import { ReceivedFiles } from "./received-files.ts";
import type { Call, Rpc } from "./rpc.ts";
import {
  Check,
  Collect,
  Combine,
  Export,
  Flush,
  Freshness,
  Nothing,
  Restart,
  Saved,
  Source,
  Waiting,
  Writable,
  Written,
} from "./schema.ts";
import { judged, type Limit, NO_LIMIT, type ServerTimes } from "./server-options.ts";
import { othersOf, togetherOf } from "./together.ts";

/** How long a change waits for the answer to whose it is, in ms. */
const SOON = 500;

export class HelperServer implements Server {
  readonly #target: Target;
  readonly #program: Program;
  readonly #paths: Paths;
  readonly #source: () => readonly string[];
  readonly #times: ServerTimes;
  readonly #choice: Choice;
  readonly #limit: Limit;
  readonly #tests: (() => readonly string[]) | null;
  readonly #log: Log;
  /** Fast paths that the configuration switches off. */
  readonly #off: () => readonly FastPathName[];
  readonly #last = new LastReport();
  #rpc: Rpc | null = null;
  /** It was looked for, and not closed since. */
  #wanted = false;
  /** The look under way: two at once would take each other for another gunicov. */
  #finding: Promise<Result<Found>> | null = null;
  /** The master that was found has ended. */
  #masterGone = false;
  /** What was collected last, and how. */
  #collected: { readonly flush: FlushResult; readonly partial: boolean } | null = null;
  /** coverage.py's settings, as they were said last. */
  #lastSettings = "null";
  /** Our numbers were not coverage.py's: its own report is what is collected, to the end. */
  #plain = false;
  /** The report's files by the path they are shown under. */
  #inside = new Map<string, string>();

  /**
   * `source`: the server's source directories on the host, known once the target is open; `tests`: those in which a change
   * concerns the tests only (null: not known), unless a worker has loaded the file.
   */
  constructor(
    target: Target,
    program: Program,
    paths: Paths,
    source: () => readonly string[],
    times: ServerTimes,
    choice: Choice = { master: null, coverageDir: null },
    limit: Limit = NO_LIMIT,
    tests: (() => readonly string[]) | null = null,
    log: Log = NO_LOG,
    off: () => readonly FastPathName[] = () => [],
  ) {
    this.#off = off;
    this.#log = log;
    this.#tests = tests;
    this.#target = target;
    this.#program = program;
    this.#paths = paths;
    this.#source = source;
    this.#times = times;
    this.#choice = choice;
    this.#limit = limit;
    target.onLifecycle((event) => {
      if (event.type === "gone") this.#rpc?.markGone(event.failure);
    });
  }

  async find(signal: AbortSignal, say: Say = () => {}): Promise<Result<Found>> {
    this.#finding ??= this.#find(signal, say).finally(() => {
      this.#finding = null;
    });
    return await this.#finding;
  }

  async #find(signal: AbortSignal, say: Say): Promise<Result<Found>> {
    this.#wanted = true;
    await this.#rpc?.close();
    this.#rpc = null;
    this.#last.forget();
    this.#masterGone = false;
    const patience = this.#times.start;
    const onWait = (why: string) =>
      say({ type: "warning", message: `${this.#target.name}: ${why}; it may take ${patience} s.` });
    const look = { choice: this.#choice, patience, onWait, signal, log: this.#log };
    const connected = await connect(this.#target, this.#program, look);
    if (!connected.ok) return connected;
    const { rpc, master } = connected.value;
    this.#rpc = rpc;
    const others = (await this.#target.otherServers?.()) ?? [];
    const warnings = [...others, ...master.warnings];
    const coverage = master.hook ? this.#settings(master) : null;
    this.#lastSettings = JSON.stringify(coverage);
    return ok({ name: this.#target.name, master: master.pid, warnings, coverage });
  }

  /** Null: it has no hook of ours. */
  #settings(master: NonNullable<v.InferOutput<typeof Restart>["settings"]>): CoverageSettings | null {
    const { coverage: version, coverage_config: config, source, branch } = master;
    if (version === null) return null;
    return { version, config: config === null ? null : this.#paths.shown(config), source, branch };
  }

  async check(files: readonly ChangedFile[], signal: AbortSignal): Promise<Result<CheckResult>> {
    const seen = files.flatMap(({ path, sha256 }) => {
      const inside = this.#paths.inside(path);
      return inside === null ? [] : [{ path: inside, sha256 }];
    });
    if (seen.length === 0) return ok({ failures: [], unloaded: [], lagging: [] });
    const there = await this.#refind(signal);
    if (!there.ok) return there;
    const result = await this.#call("check", { files: seen, timeout: this.#times.mount }, Check, { signal });
    if (!result.ok) return result;
    const shown = <T extends { readonly path: string }>(all: readonly T[]) =>
      all.map((one) => ({ ...one, path: this.#paths.shown(one.path) }));
    const { failures, unloaded, lagging } = result.value;
    return ok({
      failures: shown(failures),
      unloaded: shown(unloaded),
      lagging: lagging.map((path) => this.#paths.shown(path)),
    });
  }

  async freshness(files: readonly string[], signal: AbortSignal): Promise<Result<FreshnessResult>> {
    const there = await this.#refind(signal);
    if (!there.ok) return there;
    const inside = (paths: readonly string[]) =>
      paths.map((path) => this.#paths.inside(path)).filter((path) => path !== null);
    // They are read where code is started, and no worker has loaded them as a module.
    const environment = files.filter((file) => isEnvironmentFile(basename(file)));
    const tests = this.#tests === null ? null : inside(this.#tests());
    const params = { files: inside(files), source: inside([...this.#source(), ...environment]), tests };
    return await this.#call("freshness", params, Freshness, { signal });
  }

  async restart(say: Say, signal: AbortSignal): Promise<Result<RestartResult>> {
    const onEvent = (event: Record<string, unknown>) => {
      const waiting = v.safeParse(Waiting, event);
      if (!waiting.success) return;
      const { age, pid, why } = waiting.output;
      say({ type: "server.waiting", worker: { age, pid }, why });
    };
    const there = await this.#refind(signal);
    if (!there.ok) return there;
    const params = { timeout: this.#times.restart, off: this.#off() };
    const result = await this.#call("restart", params, Restart, { signal, onEvent });
    if (!result.ok) return result;
    const { generation, workers, ms, settings, fast_paths: fastPaths } = result.value;
    say(fastPathsFact(fastPaths));
    const coverage = settings === undefined ? null : this.#settings(settings);
    const isNew = coverage !== null && JSON.stringify(coverage) !== this.#lastSettings;
    if (isNew) this.#lastSettings = JSON.stringify(coverage);
    return ok({
      generation,
      workers,
      ms,
      ...(isNew ? { coverage } : {}),
      bootErrors: result.value.boot_errors,
      configError: result.value.config_error,
      reads: result.value.reads.flatMap((path) => this.#paths.host(path) ?? []),
    });
  }

  async flush(say: Say, signal: AbortSignal): Promise<Result<FlushResult>> {
    const onEvent = (event: Record<string, unknown>) => {
      const saved = v.safeParse(Saved, event);
      if (!saved.success) return;
      const { written, expected, pid } = saved.output;
      say({ type: "coverage.file", written, expected, pid });
    };
    const params = { timeout: this.#times.flush, off: this.#off() };
    const result = await this.#call("flush", params, Flush, { signal, onEvent });
    if (!result.ok) return result;
    const { note, addresses, fast_paths: fastPaths, ...flush } = result.value;
    say(fastPathsFact(fastPaths));
    if (note !== null) say({ type: "warning", message: note });
    const address = addresses.length === 0 ? null : `${addresses.join(", ")} (${this.#target.name})`;
    const others = (await this.#target.otherServers?.()) ?? [];
    const reasons = [...flush.reasons, ...others];
    return ok({ ...flush, reasons, address, notes: note === null ? [] : [note] });
  }

  async collect(
    flush: FlushResult,
    partial: boolean,
    say: Say,
    signal: AbortSignal,
  ): Promise<Result<Report>> {
    const { generation, generations, requests } = flush;
    const plain = this.#whyPlain();
    const params = {
      generation,
      since: this.#last.number,
      plain: plain !== null,
      ...judged(this.#limit, !this.#limit.ofAll),
    };
    const result = await this.#call("collect", params, Collect, { signal });
    if (!result.ok) return result;
    // Nobody waits for the old data to go.
    void this.#call("prune", {}, Nothing);
    this.#collected = { flush, partial };
    const { report, superseded, stale, reasons, warnings, fast_paths: fastPaths } = result.value;
    say(fastPathsFact(plain === null ? fastPaths : { "coverage.keep_rows": plain }));
    for (const message of warnings) say({ type: "warning", message });
    const files = this.#last.take(report, (path) => this.#paths.shown(path));
    if (files === null) {
      this.#last.forget();
      return fail(failure("internal", "The helper left out a file that it never sent.", BUG));
    }
    this.#inside = new Map(files.map((file) => [file.path, file.inside]));
    const changed = superseded.map(
      (path) => `${this.#paths.shown(path)} has changed since the workers loaded it`,
    );
    const old = stale.map(
      (path) =>
        `${this.#paths.shown(path)} has changed since gunicorn's master loaded it: start the server anew${howAnew(this.#target.ownServer)}`,
    );
    const missing = [...lossReasons(flush), ...reasons, ...changed, ...old];
    return ok({
      totals: report.totals,
      files,
      complete: missing.length === 0,
      reasons: [...missing, ...flush.notes],
      partial,
      generations,
      requests,
      view: report.view,
      below: partial ? null : report.below,
    });
  }

  /** Why coverage.py's own report is taken as it is; null: only what has changed is analysed. */
  #whyPlain(): string | null {
    if (this.#off().includes("coverage.keep_rows")) return SWITCHED_OFF;
    return this.#plain ? "the numbers were not coverage.py's" : null;
  }

  async recordWritable(pause: number, broken: boolean, signal: AbortSignal): Promise<Result<boolean>> {
    const result = await this.#call("writable", { pause, broken }, Writable, { signal });
    return result.ok ? ok(result.value.waited) : result;
  }

  async writtenByServer(files: readonly string[]): Promise<readonly string[]> {
    const seen = files.flatMap((file) => this.#paths.inside(file) ?? []);
    if (seen.length === 0) return [];
    const asked = this.#call("written", { files: seen }, Written);
    const result = await Promise.race([asked, sleep(SOON, null, { ref: false })]);
    if (!result?.ok) return [];
    return files.filter((file) => result.value.files.includes(this.#paths.inside(file) ?? ""));
  }

  async html(signal: AbortSignal): Promise<Result<readonly ReportFile[]>> {
    const received = new ReceivedFiles();
    const result = await this.#call("html", {}, Nothing, {
      signal,
      onEvent: (event) => received.take(event),
    });
    return result.ok ? received.result() : result;
  }

  async export(
    signal: AbortSignal,
    { formats, mark }: ExportAsked = { formats: [], mark: null },
  ): Promise<Result<Exported>> {
    const received = new ReceivedFiles();
    const params = { map: this.#paths.all, root: this.#paths.root, formats, mark };
    const result = await this.#call("export", params, Export, {
      signal,
      onEvent: (event) => received.take(event),
    });
    if (!result.ok) return result;
    const files = received.result();
    if (!files.ok) return files;
    const named = (name: string) => files.value.find((file) => file.path === name)?.data;
    const [data, json] = [named(".coverage"), named("coverage.json")];
    if (!data || !json) {
      return fail(failure("internal", "The helper did not send both files.", BUG));
    }
    const check = await this.#checked(result.value, signal);
    return ok({ json: Buffer.from(json).toString("utf8"), data, files: files.value, check });
  }

  async #checked(
    { differences: found }: v.InferOutput<typeof Export>,
    signal: AbortSignal,
  ): Promise<SelfCheck> {
    const differences = found.map(({ path, what, ours, theirs }) => {
      const where = path === "" ? "total" : this.#paths.shown(path);
      return `${where}: ${what} ${ours}, coverage.py: ${theirs}`;
    });
    if (differences.length === 0 || this.#collected === null) return { differences, report: null };
    this.#plain = true;
    const { flush, partial } = this.#collected;
    const again = await this.collect(flush, partial, () => {}, signal);
    return { differences, report: again.ok ? again.value : null };
  }

  async combine(others: readonly OtherData[], signal: AbortSignal): Promise<Result<Together>> {
    const also = othersOf(others);
    if (!also.ok) return also;
    const limit = judged(this.#limit, this.#limit.ofAll);
    const params = { also: also.value, map: this.#paths.all, root: this.#paths.root, ...limit };
    const result = await this.#call("combine", params, Combine, { signal });
    return result.ok ? ok(togetherOf(result.value, (path) => this.#paths.shown(path))) : result;
  }

  async source(path: string): Promise<Result<SourceText>> {
    const result = await this.#call("read", { path: this.#inside.get(path) ?? path }, Source);
    return result;
  }

  async close(): Promise<void> {
    this.#wanted = false;
    await this.#rpc?.close();
    this.#rpc = null;
    await this.#target.close();
  }

  /**
   * Looks again for what has gone in an earlier cycle though its container lives: the helper was killed, or gunicorn was started
   * anew. Only where nothing is measured yet: in the middle of a cycle another master's data would pass for this one's.
   */
  async #refind(signal: AbortSignal): Promise<Result<void>> {
    const connected = this.#rpc !== null && this.#rpc.gone === null && !this.#masterGone;
    if (connected || !this.#wanted) return ok(undefined);
    const found = await this.find(signal);
    return found.ok ? ok(undefined) : found;
  }

  async #call<T>(
    action: string,
    params: object,
    schema: v.GenericSchema<unknown, T>,
    call: Call = {},
  ): Promise<Result<T>> {
    if (this.#rpc === null) {
      return fail(failure("server-lost", "The server is not connected.", "Press a to look for it again."));
    }
    const result = await this.#rpc.call(action, params, schema, call);
    if (result.ok || result.failure.kind !== "master-gone") return result;
    this.#masterGone = true;
    return fail((await lastWords(this.#target)) ?? result.failure);
  }
}
