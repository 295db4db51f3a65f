/** Cursor and window in a list of any length: pure arithmetic. */

/** Where the cursor stands. The key keeps it on its row when rows come, go or are sorted again. */
export interface Place {
  readonly key: string | null;
  readonly index: number;
  /** First row that is visible. */
  readonly top: number;
  /** Columns of long lines that are scrolled out. */
  readonly left: number;
}

/** What a list must tell for a cursor to move in it. */
export interface Pane {
  readonly length: number;
  /** Rows that are visible at a time. */
  readonly height: number;
  /** Text without a cursor is moved as a whole: the first visible line takes the cursor's place. */
  readonly mode: "cursor" | "scroll";
  readonly keyOf: (index: number) => string | null;
  readonly indexOf: (key: string) => number;
  /** What search looks in. */
  readonly textOf: (index: number) => string;
  /** Columns that a line's text has; null: no line is longer than its room. */
  readonly room: number | null;
  /** Rows that n and N go to while nothing is searched for, ascending. */
  readonly stops: readonly number[];
}

export const START: Place = { key: null, index: 0, top: 0, left: 0 };
/** Behind any last row: stays at the end while rows come. */
export const END: Place = { key: null, index: Number.MAX_SAFE_INTEGER, top: 0, left: 0 };

export const EMPTY_PANE: Pane = {
  length: 0,
  height: 0,
  mode: "cursor",
  keyOf: () => null,
  indexOf: () => -1,
  textOf: () => "",
  room: null,
  stops: [],
};

export interface Window {
  readonly index: number;
  readonly top: number;
  readonly left: number;
}

/** Where cursor and window are in the list as it is now. An empty list has index 0. */
export function settlePlace(place: Place, pane: Pane): Window {
  const found = place.key === null ? -1 : pane.indexOf(place.key);
  const wanted = found >= 0 ? found : place.index;
  const lowest = Math.max(0, pane.length - Math.max(1, pane.height));
  if (pane.mode === "scroll") {
    const top = clamp(wanted, 0, lowest);
    return { index: top, top, left: place.left };
  }
  const index = clamp(wanted, 0, Math.max(0, pane.length - 1));
  const top = clamp(place.top, Math.max(0, index - Math.max(1, pane.height) + 1), index);
  return { index, top: Math.min(top, lowest), left: place.left };
}

/** The place at a row, with the window moved no further than needed. */
export function placeAt(index: number, place: Place, pane: Pane): Place {
  const current = settlePlace(place, pane);
  const bounded = clamp(index, 0, Math.max(0, pane.length - 1));
  const key = pane.keyOf(bounded);
  const { top } = settlePlace({ key: null, index: bounded, top: current.top, left: 0 }, pane);
  return { key, index: bounded, top, left: place.left };
}

/** The next row (of `step` 1 or -1) that fits, going around the end; null where none does. The row itself comes last. */
export function nextWhere(
  from: number,
  step: 1 | -1,
  length: number,
  fits: (index: number) => boolean,
): number | null {
  for (let distance = 1; distance <= length; distance++) {
    const index = (((from + step * distance) % length) + length) % length;
    if (fits(index)) return index;
  }
  return null;
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
