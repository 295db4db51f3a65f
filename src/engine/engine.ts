/** Runs the cycle: events in a queue, one reduce at a time, effects as port calls. Decides nothing itself. */
import { begin, reduce } from "../core/cycle/cycle.ts";
import { factCycle, type State, type Transition } from "../core/cycle/state.ts";
import type { Effect } from "../core/effect.ts";
import type { Event, Settled } from "../core/event.ts";
import { FACT_VERSION, type Fact, type FactBody } from "../core/fact.ts";
import { BUG, type Failure, failure } from "../core/failure.ts";
import { Listeners } from "../core/listeners.ts";
import type { Policy } from "../core/policy.ts";
import { asideWarning } from "../core/program-writes.ts";
import type { Report, SourceText } from "../core/report.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { EMPTY_CONTENT, observe, observeLog, type ScreenContent } from "../core/screen-content.ts";
import type { SelfCheck } from "../core/self-check.ts";
import type { Exported, Found } from "../ports/server.ts";
import type { Lifecycle } from "../ports/target.ts";
import { AfterCycle } from "./after-cycle.ts";
import { BackgroundExport } from "./background-export.ts";
import type { EngineHandle, Snapshot, UserRequest } from "./handle.ts";
import { noteOfEffect, noteOfEvent, noteOfFact } from "./notes.ts";
import type { Ports } from "./ports.ts";
import { Sorter } from "./sorter.ts";
import { runStep } from "./steps.ts";

type Undated = Event extends infer E ? (E extends Event ? Omit<E, "at"> : never) : never;

/** How many single files are watched, at about one watch of the system's each. */
const MOST_ALSO = 1_000;

export class Engine implements EngineHandle {
  readonly #ports: Ports;
  #policy: Policy;
  readonly #sorter: Sorter;
  readonly #export: BackgroundExport;
  readonly #after: AfterCycle;
  readonly #facts = new Listeners<Fact>();
  readonly #changes = new Listeners<void>();
  readonly #queue: Event[] = [];
  readonly #unsubscribes: (() => void)[] = [];
  readonly #locating = new AbortController();
  /** The look for the target under way, or the last one. */
  #looking: Promise<void> = Promise.resolve();
  #keptAside: Promise<void> = Promise.resolve();
  #controller = new AbortController();
  #watchingRecord = new AbortController();
  /** What is watched: directories, and single files elsewhere. */
  readonly #also = new Set<string>();
  #state: State;
  #content: ScreenContent = EMPTY_CONTENT;
  #snapshot: Snapshot;
  #seq = 0;
  #busy = false;
  #telling = false;
  readonly #ending = Promise.withResolvers<number>();
  readonly ended = this.#ending.promise;

  constructor(ports: Ports, policy: Policy) {
    this.#ports = ports;
    this.#policy = policy;
    this.#export = new BackgroundExport(ports.server, ports.publisher);
    const inTurn = (fact: FactBody) => this.#publish(factCycle(this.#state), fact);
    const say = (message: string) => inTurn({ type: "warning", message });
    const command = (running: boolean) => this.#post({ type: "also.command", running });
    this.#after = new AfterCycle(ports, inTurn, () => this.#content, command);
    const settings = (changed: Partial<Policy>) => this.#settings(changed);
    this.#sorter = new Sorter(ports, { say, settings, changed: (event) => this.#post(event) });
    this.#state = begin()[0];
    this.#snapshot = { state: this.#state, content: this.#content, watched: [] };
  }

