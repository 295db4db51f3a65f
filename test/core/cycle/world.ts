/**
 * A world for the reducer: it does what the effects say, lets random things happen, and holds its own account of what is
 * alive, from the effects alone. It never looks into the reducer to know what should be.
 */
import { begin, type reduce } from "../../../src/core/cycle/cycle.ts";
import type { State, Transition } from "../../../src/core/cycle/state.ts";
import type { Effect, Flush, StepOutput } from "../../../src/core/effect.ts";
import type { Event, Settled } from "../../../src/core/event.ts";
import type { FactBody, Step } from "../../../src/core/fact.ts";
import { failure } from "../../../src/core/failure.ts";
import type { Policy } from "../../../src/core/policy.ts";
import { PLAIN_VIEW, type Report } from "../../../src/core/report.ts";
import type { Action } from "./actions.ts";

export type Reduce = typeof reduce;

interface Live {
  readonly cycle: number;
  readonly step: Step;
}

export const BROKEN = failure("internal", "broken", "fix it");
/** In how many runs a file has changed at least before it may be set aside; how long news of a run may take, in ms. */
const FEWEST = 2;
const LATEST = 6_000;
const AT_REST = new Set(["idle", "changed", "start", "stopped"]);

export class World {
  state: State;
  now = 1_000;
  readonly live: Live[] = [];
  readonly timers: { readonly type: "quiet" | "look"; readonly token: number; readonly due: number }[] = [];
  looking = 0;
  stops = 0;
  killed = false;
  /** Files that have changed and that no cycle has begun with since. */
  readonly owed = new Set<string>();
  readonly openCycles = new Set<number>();
  /** The cycle in which the server was restarted or the tests run, until it has finished; when the last one has. */
  run: number | null = null;
  ranUntil = 0;
  /** The runs in which each file has changed, since it last changed at another time. */
  readonly changedIn = new Map<string, Set<number>>();
  readonly finished = new Set<number>();
  reports = 0;
  /** Whose the server is that was found, until it is lost. */
  #running: "own" | "other's" | null = null;
  readonly #reduce: Reduce;
  readonly #policy: Policy;

  constructor(reduceUnderTest: Reduce, policy: Policy) {
    this.#reduce = reduceUnderTest;
    this.#policy = policy;
    const [state, effects] = begin();
    this.state = state;
    this.#perform(effects);
  }

