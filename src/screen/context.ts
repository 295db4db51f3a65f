/** What the decisions about the screen rest on, and what they give back. */

import type { Revive } from "../core/cycle/revive.ts";
import type { Session } from "../core/session.ts";
import type { Lists } from "./lists.ts";
import type { Pane } from "./scroll.ts";
import type { ViewState } from "./state.ts";

/** What the surface is asked to do. The first five are the engine's own wishes. */
export type Action =
  | { readonly type: "rerun"; readonly select: readonly string[] }
  | { readonly type: "pause"; readonly paused: boolean }
  | { readonly type: "cancel" }
  | { readonly type: "revive" }
  | { readonly type: "quit" }
  | { readonly type: "suspend" }
  | { readonly type: "html" }
  | { readonly type: "edit"; readonly path: string; readonly line: number | null };

export interface ViewContext {
  readonly session: Session;
  readonly running: boolean;
  readonly paused: boolean;
  /** What the wish to have the server started again would come to. */
  readonly revive: Revive;
  readonly lists: Lists;
  /** What a view state has on screen, as far as a cursor has to know it. */
  readonly pane: (view: ViewState) => Pane;
}

export type Step = readonly [ViewState, readonly Action[]];

export function stay(view: ViewState): Step {
  return [view, []];
}

export function act(view: ViewState, action: Action): Step {
  return [view, [action]];
}

export function notice(view: ViewState, text: string): Step {
  return [{ ...view, notice: text }, []];
}
