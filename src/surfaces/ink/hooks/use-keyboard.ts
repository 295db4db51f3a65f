import { useInput, usePaste } from "ink";
import { commandOf } from "../../../screen/command.ts";
import type { ScreenInput } from "../../../screen/screen.ts";
import { keyNames } from "../keys.ts";

/** Keys as inputs of the screen. `isTyping` is asked at each key: the one before may have opened or closed a line. */
export function useKeyboard(isTyping: () => boolean, send: (input: ScreenInput) => void): void {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      const meant = isTyping() ? typed(name) : command(name);
      if (meant !== null) send(meant);
    }
  });
  // A paste must never be taken for commands.
  usePaste((text) => {
    if (isTyping()) send({ type: "text", text: text.replace(/\s+/g, " ") });
    else send({ type: "notice", text: "Pasted text is taken only where a line is typed: / t p." });
  });
}

function command(name: string): ScreenInput | null {
  const found = commandOf(name);
  return found === null ? null : { type: "command", command: found };
}

function typed(name: string): ScreenInput | null {
  switch (name) {
    case "Enter":
      return { type: "accept" };
    case "Esc":
      return { type: "leave" };
    case "Backspace":
      return { type: "erase" };
    case "Ctrl-U":
      return { type: "erase-all" };
    case "Space":
      return { type: "text", text: " " };
    case "Ctrl-C":
      return { type: "command", command: "quit" };
    case "Ctrl-Z":
      return { type: "command", command: "suspend" };
    default:
      // Names of other keys have more than one character; so have some typed ones, but none of these is ASCII.
      return /^[\x20-\x7e]{2,}$/.test(name) ? null : { type: "text", text: name };
  }
}
