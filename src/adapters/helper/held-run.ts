/** A run of the tests that waits before its first test until the server is ready. */
import type { Result } from "../../core/result.ts";
import type { Ran } from "./schema.ts";

type Heard = (event: Record<string, unknown>) => void;

/** What the runner's request `run` is given. */
export interface Hold {
  readonly signal: AbortSignal;
  readonly onEvent: Heard;
  /** It was sent; `go` lets it run. */
  readonly started: (go: () => void) => void;
}

export class HeldRun {
  readonly #what: string;
  readonly #ending = new AbortController();
  readonly #started = Promise.withResolvers<() => void>();
  readonly #result: Promise<Result<Ran>>;
  /** What it has said before it was let run. */
  readonly #kept: Record<string, unknown>[] = [];
  #tell: Heard = (event) => void this.#kept.push(event);
  #silent = true;

  /** Begins when the one before it has ended: the runner has one run at a time. `what`: all that decides on the run. */
  constructor(
    what: string,
    signal: AbortSignal,
    before: HeldRun | null,
    start: (hold: Hold) => Promise<Result<Ran>>,
  ) {
    this.#what = what;
    this.#endWith(signal);
    const hold: Hold = {
      signal: this.#ending.signal,
      onEvent: (event) => {
        this.#silent = false;
        this.#tell(event);
      },
      started: (go) => this.#started.resolve(go),
    };
    this.#result = (before?.end() ?? Promise.resolve()).then(() => start(hold));
  }

  /** Whether it is what is wanted now: the server may have come back at another port meanwhile. */
  isOf(what: string): boolean {
    return what === this.#what;
  }

  /** It has said nothing yet. */
  get silent(): boolean {
    return this.#silent;
  }

  /** Lets it run; settles when it has ended. */
  async go(tell: Heard, signal: AbortSignal): Promise<Result<Ran>> {
    this.#endWith(signal);
    for (const event of this.#kept.splice(0)) tell(event);
    this.#tell = tell;
    void this.#started.promise.then((go) => go());
    return await this.#result;
  }

  /** Ends it; settles when nothing of it is left. */
  async end(): Promise<void> {
    this.#ending.abort();
    await this.#result;
  }

  #endWith(signal: AbortSignal): void {
    if (signal.aborted) this.#ending.abort();
    signal.addEventListener("abort", () => this.#ending.abort(), { once: true });
  }
}
