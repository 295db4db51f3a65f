import { useCallback, useSyncExternalStore } from "react";
import type { EngineHandle, Snapshot } from "../../../engine/handle.ts";

/**
 * The engine's snapshot, drawn again when it has changed: a new phase at once, all else at most once in `pause` ms. A key's frame would
 * have to wait for those that nobody sees; it shows the newest snapshot itself.
 */
export function useSnapshot(engine: EngineHandle, pause: number): Snapshot {
  const subscribe = useCallback((draw: () => void) => paced(engine, draw, pause), [engine, pause]);
  return useSyncExternalStore(subscribe, () => engine.getSnapshot());
}

/** Gives the way to stop. */
function paced(engine: EngineHandle, draw: () => void, pause: number): () => void {
  let timer: NodeJS.Timeout | undefined;
  let changed = false;
  let phase = engine.getSnapshot().state.phase;
  const now = () => {
    changed = false;
    phase = engine.getSnapshot().state.phase;
    draw();
    clearTimeout(timer);
    if (pause > 0) timer = setTimeout(rested, pause);
  };
  const rested = () => {
    timer = undefined;
    if (changed) now();
  };
  const stop = engine.subscribe(() => {
    changed = true;
    if (timer === undefined || engine.getSnapshot().state.phase !== phase) now();
  });
  return () => {
    stop();
    clearTimeout(timer);
  };
}
