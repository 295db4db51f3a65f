/** `gunicov watch --json`, kept open; its facts with the time by the outside clock at which each was read. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Fact } from "../../src/core/fact.ts";
import { environment, ROOT } from "../../test/support/machine.ts";

type Type = Fact["type"];
type Of<T extends Type> = Extract<Fact, { type: T }>;
const LIMIT = 120_000; // ms; a hang, on any machine

/** A fact, and when (epoch ms) it was read from stdout. */
export type Seen<T extends Type = Type> = Of<T> & { readonly seen: number };

export class Watching {
  readonly facts: Seen[] = [];
  readonly #child: ChildProcess;
  readonly #waiting = new Set<() => void>();
  #stderr = "";
  #gone = false;

  constructor(cwd: string, args: readonly string[] = []) {
    const ask = fileURLToPath(new URL("ask.ts", import.meta.url));
    const argv = ["--import", ask, join(ROOT, "bin", "gunicov"), "watch", "--json", ...args];
    this.#child = spawn(process.execPath, argv, { cwd, env: environment(), stdio: "pipe" });
    const { stdout, stderr, stdin } = this.#child;
    if (!stdout || !stderr || !stdin) throw new Error("no pipes");
    stdin.on("error", () => {});
    stderr.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    createInterface({ input: stdout }).on("line", (line) => {
      const seen = now();
      this.facts.push({ ...(JSON.parse(line) as Fact), seen });
      this.#look();
    });
    this.#child.on("close", () => {
      this.#gone = true;
      this.#look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  /** As the key `a`. */
  rerun(): void {
    this.#child.stdin?.write("rerun\n");
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Whether a cycle is under way. */
  get busy(): boolean {
    const last = this.facts.findLast(({ type }) => type === "cycle.started" || type === "cycle.finished");
    return last?.type === "cycle.started";
  }

  /** How many facts there are so far: what comes from here on is new. */
  get mark(): number {
    return this.facts.length;
  }

  /** The first fact of a type, from `mark` on, for which `test` holds. */
  async next<T extends Type>(
    type: T,
    mark: number,
    test: (fact: Seen<T>) => boolean = () => true,
  ): Promise<Seen<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<Seen<T>>();
    const look = () => {
      const found = this.facts
        .slice(mark)
        .find((fact): fact is Seen<T> => fact.type === type && test(fact as Seen<T>));
      if (found) resolve(found);
      else if (this.#gone) reject(new Error(`gunicov has ended before ${type}:\n${this.#tail()}`));
    };
    const limit = setTimeout(() => reject(new Error(`no ${type} in time:\n${this.#tail()}`)), LIMIT);
    this.#waiting.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      this.#waiting.delete(look);
    }
  }

  #tail(): string {
    return [...this.facts.slice(-6).map((one) => JSON.stringify(one).slice(0, 300)), this.#stderr].join("\n");
  }

  /** SIGTERM, and SIGKILL where that does not help. */
  async stop(): Promise<void> {
    if (this.#gone) return;
    const closed = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    const limit = setTimeout(() => this.#child.kill("SIGKILL"), 15_000);
    await closed;
    clearTimeout(limit);
  }
}

/** Epoch ms with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}
