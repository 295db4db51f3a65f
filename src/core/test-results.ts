import type { TestResult } from "./fact.ts";

/** How many results are kept apart before they join the others. */
const RECENT = 64;

/**
 * Results by test id, the latest of each, in the order in which the tests first ended. Never changed: `with` gives
 * another. Only the newest few are copied for that, so that thousands of tests cost no more than a few each.
 */
export class TestResults {
  static readonly NONE = new TestResults(new Map(), new Map());
  readonly #settled: ReadonlyMap<string, TestResult>;
  readonly #recent: ReadonlyMap<string, TestResult>;
  #all: ReadonlyMap<string, TestResult> | null = null;

  private constructor(settled: ReadonlyMap<string, TestResult>, recent: ReadonlyMap<string, TestResult>) {
    this.#settled = settled;
    this.#recent = recent;
  }

  with(test: TestResult): TestResults {
    const recent = new Map(this.#recent).set(test.id, test);
    if (recent.size < RECENT) return new TestResults(this.#settled, recent);
    return new TestResults(new Map([...this.#settled, ...recent]), new Map());
  }

  get(id: string): TestResult | undefined {
    return this.#recent.get(id) ?? this.#settled.get(id);
  }

  values(): readonly TestResult[] {
    return [...this.#joined().values()];
  }

  get size(): number {
    return this.#joined().size;
  }

  #joined(): ReadonlyMap<string, TestResult> {
    this.#all ??= this.#recent.size === 0 ? this.#settled : new Map([...this.#settled, ...this.#recent]);
    return this.#all;
  }
}
