import type { CoverageSettings } from "./coverage-settings.ts";
import type { StepOutput } from "./effect.ts";
import type { FactBody, Step } from "./fact.ts";
import type { Failure } from "./failure.ts";
import type { SelfCheck } from "./self-check.ts";

/** How a step settled. */
export type Settled =
  | { readonly status: "done"; readonly output: StepOutput }
  | { readonly status: "failed"; readonly failure: Failure }
  | { readonly status: "aborted" };

/** What happens to the engine. `at` is epoch milliseconds. */
export type Event = { readonly at: number } & (
  | {
      readonly type: "target.found";
      readonly name: string;
      readonly master: number;
      readonly warnings: readonly string[];
      readonly coverage: CoverageSettings | null;
      /** gunicov has started it itself. */
      readonly ownServer: boolean;
    }
  /** The look for it found that it is not there, or can't be used. `alive`: what it lives in is there, so that it may come yet. `saysWhenBack`: it is not, and `target.back` will come by itself. */
  | {
      readonly type: "look.failed";
      readonly failure: Failure;
      readonly alive: boolean;
      readonly saysWhenBack: boolean;
    }
  /** The world says that it has gone. `saysWhenBack`: `target.back` will come by itself. */
  | {
      readonly type: "target.gone";
      readonly what: "server" | "tests";
      readonly failure: Failure;
      readonly saysWhenBack: boolean;
    }
  /** It is time to look for it again. */
  | { readonly type: "look"; readonly token: number }
  /** The world says that it may be there again: look. */
  | { readonly type: "target.back"; readonly what: "server" | "tests" }
  /** What kept a cycle's data from being saved is so no more. */
  | { readonly type: "record.writable"; readonly cycle: number }
  /** That cycle's complete report was compared with coverage.py's own. */
  | { readonly type: "report.checked"; readonly cycle: number; readonly check: SelfCheck }
  /** A complete report is kept for editors, or why it could not be (nor be compared, perhaps). */
  /** The command of another measurement has started, or ended, outside of a cycle. */
  | { readonly type: "also.command"; readonly running: boolean }
  | { readonly type: "report.kept"; readonly failure: Failure | null }
  /** Start what is stopped; a server of gunicov's own that runs is started anew. */
  | { readonly type: "start-anew" }
  /** `byServer`: those of them that the server is known to write; `named`: those that the user's `include` names. */
  | {
      readonly type: "files.changed";
      readonly files: readonly string[];
      readonly byServer?: readonly string[];
      readonly named?: readonly string[];
    }
  /** What an earlier session has set aside (program-writes.ts). */
  | { readonly type: "aside.known"; readonly names: readonly string[] }
  | { readonly type: "quiet"; readonly token: number }
  | { readonly type: "step.progress"; readonly cycle: number; readonly step: Step; readonly fact: FactBody }
  | { readonly type: "step.settled"; readonly cycle: number; readonly step: Step; readonly settled: Settled }
  | { readonly type: "rerun"; readonly select: readonly string[] }
  | { readonly type: "pause"; readonly paused: boolean }
  | { readonly type: "cancel" }
  | { readonly type: "quit" }
);