  /** Looks for the target and goes on by itself until `ended`. */
  start(): void {
    const { target, testsTarget } = this.#ports;
    const onLife = (what: "server" | "tests") => (event: Lifecycle) =>
      this.#post(
        event.type === "gone"
          ? {
              type: "target.gone",
              what,
              failure: what === "server" ? event.failure : ofTests(event.failure),
              saysWhenBack: (what === "server" ? target : testsTarget).saysWhenBack,
            }
          : { type: "target.back", what },
      );
    this.#unsubscribes.push(
      target.onLog((line) => {
        this.#ports.log.note({ what: "server says", text: line.text });
        this.#content = observeLog(this.#content, line);
        this.#changed();
      }),
      target.onLifecycle(onLife("server")),
      testsTarget.onLifecycle(onLife("tests")),
    );
    const { about, found } = this.#ports.project;
    this.#publish(1, { type: "note", message: about });
    if (found !== null) this.#publish(1, { type: "found", ...found });
    this.#take(begin());
  }

  getSnapshot(): Snapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    return this.#changes.on(listener);
  }

  onFact(listener: (fact: Fact) => void): () => void {
    return this.#facts.on(listener);
  }

  dispatch(request: UserRequest): void {
    this.#post(request);
  }

  async source(path: string): Promise<Result<SourceText>> {
    return this.#named(await this.#ports.server.source(path));
  }

  async openHtml(): Promise<Result<{ path: string; notOpened: ReturnType<typeof failure> | null }>> {
    if (this.#content.report === null && this.#content.partial === null) {
      return fail(failure("no-report", "There is no report yet.", "Press a, or wait for the first cycle."));
    }
    const pages = this.#named(await this.#ports.server.html(new AbortController().signal));
    if (!pages.ok) return pages;
    const path = await this.#ports.publisher.html(pages.value);
    if (!path.ok) return path;
    const opened = await this.#ports.desktop.open(path.value);
    return ok({ path: path.value, notOpened: opened.ok ? null : opened.failure });
  }

  judgeAgain(): void {
    this.#after.judge();
  }

  hostPath(path: string): string {
    return this.#ports.paths.resolve(path);
  }

  /** One event at a time: what an effect posts while it is being run waits its turn. */
  #post(undated: Undated): void {
    this.#queue.push({ ...undated, at: this.#ports.clock.now() } as Event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let event = this.#queue.shift(); event; event = this.#queue.shift()) {
        const next = reduce(this.#state, event, this.#policy);
        const note = noteOfEvent(event, this.#state, next[0]);
        if (note !== null) this.#ports.log.note(note);
        this.#take(next);
      }
    } finally {
      this.#busy = false;
    }
  }

  #take([state, effects]: Transition): void {
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
    this.#changed();
  }

  #perform(effect: Effect): void {
    const note = noteOfEffect(effect);
    if (note !== null) this.#ports.log.note(note);
    switch (effect.type) {
      case "locate":
        this.#looking = this.#locate(effect.start);
        return;
      case "look-later":
        this.#ports.clock.after(effect.ms, () => this.#post({ type: "look", token: effect.token }));
        return;
      case "watch-record":
        void this.#watchRecord(effect);
        return;
      case "wait":
        this.#ports.clock.after(effect.ms, () => this.#post({ type: "quiet", token: effect.token }));
        return;
      case "run":
        void this.#run(effect);
        return;
      case "abort":
        this.#controller.abort();
        return;
      case "emit":
        this.#publish(effect.cycle, this.#shown(effect.fact));
        return;
      case "set-aside":
        this.#setAside(effect.cycle, effect.name);
        return;
      case "stop":
        void this.#stop(effect.exit);
        return;
      case "kill":
        this.#ending.resolve(this.#policy.once ? 130 : 0);
        return;
    }
  }

  async #locate(start: boolean): Promise<void> {
    const found = await this.#find(start).catch((error: unknown) =>
      fail<Found>(bug("The look for the server", error)),
    );
    const { ownServer } = this.#ports.target;
    if (found.ok) this.#post({ type: "target.found", ...found.value, ownServer });
    else this.#post({ type: "look.failed", failure: found.failure, ...(await this.#life()) });
  }

  async #find(start: boolean): Promise<Result<Found>> {
    const { signal } = this.#locating;
    const { unasked } = this.#state;
    const say = (fact: FactBody) => {
      if (!unasked) this.#publish(this.#state.cycle + 1, fact);
    };
    const started = start ? await this.#startAgain() : ok(undefined);
    if (!started.ok) return started;
    const [found, opened] = await Promise.all([
      this.#ports.server.find(signal, say),
      this.#ports.tests.open(signal),
    ]);
    // Found or not: a save asks for another look.
    if (!this.#policy.once && !signal.aborted) await this.#watch();
    return found.ok && !opened.ok ? opened : found;
  }

  /** Whether what the server and its tests live in is there, and else whether it will say so itself. */
  async #life(): Promise<{ alive: boolean; saysWhenBack: boolean }> {
    const targets = [this.#ports.target, this.#ports.testsTarget];
    const gone: boolean[] = [];
    for (const target of targets) gone.push((await target.whyGone().catch(() => UNKNOWN)) !== null);
    const saysWhenBack = targets.every((target, index) => !gone[index] || target.saysWhenBack);
    const alive = !gone.includes(true);
    return { alive, saysWhenBack: !alive && saysWhenBack };
  }

  async #startAgain(): Promise<Result<void>> {
    const { target, testsTarget } = this.#ports;
    // They work with the server, which may have to end first.
    this.#watchingRecord.abort();
    await this.#export.stop();
    const server = await target.start();
    return server.ok ? await testsTarget.start() : server;
  }

  async #watch(): Promise<void> {
    const { watcher, project, paths } = this.#ports;
    this.#post({ type: "aside.known", names: await project.readAside() });
    const directories = await watcher.watch(project.places(), (files) => void this.#sorter.take(files));
    this.#snapshot = { ...this.#snapshot, watched: directories.map((path) => paths.fromRoot(path)) };
  }

  /** What the server reads and what is not watched yet, whatever git says of it. What it reads no more stays: it may come back. */
  async #alsoWatch(files: readonly string[]): Promise<void> {
    const { watcher, alsoWatcher } = this.#ports;
    const more = watcher.unwatched(files).filter((file) => !this.#also.has(file));
    if (more.length === 0 || this.#also.size >= MOST_ALSO) return;
    for (const file of more.slice(0, MOST_ALSO)) this.#also.add(file);
    const places = { named: [...this.#also].sort(), found: [], beside: null, ignore: [], include: [] };
    await alsoWatcher.watch(places, (changed) => void this.#sorter.take(changed, { generated: true }));
  }

  /** Settings have changed while it runs. */
  async #settings(changed: Partial<Policy>): Promise<void> {
    this.#policy = { ...this.#policy, ...changed };
    await this.#watch();
    this.#changed();
  }

  async #watchRecord({ cycle, pause, broken }: Effect & { type: "watch-record" }): Promise<void> {
    this.#watchingRecord = new AbortController();
    const waited = await this.#ports.server
      .recordWritable(pause, broken, this.#watchingRecord.signal)
      .catch(() => null);
    if (waited?.ok && waited.value) this.#post({ type: "record.writable", cycle });
  }

  async #run({ cycle, input }: Effect & { type: "run" }): Promise<void> {
    const { step } = input;
    const say = (fact: FactBody) => this.#post({ type: "step.progress", cycle, step, fact });
    if (step === "checking") {
      this.#controller = new AbortController();
      this.#watchingRecord.abort();
      await Promise.all([this.#export.stop(), this.#after.stop()]);
    }
    const { signal } = this.#controller;
    if (step === "checking") this.#ports.tests.begin(this.#state.progress?.request.select ?? [], signal);
    // The server was not ready for them.
    if (step === "reporting") await this.#ports.tests.drop();
    const checked = (check: SelfCheck) => this.#post({ type: "report.checked", cycle, check });
    const keep = (report: Report, exported: Exported | null) => this.#keep(report, checked, exported);
    const reads = (files: readonly string[]) => void (this.#policy.once || this.#alsoWatch(files));
    const { once } = this.#policy;
    const content = () => this.#content;
    const context = { ports: this.#ports, say, signal, reads, keep, checked, once, content };
    const settled = await runStep(input, context).catch(crashed);
    this.#post({ type: "step.settled", cycle, step, settled });
  }

  /** In watch mode nobody waits for the files that editors read; what went wrong is said when it is known. */
  async #keep(
    report: Report,
    checked: (check: SelfCheck) => void,
    exported: Exported | null,
  ): Promise<Result<void>> {
    const keeping = this.#export.keep(report, checked, exported);
    if (this.#policy.once) return await keeping;
    void keeping.then((kept) => {
      if (!kept.ok && GONE.has(kept.failure.kind)) return;
      this.#post({ type: "report.kept", failure: kept.ok ? null : this.#namedInMessage(kept.failure) });
    });
    return ok(undefined);
  }

  /** Files are named as people read them; the cycle itself works with absolute paths. An error of gunicov's own names the log. */
  #shown(fact: FactBody): FactBody {
    if (fact.type === "error" && fact.kind === "internal")
      return { ...fact, fix: this.#withLog(fact, fact.fix) };
    if (fact.type !== "cycle.started") return fact;
    return { ...fact, files: fact.files.map((file) => this.#ports.paths.fromRoot(file)) };
  }

  /** The text, and the file with the log of what has led to this failure. */
  #withLog(why: Failure, text: string): string {
    this.#ports.log.note({ what: "internal error", ...why });
    const file = this.#ports.log.keep();
    return file === null ? text : `${text} The log of it is ${this.#ports.paths.fromRoot(file)}.`.trim();
  }

  #named<T>(result: Result<T>): Result<T> {
    if (result.ok || result.failure.kind !== "internal") return result;
    return fail({ ...result.failure, fix: this.#withLog(result.failure, result.failure.fix) });
  }

  /** Of such a failure only the message is shown. */
  #namedInMessage(why: Failure): Failure {
    return why.kind === "internal" ? { ...why, message: this.#withLog(why, why.message) } : why;
  }

  #setAside(cycle: number, name: string): void {
    this.#publish(cycle, { type: "warning", message: asideWarning(this.#ports.paths.fromRoot(name)) });
    const names = [...this.#state.programWrites.aside];
    // One after the other, or a shorter list could be the last. That it was not kept the next session finds out, which counts again.
    this.#keptAside = this.#keptAside.then(() => this.#ports.project.keepAside(names)).catch(() => {});
  }

  #publish(cycle: number, body: FactBody): void {
    this.#seq += 1;
    const fact = { v: FACT_VERSION, seq: this.#seq, cycle, at: this.#ports.clock.now(), ...body } as Fact;
    this.#content = observe(this.#content, fact);
    const note = noteOfFact(fact);
    if (note !== null) this.#ports.log.note(note);
    this.#facts.tell(fact);
    if (!this.#policy.once) this.#after.onFact(fact);
    this.#changed();
  }

  /** Many changes, one call a tick. */
  #changed(): void {
    this.#snapshot = { ...this.#snapshot, state: this.#state, content: this.#content };
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      this.#changes.tell();
    });
  }

  async #stop(exit: number): Promise<void> {
    this.#locating.abort();
    this.#watchingRecord.abort();
    // What it opens after that would be left open.
    await this.#looking;
    await Promise.all([this.#export.stop(), this.#after.close()]);
    for (const unsubscribe of this.#unsubscribes) unsubscribe();
    await Promise.all([this.#ports.watcher.close(), this.#ports.alsoWatcher.close()]);
    await Promise.all([this.#ports.server.close(), this.#ports.tests.close()]);
    this.#ending.resolve(this.#policy.once ? exit : 0);
  }
}

/** That the server went while a report was kept has been said by `server.lost`. */
const GONE: ReadonlySet<Failure["kind"]> = new Set(["server-lost", "master-gone"]);

/** Under the name that it has of the tests. */
function ofTests(why: Failure): Failure {
  return why.kind === "server-lost" ? { ...why, kind: "tests-lost" } : why;
}

const UNKNOWN = failure("server-lost", "It is not known.", "");

function crashed(error: unknown): Settled {
  return { status: "failed", failure: bug("A step", error) };
}

function bug(what: string, error: unknown): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return failure("internal", `${what} broke down.`, BUG, detail);
}
