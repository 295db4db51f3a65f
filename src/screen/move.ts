/** Moving in what is on screen, and searching in it. */

import { notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import { END, nextWhere, placeAt, settlePlace } from "./scroll.ts";
import { currentPlace, type ScreenState, withPlace } from "./state.ts";
import { matches } from "./table.ts";

export type Move = "down" | "up" | "first" | "last" | "page-down" | "page-up";

/** The screen with its cursor moved. */
export function moved(screen: ScreenState, move: Move, context: ScreenContext): ScreenState {
  const pane = context.pane(screen);
  const place = currentPlace(screen);
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
  const follows = screen.view === "log" && screen.opened === null && screen.help === null;
  if (follows && target >= pane.length - 1) return withPlace(screen, END);
  return withPlace(screen, placeAt(target, place, pane));
}

/** The next or previous match; with no search, the next row of those that stand out (missed lines). */
export function searched(screen: ScreenState, step: 1 | -1, context: ScreenContext): ScreenChange {
  const pane = context.pane(screen);
  const stops = new Set(pane.stops);
  if (screen.search === "" && stops.size === 0)
    return notice(screen, "Nothing is searched for: / starts a search.");
  const fits = screen.search === "" ? (index: number) => stops.has(index) : hit(screen, context);
  const { index } = settlePlace(currentPlace(screen), pane);
  const found = nextWhere(index, step, pane.length, fits);
  if (found === null) return notice(screen, `"${screen.search}" is not here.`);
  return stay(withPlace(screen, placeAt(found, currentPlace(screen), pane)));
}

/** A new search goes to the first match from the cursor on, its own row too. */
export function searchFrom(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (screen.search === "") return stay(screen);
  const pane = context.pane(screen);
  const { index } = settlePlace(currentPlace(screen), pane);
  const found = nextWhere(index - 1, 1, pane.length, hit(screen, context));
  if (found === null) return notice(screen, `"${screen.search}" is not here.`);
  return stay(withPlace(screen, placeAt(found, currentPlace(screen), pane)));
}

function hit(screen: ScreenState, context: ScreenContext): (index: number) => boolean {
  const pane = context.pane(screen);
  return (index) => matches(pane.textOf(index), screen.search);
}
