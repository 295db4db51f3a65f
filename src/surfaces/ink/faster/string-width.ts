/** What Ink measures texts with (rolldown.config.ts puts it there): string-width, and the short way for what our screens are made of. */
import { stripVTControlCharacters } from "node:util";
import stringWidth, { type Options } from "string-width";
import { isSimple } from "../../../screen/width.ts";

/** string-width compiles an expression of all emoji for the first text that is not ASCII, which takes 20 ms of the launch. */
export default function quickWidth(text: string, options?: Options): number {
  const bare = options === undefined ? stripVTControlCharacters(text) : text;
  return isSimple(bare) ? bare.length : stringWidth(text, options);
}
