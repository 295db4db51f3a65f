/** Plain text: what a log file, a pipe or a CI job gets. */
import type { EngineHandle } from "../../engine/handle.ts";
import { linesOf } from "./lines.ts";

/** Writes lines for each fact as it is published. */
export function runText(engine: EngineHandle, write: (text: string) => void): void {
  engine.onFact((fact) => {
    const lines = linesOf(fact);
    if (lines.length > 0) write(`${lines.join("\n")}\n`);
  });
}
