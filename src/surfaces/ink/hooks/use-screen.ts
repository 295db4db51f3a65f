import { useCallback, useRef, useState } from "react";
import type { Action, ScreenContext } from "../../../screen/context.ts";
import { reduceScreen, type ScreenInput } from "../../../screen/screen.ts";
import { INITIAL_SCREEN, type ScreenState } from "../../../screen/state.ts";

export interface ScreenHandle {
  readonly screen: ScreenState;
  /** The screen after all that was sent, drawn already or not. */
  readonly latest: () => ScreenState;
  readonly send: (input: ScreenInput) => void;
}

/**
 * The state of the screen and the way to change it. Several keys may come before anything is drawn again, each of which must
 * see what the one before did: the truth is in the ref, the state is what is drawn.
 */
export function useScreen(context: () => ScreenContext, perform: (action: Action) => void): ScreenHandle {
  const [screen, setScreen] = useState(INITIAL_SCREEN);
  const truth = useRef(screen);
  const latest = useCallback(() => truth.current, []);
  const send = (input: ScreenInput) => {
    const [next, actions] = reduceScreen(truth.current, input, context());
    truth.current = next;
    setScreen(next);
    for (const action of actions) perform(action);
  };
  return { screen, latest, send };
}
