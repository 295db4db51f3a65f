/** Facts as JSON lines. */
import type { Fact } from "../../core/fact.ts";
import type { EngineHandle } from "../../engine/handle.ts";

// JSON leaves these as they are, and stdout may be a terminal: DEL, controls of 8 bits, what turns the direction of text around.
const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A fact as one line that holds no control character. */
export function lineOf(fact: Fact): string {
  const code = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(fact).replace(UNSAFE, code);
}

/** Writes each fact as one line, in order, until the engine has ended. Nothing else goes to `write`. */
export function runNdjson(engine: EngineHandle, write: (text: string) => void): void {
  engine.onFact((fact) => write(`${lineOf(fact)}\n`));
}
