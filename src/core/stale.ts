import type { State } from "./cycle/state.ts";
import type { ScreenContent } from "./screen-content.ts";

/** Whether the last report is of an older state of the code: a change is being run, waits for its cycle, or is held. */
export function isStale({
  content,
  state,
}: {
  readonly content: Pick<ScreenContent, "report" | "stale">;
  readonly state: Pick<State, "held" | "next">;
}): boolean {
  if (content.report === null) return false;
  const { next } = state;
  // A run of all tests makes the table anew, whatever it is for.
  const whole = next !== null && next.select.length === 0;
  return content.stale || state.held > 0 || whole || next?.reason === "change";
}
