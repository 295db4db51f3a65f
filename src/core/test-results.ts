import type { TestResult } from "./fact.ts";

/** Whether a test has to be looked at. */
export function isFailing(test: TestResult): boolean {
  return test.outcome === "failed" || test.outcome === "error";
}

export interface Finished extends TestResult {
  /** The cycle in which it was reported. */
  readonly cycle: number;
}

/** How many results are kept apart before they join the others. */
const RECENT = 64;

/**
 * Results by test id, the latest of each, in the order in which the tests first ended. Never changed: `with` gives
 * another. Only the newest few are copied for that, so that thousands of tests cost no more than a few each.
 */
export class TestResults {
  static readonly NONE = new TestResults(new Map(), new Map(), 0, []);
  readonly #settled: ReadonlyMap<string, Finished>;
  readonly #recent: ReadonlyMap<string, Finished>;
  readonly size: number;
  /** Null until somebody asks. */
  #failing: readonly Finished[] | null;

  private constructor(
    settled: ReadonlyMap<string, Finished>,
    recent: ReadonlyMap<string, Finished>,
    size: number,
    failing: readonly Finished[] | null,
  ) {
    this.#settled = settled;
    this.#recent = recent;
    this.size = size;
    this.#failing = failing;
  }

  with(test: Finished): TestResults {
    const before = this.get(test.id);
    const size = before === undefined ? this.size + 1 : this.size;
    const sameFailing = !isFailing(test) && (before === undefined || !isFailing(before));
    const failing = sameFailing ? this.#failing : null;
    const recent = new Map(this.#recent).set(test.id, test);
    if (recent.size < RECENT) return new TestResults(this.#settled, recent, size, failing);
    return new TestResults(new Map([...this.#settled, ...recent]), new Map(), size, failing);
  }

  get(id: string): Finished | undefined {
    return this.#recent.get(id) ?? this.#settled.get(id);
  }

  values(): readonly Finished[] {
    return [...new Map([...this.#settled, ...this.#recent]).values()];
  }

  /** Those that did not pass: the same object as long as these are the same, because each frame asks for them. */
  get failing(): readonly Finished[] {
    this.#failing ??= this.values().filter(isFailing);
    return this.#failing;
  }
}
