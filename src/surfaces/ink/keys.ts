/** Names of keys, as the command table has them. */
import type { Key } from "ink";

const NAMED = [
  ["upArrow", "Up"],
  ["downArrow", "Down"],
  ["leftArrow", "Left"],
  ["rightArrow", "Right"],
  ["pageUp", "PageUp"],
  ["pageDown", "PageDown"],
  ["home", "Home"],
  ["end", "End"],
  ["return", "Enter"],
  ["escape", "Esc"],
  ["backspace", "Backspace"],
  ["delete", "Backspace"],
] as const satisfies readonly (readonly [keyof Key, string])[];

const CHARACTERS: Readonly<Record<string, string>> = {
  " ": "Space",
  "\r": "Enter",
  "\n": "Enter",
  "\t": "Tab",
  "\u007f": "Backspace",
  "\b": "Backspace",
};

/**
 * Names of the keys in one call of Ink's useInput: characters as typed, else `Space`, `Enter`, `Ctrl-C`, … Several
 * when keys came faster than they were read.
 */
export function keyNames(input: string, key: Key): readonly string[] {
  if (key.tab) return [key.shift ? "Shift-Tab" : "Tab"];
  for (const [property, name] of NAMED) if (key[property]) return [name];
  if (key.ctrl) return input === "" ? [] : [`Ctrl-${input.toUpperCase()}`];
  // Alt with a letter is another key than the letter.
  if (key.meta) return [];
  return [...input].map((character) => CHARACTERS[character] ?? control(character) ?? character);
}

/** The name of a control character among others: several in one read do not come as `key.ctrl`. */
function control(character: string): string | null {
  const code = character.charCodeAt(0);
  return code >= 1 && code <= 26 ? `Ctrl-${String.fromCharCode(code + 64)}` : null;
}
