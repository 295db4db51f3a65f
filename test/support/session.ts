/** gunicov as a user's program reads it: a process, facts on its stdout. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Fact, type FactOf, type FactType, faultsOf, ofType, parseFact, type Report } from "./facts.ts";
import { environment, type Falsy, processesWith, ROOT, until } from "./machine.ts";

/** What a session leaves behind is found by this variable of its environment. */
const MARK = "GUNICOV_TEST_SESSION";
const CYCLE_LIMIT = 90; // seconds; a busy machine is slow, a hang is for ever

export interface Cycle {
  readonly number: number;
  readonly facts: readonly Fact[];
  readonly finished: FactOf<"cycle.finished">;
  /** The cycle's report; throws where it has none. */
  report(): Report;
  of<T extends FactType>(type: T): readonly FactOf<T>[];
}

export class Session {
  readonly facts: Fact[] = [];
  readonly #child: ChildProcess;
  readonly #mark: string;
  readonly #exited: Promise<unknown[]>;
  #stderr = "";
  #broken: Error | null = null;
  #taken = 0;
  #deaf = false;

  /** Starts `gunicov …args` in `cwd`. */
  constructor(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}) {
    this.#mark = randomUUID();
    this.#child = spawn(process.execPath, [join(ROOT, "bin", "gunicov"), ...args], {
      cwd,
      env: environment({ ...env, [MARK]: this.#mark }),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#exited = once(this.#child, "close");
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new Error("no pipes");
    createInterface({ input: stdout }).on("line", (line) => this.#take(line));
    stderr.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** The next cycle that was not yet asked for, when it has finished. */
  async next(seconds = CYCLE_LIMIT): Promise<Cycle> {
    const number = await this.#wait(
      "the next cycle's end",
      () => ofType(this.facts, "cycle.finished")[this.#taken]?.cycle,
      seconds,
    );
    this.#taken += 1;
    return toCycle(number, this.facts);
  }

  /** The first fact of a type after fact number `seq`. */
  async fact<T extends FactType>(type: T, seq: number): Promise<FactOf<T>> {
    return await this.#wait(type, () => ofType(this.facts, type).find((one) => one.seq > seq), CYCLE_LIMIT);
  }

  /** Number of the last fact. */
  get seq(): number {
    return this.facts.length;
  }

  /** Facts after so many, but for what is judged of an ended cycle while nobody waits. */
  news(seq: number): readonly Fact[] {
    return this.facts.slice(seq).filter(({ type }) => type !== "diff" && type !== "diff.unknown");
  }

  /** Number of the last cycle that has started. */
  get cycles(): number {
    return ofType(this.facts, "cycle.started").at(-1)?.cycle ?? 0;
  }

  /** Whether a cycle is under way, or the first one still to come. */
  get busy(): boolean {
    const begun = ofType(this.facts, "cycle.started").length;
    return begun === 0 || begun > ofType(this.facts, "cycle.finished").length;
  }

  /** Sends a signal, without waiting. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Nobody reads its facts any more, as behind `| head`. */
  closeOutput(): void {
    this.#deaf = true;
    this.#child.stdout?.destroy();
  }

  /** Waits for the end; gives the exit code (null: a signal). Throws where stdout or the facts were not in order. */
  async ended(): Promise<number | null> {
    await until(
      "gunicov's end",
      () => this.#child.exitCode !== null || this.#child.signalCode !== null,
      CYCLE_LIMIT,
    );
    await this.#exited;
    this.check();
    return this.#child.exitCode;
  }

  /** SIGTERM and wait. */
  async stop(): Promise<number | null> {
    this.signal("SIGTERM");
    return await this.ended();
  }

  /** For afterAll: nothing of it stays, whatever the test came to. */
  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.#exited;
  }

  /** Throws where the facts so far break a rule. */
  check(): void {
    if (this.#broken) throw this.#broken;
    if (this.#deaf) return;
    const killed = this.#child.signalCode !== null;
    const faults = faultsOf(this.facts, this.#child.exitCode !== null && !killed);
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }

  /** Command lines of its processes that still live, itself included, the oldest first. */
  async processes(): Promise<readonly string[]> {
    return await processesWith(MARK, this.#mark);
  }

  #take(line: string): void {
    try {
      this.facts.push(parseFact(line));
    } catch (error) {
      this.#broken ??= error as Error;
    }
  }

  async #wait<T>(what: string, look: () => T, seconds: number): Promise<Exclude<T, Falsy>> {
    const gone = () => this.#child.exitCode !== null || this.#child.signalCode !== null;
    try {
      return await until(
        what,
        () => {
          if (this.#broken) throw this.#broken;
          const found = look();
          if (!found && gone()) throw new Error(`gunicov has ended before ${what}`);
          return found;
        },
        seconds,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#tail()}`, { cause: error });
    }
  }

  #tail(): string {
    const last = this.facts.slice(-12).map((one) => JSON.stringify(one).slice(0, 300));
    return [...last, this.#stderr].join("\n");
  }
}

function toCycle(number: number, all: readonly Fact[]): Cycle {
  const facts = all.filter((one) => one.cycle === number);
  const of = <T extends FactType>(type: T) => ofType(facts, type);
  const [finished] = of("cycle.finished");
  if (!finished) throw new Error(`cycle ${number} has not finished`);
  const report = () => {
    const [found] = of("report");
    if (found) return found;
    throw new Error(`cycle ${number} has no report: ${JSON.stringify([...of("error"), finished])}`);
  };
  return { number, facts, finished, report, of };
}
