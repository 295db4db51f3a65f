import { useSyncExternalStore } from "react";
import type { EngineView, Snapshot } from "../../../engine/view.ts";

/** The engine's snapshot, drawn anew at each change. */
export function useSnapshot(engine: EngineView): Snapshot {
  return useSyncExternalStore(
    (listener) => engine.subscribe(listener),
    () => engine.getSnapshot(),
  );
}
