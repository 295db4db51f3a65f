/** Facts as JSON lines. */
import type { EngineView } from "../../engine/view.ts";

/** Writes each fact as one line, in order, until the engine has ended. Nothing else goes to `write`. */
export function runNdjson(engine: EngineView, write: (text: string) => void): void {
  engine.onFact((fact) => write(`${JSON.stringify(fact)}\n`));
}
