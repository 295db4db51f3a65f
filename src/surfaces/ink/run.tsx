import { writeSync } from "node:fs";
import { render } from "ink";
import type { EngineHandle } from "../../engine/handle.ts";
import { App } from "./app.tsx";
import type { TerminalUses } from "./hooks/use-actions.ts";

export interface InkOptions extends TerminalUses {
  readonly version: string;
  readonly color: boolean;
  /** Gets the way to give the terminal back at once, whatever state the screen is in. */
  readonly restorable?: (restore: () => void) => void;
}

/**
 * Shows the engine on the terminal until it has ended; the terminal is restored before this settles. Standard input
 * and output must be a terminal. Throws what the screen throws: a bug.
 */
export async function runInk(engine: EngineHandle, options: InkOptions): Promise<void> {
  const draw = () => <App engine={engine} {...options} />;
  const app = render(draw(), {
    alternateScreen: true,
    incrementalRendering: true,
    // A key's frame waits for no other: what else is drawn is paced by the screen itself.
    maxFps: 1000,
    exitOnCtrlC: false,
    // Whether there is a terminal has been decided by who calls; CI=1 in it must not blank the screen.
    interactive: true,
  });
  // At a new size Ink writes at once what was drawn last: before it does, that has to fit, or the terminal would scroll.
  const resize = () => app.rerender(draw());
  process.stdout.prependListener("resize", resize);
  options.restorable?.(() => giveBack(() => app.unmount()));
  const gone = app.waitUntilExit();
  try {
    await Promise.race([engine.ended, gone]);
  } finally {
    process.stdout.off("resize", resize);
    app.unmount();
  }
  await gone;
}

/** Leaves the alternate screen, shows the cursor, takes pasted text as it comes. */
const PLAIN = "\x1b[?1049l\x1b[?2004l\x1b[?25h";

/** The screen itself may be what is broken. */
function giveBack(unmount: () => void): void {
  try {
    unmount();
  } finally {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    writeSync(1, PLAIN);
  }
}