  act(action: Action): void {
    this.now += action.after;
    switch (action.type) {
      case "settle":
        this.#settle(action.how, action.restart);
        return;
      case "stale":
        this.#stale(action.back, action.step, action.progress);
        return;
      case "progress":
        this.#progress();
        return;
      case "timer":
        this.#timer();
        return;
      case "stale-timer":
        this.#unchanged({ type: "quiet", token: -1, at: this.now }, "an old timer");
        return;
      case "found":
        this.#answerLook(true);
        return;
      case "not-found":
        this.#answerLook(false);
        return;
      case "files":
        this.change(action.files);
        return;
      case "gone":
        this.#running = null;
        this.#send({
          type: "target.gone",
          what: action.what,
          failure: BROKEN,
          saysWhenBack: action.what === "server",
          at: this.now,
        });
        return;
      case "back":
        this.#send({ type: "target.back", what: action.what, at: this.now });
        return;
      case "record.writable":
        this.#send({ type: "record.writable", cycle: this.state.cycle - action.back, at: this.now });
        return;
      case "checked":
        this.#checked(action.back, action.differs);
        return;
      case "start-anew":
        this.#send({ type: "start-anew", at: this.now });
        return;
      case "rerun":
        this.#send({ type: "rerun", select: action.select, at: this.now });
        return;
      case "pause":
        this.#send({ type: "pause", paused: action.paused, at: this.now });
        return;
      case "cancel":
        this.#send({ type: "cancel", at: this.now });
        return;
      case "quit":
        this.#send({ type: "quit", at: this.now });
        return;
    }
  }

  change(files: readonly string[]): void {
    for (const file of files) {
      this.owed.add(file);
      const runs = this.changedIn.get(file) ?? new Set();
      // What comes soon after a run may still be of it: that says nothing.
      if (this.run !== null) this.changedIn.set(file, runs.add(this.run));
      else if (this.now > this.ranUntil + LATEST) this.changedIn.delete(file);
    }
    this.#send({ type: "files.changed", files, at: this.now });
  }

  /**
   * Lets everything that is under way come to its end, and the user resume; then nothing may be left over. `written` are
   * files that each run of the tests writes.
   */
  comeToRest(written: readonly string[] = []): void {
    let wrote = 0;
    if (this.state.paused) this.#send({ type: "pause", paused: false, at: this.now });
    for (let turn = 0; turn < 200; turn += 1) {
      this.now += 11_000;
      const [alive] = this.live;
      if (written.length > 0 && alive?.step === "testing" && alive.cycle !== wrote) {
        wrote = alive.cycle;
        this.change(written);
      }
      if (this.live.length > 0) this.#settle("done", true);
      else if (this.looking > 0) this.#answerLook(true);
      else if (this.timers.length > 0) this.#timer();
      else return;
    }
    throw new Error("it never comes to rest");
  }

  #send(event: Event): void {
    const [state, effects]: Transition = this.#reduce(this.state, event, this.#policy);
    this.state = state;
    this.#perform(effects);
    this.#check();
  }

  #unchanged(event: Event, what: string): void {
    const before = this.state;
    const [after, effects] = this.#reduce(before, event, this.#policy);
    if (effects.length > 0) throw new Error(`${what} had effects: ${JSON.stringify(effects)}`);
    if (JSON.stringify(after) !== JSON.stringify(before)) throw new Error(`${what} changed the state`);
    this.state = after;
  }

  #settle(how: "done" | "failed" | "aborted", restart: boolean): void {
    const [step] = this.live;
    if (!step) return;
    this.live.shift();
    const settled: Settled =
      how === "done"
        ? { status: "done", output: output(step.step, restart) }
        : how === "failed"
          ? { status: "failed", failure: BROKEN }
          : { status: "aborted" };
    this.#send({ type: "step.settled", ...step, settled, at: this.now });
  }

  /** coverage.py's own numbers replace those of the same cycle only, and only once its report was shown. */
  #checked(back: number, differs: boolean): void {
    const cycle = this.state.cycle - back;
    const over = back > 0 || (this.state.progress !== null && this.state.phase !== "reporting");
    const before = this.reports;
    const check = differs
      ? { differences: ["a.py: missing_lines [], coverage.py: [1]"], report: REPORT }
      : { differences: [], report: null };
    this.#send({ type: "report.checked", cycle, check, at: this.now });
    if (this.reports - before > (differs && !over ? 1 : 0))
      throw new Error("another cycle's report is shown");
  }

  /** An answer of a cycle that is over, or of a step that is not under way. */
  #stale(back: number, step: Step, progress: boolean): void {
    const [alive] = this.live;
    const cycle = this.state.cycle - back;
    if (alive && alive.cycle === cycle && alive.step === step) return;
    const at = this.now;
    const event: Event = progress
      ? { type: "step.progress", cycle, step, fact: { type: "tests.started", total: 1 }, at }
      : { type: "step.settled", cycle, step, settled: { status: "done", output: output(step, true) }, at };
    this.#unchanged(event, `an answer of cycle ${cycle}, step ${step}`);
  }

  #progress(): void {
    const [step] = this.live;
    if (step)
      this.#send({ type: "step.progress", ...step, fact: { type: "tests.started", total: 1 }, at: this.now });
  }

  #timer(): void {
    const timer = this.timers.shift();
    if (!timer) return;
    this.now = Math.max(this.now, timer.due);
    this.#send({ type: timer.type, token: timer.token, at: this.now });
  }

  #answerLook(found: boolean): void {
    if (this.looking === 0) return;
    this.looking -= 1;
    const { now: at } = this;
    this.#running = !found ? null : at % 2 === 0 ? "own" : "other's";
    this.#send(
      found
        ? {
            type: "target.found",
            name: "S",
            master: 7,
            warnings: [],
            coverage: null,
            ownServer: at % 2 === 0,
            at,
          }
        : {
            type: "look.failed",
            failure: BROKEN,
            alive: at % 2 === 0,
            saysWhenBack: at % 3 === 0 && at % 2 !== 0,
            at,
          },
    );
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#one(effect);
  }

  #one(effect: Effect): void {
    switch (effect.type) {
      case "locate":
        if (effect.start && this.live.length > 0) throw new Error("the server is ended under a step");
        if (effect.start && this.#running === "other's")
          throw new Error("somebody else's server is started anew");
        this.looking += 1;
        break;
      case "watch-record":
        break;
      case "wait":
        this.timers.push({ type: "quiet", token: effect.token, due: this.now + effect.ms });
        break;
      case "look-later":
        this.timers.push({ type: "look", token: effect.token, due: this.now + effect.ms });
        break;
      case "run":
        this.#start(effect);
        break;
      case "emit":
        this.#fact(effect.cycle, effect.fact);
        break;
      case "set-aside":
        this.#fact(effect.cycle, { type: "warning", message: effect.name });
        if ((this.changedIn.get(effect.name)?.size ?? 0) < FEWEST)
          throw new Error(`${effect.name} was set aside though it may be the user's`);
        break;
      case "stop":
        this.stops += 1;
        break;
      case "kill":
        this.killed = true;
        break;
      case "abort":
        if (!this.live.some((step) => step.cycle === effect.cycle))
          throw new Error("aborts what is not alive");
        break;
    }
  }

  #start({ cycle, input }: Effect & { type: "run" }): void {
    if (this.live.length > 0) throw new Error(`two live steps: ${this.live[0]?.step} and ${input.step}`);
    if (input.step === "checking") for (const file of input.files) this.owed.delete(file);
    if (input.step === "restarting" || input.step === "testing") this.run = cycle;
    this.live.push({ cycle, step: input.step });
  }

  #fact(cycle: number, fact: FactBody): void {
    if (this.finished.has(cycle)) throw new Error(`${fact.type} after cycle.finished of cycle ${cycle}`);
    if (fact.type === "report") this.reports += 1;
    if (fact.type === "cycle.started") this.openCycles.add(cycle);
    if (fact.type !== "cycle.finished") return;
    if (!this.openCycles.delete(cycle)) throw new Error(`cycle ${cycle} finished without having started`);
    this.finished.add(cycle);
    if (this.run === cycle) [this.run, this.ranUntil] = [null, this.now];
  }

  #check(): void {
    if (this.killed) return;
    if (AT_REST.has(this.state.phase) && this.live.length > 0) {
      throw new Error(`${this.state.phase} with ${this.live[0]?.step} alive`);
    }
    if (this.looking > 1) throw new Error("looks for the target twice at once");
    if (this.openCycles.size > 1) throw new Error("two cycles open");
    if (AT_REST.has(this.state.phase) && this.openCycles.size > 0)
      throw new Error(`${this.state.phase} with an open cycle`);
    if (this.stops > 1) throw new Error("stops twice");
  }
}

const TOTALS = {
  covered_lines: 1,
  num_statements: 1,
  percent_covered: 100,
  percent_covered_display: "100",
  missing_lines: 0,
  excluded_lines: 0,
};
const REPORT: Report = {
  totals: TOTALS,
  files: [],
  complete: true,
  reasons: [],
  partial: false,
  generations: [1],
  requests: 1,
  view: PLAIN_VIEW,
  below: null,
};

export const FLUSH: Flush = {
  ...{ generation: 1, generations: [1], expected: 1, written: 1, lost: [], requests: 1 },
  ...{ reached: true, address: null, reasons: [], notes: [] },
};

/** What a step that went well gives. */
export function output(step: Step, restart: boolean): StepOutput {
  switch (step) {
    case "checking":
      return { step, restart, why: "changed", generation: 1 };
    case "testing":
      return {
        step,
        ran: 1,
        ended: null,
        doubts: [],
        xfailed: 0,
        xpassed: 0,
        passed: 1,
        failed: 0,
        errors: 0,
        skipped: 0,
      };
    case "flushing":
      return { step, ...FLUSH };
    case "collecting":
      return { step, report: REPORT };
    default:
      return { step };
  }
}
