/** The end of a gunicov that breaks down: the terminal is the user's again, and a file says what has led to it. */
import { writeSync } from "node:fs";
import { CRASHED } from "./core/outcome.ts";
import { type Log, NO_LOG } from "./ports/log.ts";

export class Crash {
  /** Takes what is noted; the file in which it is kept is named. */
  log: Log = NO_LOG;
  /** Facts are being printed: another beginning of them would be none. */
  showing = false;
  /** Gives the terminal back at once, where something has taken it. */
  restore: () => void = () => {};
  /** Where one is known, what is said of an error that is no bug, with its exit code. */
  readonly #expected: (error: unknown) => { readonly text: string; readonly code: number } | null;
  #begun = false;

  constructor(expected: (error: unknown) => { readonly text: string; readonly code: number } | null) {
    this.#expected = expected;
  }

  /** From now on whatever nobody catches ends gunicov in this way. */
  watch(): void {
    process.on("uncaughtException", (error) => this.now(error));
    process.on("unhandledRejection", (error) => this.now(error));
  }

  /** Ends this process. What gunicov has started ends by itself, for its way to gunicov is closed. */
  now(error: unknown): void {
    if (this.#begun) return;
    this.#begun = true;
    const expected = this.#expected(error);
    this.log.note({ what: "broken down", error });
    const file = expected === null ? this.log.keep() : null;
    try {
      this.restore();
    } catch {
      // What is left of the screen is the least trouble now.
    }
    say(expected?.text ?? textOf(error, file));
    process.exit(expected?.code ?? CRASHED);
  }
}

function textOf(error: unknown, file: string | null): string {
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const [first] = what.split("\n");
  const where =
    file === null
      ? error instanceof Error && error.stack !== undefined
        ? `\n${error.stack}`
        : ""
      : `\nIts log is ${file}`;
  return `gunicov: it has broken down: ${first}${where}\nThis is a bug: please report it (docs/troubleshooting.md).`;
}

/** At once, whatever becomes of the process. */
function say(text: string): void {
  try {
    writeSync(2, `${text}\n`);
  } catch {
    // Nobody reads it.
  }
}
