/** Which tests a rerun is for. */
import { failing, type Session } from "../core/session.ts";
import { act, notice, type Step, type ViewContext } from "./context.ts";
import { itemAt } from "./open.ts";
import type { ViewState } from "./state.ts";

/** Node ids of the tests that did not pass. */
export function failedIds(session: Session): readonly string[] {
  return failing(session).map((test) => test.id);
}

/** Reruns the test at the cursor or on the open page; else those that the filter leaves; else all. */
export function selection(view: ViewState, context: ViewContext): Step {
  const { opened } = view;
  if (opened?.kind === "detail" && opened.item.kind === "test") return rerun(view, [opened.item.key]);
  if (opened === null) {
    const item = itemAt(view, context);
    if (item?.kind === "test") return rerun(view, [item.key]);
  }
  if (view.testFilter === "" && !view.failedOnly) return rerun(view, []);
  const left = context.lists.tests(context.session, view).map((test) => test.id);
  return left.length === 0 ? notice(view, "No test matches the filter.") : rerun(view, left);
}

function rerun(view: ViewState, select: readonly string[]): Step {
  return act(view, { type: "rerun", select });
}
