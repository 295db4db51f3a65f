import { useCallback, useRef, useState } from "react";
import type { Action, ViewContext } from "../../../screen/context.ts";
import { INITIAL_VIEW, type ViewState } from "../../../screen/state.ts";
import { reduceView, type ViewInput } from "../../../screen/view.ts";

export interface ViewHandle {
  readonly view: ViewState;
  /** The view after all that was sent, drawn already or not. */
  readonly latest: () => ViewState;
  readonly send: (input: ViewInput) => void;
}

/**
 * The view state and the way to change it. Several keys may come before anything is drawn again, each of which must
 * see what the one before did: the truth is in the ref, the state is what is drawn.
 */
export function useView(context: () => ViewContext, perform: (action: Action) => void): ViewHandle {
  const [view, setView] = useState(INITIAL_VIEW);
  const truth = useRef(view);
  const latest = useCallback(() => truth.current, []);
  const send = (input: ViewInput) => {
    const [next, actions] = reduceView(truth.current, input, context());
    truth.current = next;
    setView(next);
    for (const action of actions) perform(action);
  };
  return { view, latest, send };
}
