/** A question with a short list of answers, in a terminal, before the screen opens. */
import { createInterface } from "node:readline/promises";
import { clean } from "../core/text.ts";

import { type Ask, shown } from "../discover/settle.ts";

/** By its number; Enter takes the first. Null: the input has ended. */
export const ask: Ask = async ({ key, text, answers }) => {
  const write = (line: string) => process.stderr.write(`${line}\n`);
  write(`gunicov: ${text} (${key})`);
  answers.forEach((answer, index) => {
    write(`  ${index + 1}  ${clean(shown(answer.value))}  (${clean(answer.why)})`);
  });
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  lines.once("close", () => ended.abort());
  lines.once("SIGINT", () => lines.close());
  try {
    for (;;) {
      const typed = (await lines.question(`Number (Enter: 1): `, { signal: ended.signal })).trim();
      const chosen = answers[typed === "" ? 0 : Number(typed) - 1];
      if (chosen !== undefined) return chosen.value;
      write(`  It is a number from 1 to ${answers.length}.`);
    }
  } catch {
    return null;
  } finally {
    lines.close();
  }
};

/** Whether somebody sits there who can be asked. */
export function canAsk(json: boolean): boolean {
  return !json && process.stdin.isTTY === true && process.stderr.isTTY === true;
}
