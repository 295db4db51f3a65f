/** The tests as the cycle needs them. */
import type { TestCounts } from "../core/fact.ts";
import type { Result } from "../core/result.ts";
import type { Say } from "./say.ts";

export interface TestRun extends TestCounts {
  readonly ms: number;
  /** Tail of what the command printed. */
  readonly output: string;
  /** How the command ended though every test passed, and why, as far as it says so; null: as its tests did. */
  readonly ended: string | null;
  /** Why the server may have been asked by others than this run; with that its coverage is unproven. */
  readonly doubts: readonly string[];
}

export interface Tests {
  /** Connects to where the tests run and looks for their command. Can be called again. */
  open(signal: AbortSignal): Promise<Result<void>>;
  /** Whether a run would find its command: looked at again where that, or the way to it, is not as it was. */
  ready(signal: AbortSignal): Promise<Result<void>>;
  /**
   * Begins a run that waits before its first test, and sends the server nothing, until `run` of the same selection comes:
   * it collects while the server is restarted. Aborted, or followed by `drop`, it ends. Tells nothing.
   */
  begin(select: readonly string[], signal: AbortSignal): void;
  /** Ends what was begun and not run. */
  drop(): Promise<void>;
  /**
   * Runs the tests (`select`: node ids, empty for all) and says `tests.started` and `test.finished`. Aborted, it settles
   * when no process of the run is left.
   */
  run(select: readonly string[], say: Say, signal: AbortSignal): Promise<Result<TestRun>>;
  close(): Promise<void>;
}
