/** Moving in what is on screen, and searching in it. */

import { notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import { END, nextWhere, type Pane, type Place, placeAt, settlePlace } from "./scroll.ts";
import { currentPlace, type ScreenState, withPlace } from "./state.ts";
import { matches } from "./table.ts";
import { displayWidth } from "./width.ts";

export type Move = "down" | "up" | "first" | "last" | "page-down" | "page-up" | "half-down" | "half-up";

/** The screen with its cursor moved. */
export function moved(screen: ScreenState, move: Move, context: ScreenContext): ScreenState {
  const pane = context.pane(screen);
  const place = currentPlace(screen);
  const { index } = settlePlace(place, pane);
  const page = Math.max(1, pane.height - 1);
  const half = Math.max(1, Math.floor(pane.height / 2));
  const target = {
    down: index + 1,
    up: index - 1,
    first: 0,
    last: pane.length - 1,
    "page-down": index + page,
    "page-up": index - page,
    "half-down": index + half,
    "half-up": index - half,
  }[move];
  // At the end of a log the cursor stays at the end: what is logged next is what one waits for.
  const follows = screen.view === "log" && screen.opened === null && screen.help === null;
  if (follows && target >= pane.length - 1) return withPlace(screen, { ...END, left: place.left });
  return withPlace(screen, placeAt(target, place, pane));
}

/** The screen with its long lines scrolled by half of their room, as far as the longest of those that are seen goes. */
export function shifted(screen: ScreenState, step: 1 | -1, context: ScreenContext): ScreenState {
  const pane = context.pane(screen);
  const place = currentPlace(screen);
  const { room } = pane;
  if (room === null) return screen;
  const { top } = settlePlace(place, pane);
  const longest = Array.from({ length: pane.height }, (_, row) => displayWidth(pane.textOf(top + row)));
  const most = Math.max(0, ...longest.map((width) => width - room));
  const by = step * Math.max(1, Math.floor(room / 2));
  // Where a longer line has gone out of sight, the way back is the same.
  const left = Math.max(0, Math.min(place.left + by, step > 0 ? Math.max(most, place.left) : Infinity));
  return withPlace(screen, { ...place, left });
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
  return stay(withPlace(screen, inSight(placeAt(found, currentPlace(screen), pane), screen.search, pane)));
}

/** A new search goes to the first match from the cursor on, its own row too. */
export function searchFrom(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (screen.search === "") return stay(screen);
  const pane = context.pane(screen);
  const { index } = settlePlace(currentPlace(screen), pane);
  const found = nextWhere(index - 1, 1, pane.length, hit(screen, context));
  if (found === null) return notice(screen, `"${screen.search}" is not here.`);
  return stay(withPlace(screen, inSight(placeAt(found, currentPlace(screen), pane), screen.search, pane)));
}

/** The place with what was found in a long line scrolled to. */
function inSight(place: Place, wanted: string, pane: Pane): Place {
  const { room } = pane;
  const text = pane.textOf(place.index);
  const at = wanted === "" ? -1 : text.toLowerCase().indexOf(wanted.toLowerCase());
  if (room === null || at < 0) return place;
  const start = displayWidth(text.slice(0, at));
  const end = start + displayWidth(text.slice(at, at + wanted.length));
  if (end <= room) return { ...place, left: 0 };
  const seen = start > place.left && end <= place.left + room;
  return seen ? place : { ...place, left: Math.max(0, start - Math.floor(room / 2)) };
}

function hit(screen: ScreenState, context: ScreenContext): (index: number) => boolean {
  const pane = context.pane(screen);
  return (index) => matches(pane.textOf(index), screen.search);
}
