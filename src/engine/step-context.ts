/** What a step works with. */
import type { Settled } from "../core/event.ts";
import type { Failure } from "../core/failure.ts";
import type { Report } from "../core/report.ts";
import type { Result } from "../core/result.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { SelfCheck } from "../core/self-check.ts";
import type { Say } from "../ports/say.ts";
import type { Exported } from "../ports/server.ts";
import type { Ports } from "./ports.ts";

export interface StepContext {
  readonly ports: Ports;
  readonly say: Say;
  readonly signal: AbortSignal;
  /** Files of the host that the workers have read: they are watched, too. */
  readonly reads: (files: readonly string[]) => void;
  /** The program ends after this cycle: no save is seen any more. */
  readonly once: boolean;
  /** Keeps a complete report for editors; awaited only where the program ends after this cycle. `exported`: it is there already. */
  readonly keep: (report: Report, exported: Exported | null) => Promise<Result<void>>;
  /** Takes what a comparison of the report with coverage.py's own numbers has found. */
  readonly checked: (check: SelfCheck) => void;
  /** What the facts so far come to. */
  readonly content: () => ScreenContent;
}

/** How a step settles that did not succeed. */
export function failed(why: Failure): Settled {
  return why.kind === "cancelled" ? { status: "aborted" } : { status: "failed", failure: why };
}
