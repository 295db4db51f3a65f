/** How things stand, in one word to be read from across the room. */
import type { State } from "./cycle/state.ts";
import { FAILURE_EXIT, type Failure } from "./failure.ts";
import { trust } from "./report.ts";
import type { ScreenContent } from "./screen-content.ts";

export type Word =
  | "PASS"
  | "FAIL"
  | "BROKEN"
  | "INCOMPLETE"
  | "UNPROVEN"
  | "RUNNING"
  | "STALE"
  | "CANCELLED"
  | "STARTING";

export interface Verdict {
  readonly word: Word;
  /** How many tests have failed, where that is the word. 0: none has, and the cycle has failed all the same. */
  readonly failed: number;
}

export interface Standing {
  readonly content: ScreenContent;
  readonly state: Pick<State, "phase" | "progress" | "held" | "next" | "server">;
}

/** PASS only where nothing says otherwise: no newer code, no older failure, no missing data. */
export function verdict({ content, state }: Standing): Verdict {
  const { checks, bootError, error, gone, last, tests } = content;
  if (state.progress !== null) {
    if (checks.length > 0 || bootError !== null || gone !== null || isFatal(error)) return word("BROKEN");
    const failed = tests.counts.failed + tests.counts.errors;
    return failed > 0 ? { word: "FAIL", failed } : word("RUNNING");
  }
  if (gone !== null || state.server === "gone") return word("BROKEN");
  if (state.phase === "changed") return word("RUNNING");
  if (last === null && error !== null) return word("BROKEN");
  if (state.phase === "start" || last === null) return word("STARTING");
  if (state.held > 0 || state.next !== null) return word("STALE");
  return ended(content);
}

/** Whether nothing more can come of the cycle: its tests' command may end badly, and its data may be incomplete. */
function isFatal(error: Failure | null): boolean {
  return error !== null && error.kind !== "tests-ended" && FAILURE_EXIT[error.kind] !== 4;
}

function ended(content: ScreenContent): Verdict {
  const { last, tests } = content;
  if (last === null) return word("STARTING");
  switch (last.outcome) {
    case "error":
      return word("BROKEN");
    case "cancelled":
      return word("CANCELLED");
    case "incomplete":
    case "failed":
    case "passed": {
      const failed = tests.results.failing.length + tests.before.length;
      if (failed > 0 || last.outcome === "failed") return { word: "FAIL", failed };
      if (last.outcome === "incomplete") return word("INCOMPLETE");
      if (content.stale) return word("STALE");
      return word(last.coverage !== null && trust(last.coverage) !== "complete" ? "UNPROVEN" : "PASS");
    }
  }
}

function word(one: Word): Verdict {
  return { word: one, failed: 0 };
}

/** `FAIL 3` */
export function verdictText({ word: one, failed }: Verdict): string {
  return failed > 0 ? `${one} ${failed}` : one;
}
