/**
 * What the fakes have in common: each operation is written down as it begins and ends, can be held, and settles once. As
 * behind the real ports, an abort alone settles nothing that is held: only its death does.
 */
import { failure } from "../../src/core/failure.ts";
import { fail, type Result } from "../../src/core/result.ts";

export const CANCELLED = failure("cancelled", "It was cancelled.", "Run again.");

export class Operations {
  /** `restart begins`, `restart aborted`, `restart ends`, … in order. */
  readonly log: string[] = [];
  readonly #held = new Map<string, Held>();
  readonly #failures = new Map<string, unknown[]>();

  /** The next one of that name begins, and then waits for what the answer here is told. */
  hold(name: string): Held {
    const held = new Held(name);
    this.#held.set(name, held);
    return held;
  }

  /** The next one of that name throws this: a bug, which no port should have. */
  breakNext(name: string, error: unknown): void {
    this.#failures.set(name, [...(this.#failures.get(name) ?? []), error]);
  }

  /** How many are alive. */
  get alive(): number {
    return this.#count("begins") - this.#count("ends");
  }

  /** One operation, from begin to end. */
  async run<T>(name: string, signal: AbortSignal | null, work: () => Promise<Result<T>>): Promise<Result<T>> {
    this.log.push(`${name} begins`);
    const onAbort = () => this.log.push(`${name} aborted`);
    if (signal?.aborted) onAbort();
    signal?.addEventListener("abort", onAbort);
    try {
      const broken = this.#failures.get(name)?.shift();
      if (broken !== undefined) throw broken;
      const held = this.#held.get(name);
      this.#held.delete(name);
      if (!held) return signal?.aborted ? fail(CANCELLED) : await work();
      const scripted = await held.wait();
      if (scripted) return scripted as Result<T>;
      return signal?.aborted ? fail(CANCELLED) : await work();
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.log.push(`${name} ends`);
    }
  }

  #count(what: string): number {
    return this.log.filter((line) => line.endsWith(` ${what}`)).length;
  }
}

/** One operation that waits. */
export class Held {
  readonly name: string;
  readonly #begun = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<Result<unknown> | null>();

  constructor(name: string) {
    this.name = name;
  }

  /** Settles when it has begun. */
  get begun(): Promise<void> {
    return this.#begun.promise;
  }

  /** Lets it go on and end as it would: what was aborted ends as cancelled. */
  release(): void {
    this.#end.resolve(null);
  }

  /** Has it settle with this. */
  settle(result: Result<unknown>): void {
    this.#end.resolve(result);
  }

  wait(): Promise<Result<unknown> | null> {
    this.#begun.resolve();
    return this.#end.promise;
  }
}
