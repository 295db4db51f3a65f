/** An engine that does nothing: it is fed facts, as the real one publishes them, and keeps what it was asked for. */
import { beginProgress, INITIAL, type Phase, type State } from "../../src/core/cycle/state.ts";
import { FACT_VERSION, type Fact, type FactBody } from "../../src/core/fact.ts";
import type { Failure } from "../../src/core/failure.ts";
import type { SourceText } from "../../src/core/report.ts";
import { ok, type Result } from "../../src/core/result.ts";
import { EMPTY_CONTENT, observe, observeLog } from "../../src/core/screen-content.ts";
import type { EngineHandle, Snapshot, UserRequest } from "../../src/engine/handle.ts";

type Opened = Result<{ readonly path: string; readonly notOpened: Failure | null }>;

export class FakeEngine implements EngineHandle {
  readonly requests: UserRequest[] = [];
  readonly ended: Promise<number>;
  sources: (path: string) => Result<string> = () => ok("");
  /** Of the sources' bytes; as made-up reports have it. */
  sha256: (path: string) => string = (path) => `as measured ${path}`;
  html: () => Promise<Opened> = async () => ok({ path: ".gunicov/html/index.html", notOpened: null });
  /** Epoch milliseconds that facts are dated with. */
  clock: () => number = () => 1_000_000;
  end: (code: number) => void = () => {};
  #snapshot: Snapshot = { state: INITIAL, content: EMPTY_CONTENT, watched: ["demo/source", "demo/test"] };
  #listeners = new Set<() => void>();
  #observers = new Set<(fact: Fact) => void>();
  #seq = 0;

  constructor() {
    const { promise, resolve } = Promise.withResolvers<number>();
    this.ended = promise;
    this.end = resolve;
  }

  getSnapshot(): Snapshot {
    return this.#snapshot;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onFact(listener: (fact: Fact) => void): () => void {
    this.#observers.add(listener);
    return () => this.#observers.delete(listener);
  }

  dispatch(request: UserRequest): void {
    this.requests.push(request);
    if (request.type === "pause") this.set({ paused: request.paused });
  }

  async source(path: string): Promise<Result<SourceText>> {
    const found = this.sources(path);
    return found.ok ? ok({ text: found.value, sha256: this.sha256(path) }) : found;
  }

  async openHtml(): Promise<Opened> {
    return this.html();
  }

  judged = 0;

  judgeAgain(): void {
    this.judged += 1;
  }

  hostPath(path: string): string {
    return `/host/${path}`;
  }

  /** Publishes facts, in order. They belong to the cycle under way; `cycle.started` begins the next. */
  emit(...bodies: readonly FactBody[]): void {
    for (const body of bodies) this.#emit(body);
    this.#changed();
  }

  /** Lines of the server's log, dated now unless said otherwise. */
  log(text: string, at = this.clock()): void {
    this.#snapshot = { ...this.#snapshot, content: observeLog(this.#snapshot.content, { at, text }) };
    this.#changed();
  }

  /** Sets parts of the engine's state that no fact tells. */
  set(state: Partial<State>): void {
    this.#snapshot = { ...this.#snapshot, state: { ...this.#snapshot.state, ...state } };
    this.#changed();
  }

  #emit(body: FactBody): void {
    const at = this.clock();
    const { state, content, watched } = this.#snapshot;
    const cycle = body.type === "cycle.started" ? state.cycle + 1 : state.cycle;
    const fact: Fact = { v: FACT_VERSION, seq: ++this.#seq, cycle, at, ...body };
    this.#snapshot = { state: stateAfter(state, body, cycle, at), content: observe(content, fact), watched };
    for (const observer of this.#observers) observer(fact);
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** The phase that the engine is in after a fact. */
const PHASE_AFTER: Partial<Record<FactBody["type"], Phase>> = {
  "cycle.started": "checking",
  "server.restarting": "restarting",
  "server.ready": "testing",
  "tests.finished": "flushing",
  "coverage.complete": "collecting",
  "coverage.incomplete": "collecting",
  report: "reporting",
  "cycle.finished": "idle",
};

function stateAfter(state: State, body: FactBody, cycle: number, at: number): State {
  const phase = PHASE_AFTER[body.type];
  const server = body.type === "server.lost" ? "gone" : body.type === "server.back" ? "up" : state.server;
  if (phase === undefined) return { ...state, server };
  if (phase === "idle") return { ...state, phase, cycle, server, progress: null };
  const begun = beginProgress({ reason: "change", select: [] }, at);
  const progress = { ...begun, startedAt: state.progress?.startedAt ?? at };
  return { ...state, phase, cycle, server, progress };
}
