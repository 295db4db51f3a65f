/** What Ink measures texts with (rolldown.config.ts puts it there): string-width, and the short way for what our screens are made of. */
import stringWidth, { type Options } from "string-width";
import { isSimple } from "../../../core/view/width.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences.
const COLOURS = /\x1b\[[\d;]*m/g;

/** string-width compiles an expression of all emoji for the first text that is not ASCII, which takes 20 ms of the launch. */
export default function quickWidth(text: string, options?: Options): number {
  const bare = options === undefined ? withoutColours(text) : text;
  return isSimple(bare) ? bare.length : stringWidth(text, options);
}

export function withoutColours(text: string): string {
  return text.replace(COLOURS, "");
}
