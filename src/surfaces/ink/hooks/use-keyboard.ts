import { useInput, usePaste } from "ink";
import { clean } from "../../../core/text.ts";
import { commandOf } from "../../../screen/command.ts";
import type { ScreenInput } from "../../../screen/screen.ts";
import { inPage, type ScreenState } from "../../../screen/state.ts";
import { keyNames } from "../keys.ts";

/** Keys as inputs of the screen. `latest` is asked at each key: the one before may have opened or closed a line or a page. */
export function useKeyboard(latest: () => ScreenState, send: (input: ScreenInput) => void): void {
  useInput((input, key) => {
    for (const name of keyNames(input, key)) {
      const screen = latest();
      const meant = screen.input !== null ? typed(name) : command(name, inPage(screen));
      if (meant !== null) send(meant);
    }
  });
  // A paste must never be taken for commands.
  usePaste((text) => {
    if (latest().input !== null) send({ type: "text", text: pasted(text) });
    else send({ type: "notice", text: "Pasted text is taken only where a line is typed: / t p." });
  });
}

/** The longest paste that is a filter. */
const LONGEST = 1000;

/** One line: copied lines bring their ends along. */
function pasted(text: string): string {
  return clean(text).replace(/\s+/g, " ").trim().slice(0, LONGEST);
}

function command(name: string, page: boolean): ScreenInput | null {
  const found = commandOf(name, page);
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
