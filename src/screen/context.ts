/** What the decisions about the screen rest on, and what they give back. */

import type { StartAnewMeans } from "../core/cycle/start-anew.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Lists } from "./lists.ts";
import type { Pane } from "./scroll.ts";
import type { ScreenState } from "./state.ts";

/** What the surface is asked to do. The first five go to the engine. */
export type Action =
  | { readonly type: "rerun"; readonly select: readonly string[] }
  | { readonly type: "pause"; readonly paused: boolean }
  | { readonly type: "cancel" }
  | { readonly type: "start-anew" }
  | { readonly type: "quit" }
  | { readonly type: "suspend" }
  | { readonly type: "html" }
  /** Changed lines are to be judged again. */
  | { readonly type: "judge" }
  | { readonly type: "edit"; readonly path: string; readonly line: number | null };

export interface ScreenContext {
  readonly content: ScreenContent;
  readonly running: boolean;
  readonly paused: boolean;
  /** What the action `start-anew` would do now. */
  readonly startAnewMeans: StartAnewMeans;
  readonly lists: Lists;
  /** What is shown in a state of the screen, as far as a cursor has to know it. */
  readonly pane: (screen: ScreenState) => Pane;
}

export type ScreenChange = readonly [ScreenState, readonly Action[]];

export function stay(screen: ScreenState): ScreenChange {
  return [screen, []];
}

export function act(screen: ScreenState, action: Action): ScreenChange {
  return [screen, [action]];
}

export function notice(screen: ScreenState, text: string): ScreenChange {
  return [{ ...screen, notice: text }, []];
}
