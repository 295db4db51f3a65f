/** Which tests a rerun is for. */
import type { ScreenContent } from "../core/screen-content.ts";
import { act, notice, type ScreenChange, type ScreenContext } from "./context.ts";
import { itemAt } from "./open.ts";
import type { ScreenState } from "./state.ts";

/** Node ids of the tests that did not pass. */
export function failedIds(content: ScreenContent): readonly string[] {
  return [...content.tests.results.failing, ...content.tests.before].map((test) => test.id);
}

/** Reruns the test at the cursor or on the open page; else those that the filter leaves; else all. */
export function selection(screen: ScreenState, context: ScreenContext): ScreenChange {
  const { opened } = screen;
  if (opened?.kind === "detail" && opened.item.kind === "test") return rerun(screen, [opened.item.key]);
  if (opened === null) {
    const item = itemAt(screen, context);
    if (item?.kind === "test") return rerun(screen, [item.key]);
  }
  if (screen.testFilter === "" && !screen.failedOnly) return rerun(screen, []);
  const left = context.lists.tests(context.content, screen).map((test) => test.id);
  return left.length === 0 ? notice(screen, "No test matches the filter.") : rerun(screen, left);
}

function rerun(screen: ScreenState, select: readonly string[]): ScreenChange {
  return act(screen, { type: "rerun", select });
}
