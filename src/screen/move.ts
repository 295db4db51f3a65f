/** Moving in what is on screen, and searching in it. */

import { notice, type Step, stay, type ViewContext } from "./context.ts";
import { END, nextWhere, placeAt, settlePlace } from "./scroll.ts";
import { currentPlace, type ViewState, withPlace } from "./state.ts";
import { matches } from "./table.ts";

export type Move = "down" | "up" | "first" | "last" | "page-down" | "page-up";

/** The view with its cursor moved. */
export function moved(view: ViewState, move: Move, context: ViewContext): ViewState {
  const pane = context.pane(view);
  const place = currentPlace(view);
  const { index } = settlePlace(place, pane);
  const page = Math.max(1, pane.height - 1);
  const target = {
    down: index + 1,
    up: index - 1,
    first: 0,
    last: pane.length - 1,
    "page-down": index + page,
    "page-up": index - page,
  }[move];
  // At the end of a log the cursor stays at the end: what is logged next is what one waits for.
  const follows = view.view === "log" && view.opened === null && view.help === null;
  if (follows && target >= pane.length - 1) return withPlace(view, END);
  return withPlace(view, placeAt(target, place, pane));
}

/** The next or previous match; with no search, the next row of those that stand out (missed lines). */
export function searched(view: ViewState, step: 1 | -1, context: ViewContext): Step {
  const pane = context.pane(view);
  const stops = new Set(pane.stops);
  if (view.search === "" && stops.size === 0)
    return notice(view, "Nothing is searched for: / starts a search.");
  const fits = view.search === "" ? (index: number) => stops.has(index) : hit(view, context);
  const { index } = settlePlace(currentPlace(view), pane);
  const found = nextWhere(index, step, pane.length, fits);
  if (found === null) return notice(view, `"${view.search}" is not here.`);
  return stay(withPlace(view, placeAt(found, currentPlace(view), pane)));
}

/** A new search goes to the first match from the cursor on, its own row too. */
export function searchFrom(view: ViewState, context: ViewContext): Step {
  if (view.search === "") return stay(view);
  const pane = context.pane(view);
  const { index } = settlePlace(currentPlace(view), pane);
  const found = nextWhere(index - 1, 1, pane.length, hit(view, context));
  if (found === null) return notice(view, `"${view.search}" is not here.`);
  return stay(withPlace(view, placeAt(found, currentPlace(view), pane)));
}

function hit(view: ViewState, context: ViewContext): (index: number) => boolean {
  const pane = context.pane(view);
  return (index) => matches(pane.textOf(index), view.search);
}
