/** A terminal for tests: a size of its own that can change, whole frames to look at, keys to press. */
import { EventEmitter } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { type Instance, render } from "ink";
import { createElement } from "react";
import { vi } from "vitest";
import type { FactBody } from "../../src/core/fact.ts";
import { ok, type Result } from "../../src/core/result.ts";
import { App } from "../../src/surfaces/ink/app.tsx";
import type { FakeEngine } from "./fake-engine.ts";

class Screen extends EventEmitter {
  readonly isTTY = true;
  frames = 0;
  last = "";
  columns: number;
  rows: number;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
  }

  // In debug mode Ink writes each frame whole; what else it writes are modes of the terminal, such as pasting.
  write(text: string, written?: () => void): boolean {
    if (written) setImmediate(written);
    if (text === "") return true;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for control sequences.
    if (/^\x1b\[[?=>]/.test(text)) return true;
    this.last = text;
    this.frames++;
    return true;
  }
}

class Keyboard extends EventEmitter {
  readonly isTTY = true;
  #data: string[] = [];

  push(text: string): void {
    this.#data.push(text);
    this.emit("readable");
  }

  read(): string | null {
    return this.#data.shift() ?? null;
  }

  setEncoding(): void {}
  setRawMode(): void {}
  resume(): void {}
  pause(): void {}
  ref(): void {}
  unref(): void {}
}

export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly color?: boolean;
}

export class Terminal {
  /** How often the screen asked to be suspended. */
  suspended = 0;
  readonly edited: (readonly [string, number | null])[] = [];
  /** How the editor ends. */
  editor: Result<void> = ok(undefined);
  /** Whether it needs the terminal. */
  editorInTerminal = true;
  /** Epoch milliseconds on the screen's clock. */
  now = 1_000_000;
  readonly #engine: FakeEngine;
  readonly #screen: Screen;
  readonly #keyboard = new Keyboard();
  readonly #app: Instance;

  constructor(engine: FakeEngine, { columns = 80, rows = 24, color = false }: TerminalOptions = {}) {
    this.#engine = engine;
    this.#screen = new Screen(columns, rows);
    const app = createElement(App, {
      engine,
      version: "1.2.3",
      color,
      editor: (path, line) => {
        this.edited.push([path, line]);
        return ok({
          name: "ed",
          inTerminal: this.editorInTerminal,
          run: async () => this.editor,
        });
      },
      suspend: async () => {
        this.suspended += 1;
      },
      clock: () => this.now,
      pause: 0,
    });
    this.#app = render(app, {
      stdout: this.#screen as unknown as NodeJS.WriteStream,
      stdin: this.#keyboard as unknown as NodeJS.ReadStream,
      stderr: new Screen(columns, rows) as unknown as NodeJS.WriteStream,
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
  }

  get frame(): string {
    return this.#screen.last;
  }

  get frames(): number {
    return this.#screen.frames;
  }

  get lines(): readonly string[] {
    return this.frame.split("\n");
  }

  /** What the terminal sends for keys, one after the other; then all has been drawn. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      this.#keyboard.push(key);
      // A lone Esc is one only when nothing has followed it for a while.
      await sleep(key === ESC ? 40 : 0);
    }
    await this.drawn();
  }

  /** Feeds facts to the engine; then all has been drawn. */
  async emit(...facts: readonly FactBody[]): Promise<void> {
    this.#engine.emit(...facts);
    await this.drawn();
  }

  /** Effects may draw again, so it takes a few turns of the event loop. */
  async drawn(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await this.#app.waitUntilRenderFlush();
    }
  }

  /** Waits until the frame has the text, and fails with the frame where it never does. */
  async shows(text: string | RegExp): Promise<void> {
    await vi.waitFor(() => {
      const found = typeof text === "string" ? this.frame.includes(text) : text.test(this.frame);
      if (!found) throw new Error(`not on the screen: ${text}\n${this.frame}`);
    });
  }

  async resize(columns: number, rows: number): Promise<void> {
    Object.assign(this.#screen, { columns, rows });
    this.#screen.emit("resize");
    await this.drawn();
  }

  close(): void {
    this.#app.unmount();
    this.#app.cleanup();
  }
}

export const ESC = "\x1b";
export const ENTER = "\r";

/** What a terminal sends for the keys that have names. */
export const BYTES: Readonly<Record<string, string>> = {
  Space: " ",
  Enter: ENTER,
  Esc: ESC,
  Tab: "\t",
  "Shift-Tab": "\x1b[Z",
  Up: "\x1b[A",
  Down: "\x1b[B",
  PageUp: "\x1b[5~",
  PageDown: "\x1b[6~",
  Home: "\x1b[H",
  End: "\x1b[F",
  "Ctrl-C": "\x03",
  Left: "\x1b[D",
  Right: "\x1b[C",
  "Ctrl-B": "\x02",
  "Ctrl-D": "\x04",
  "Ctrl-F": "\x06",
  "Ctrl-U": "\x15",
  "Ctrl-Z": "\x1a",
};
