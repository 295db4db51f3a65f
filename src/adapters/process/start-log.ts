/** What a server that we have started says: its pid first (the guard's word), then its log. */
import * as v from "valibot";
import { type Failure, failure } from "../../core/failure.ts";
import { Lines } from "../helper/lines.ts";

const TAIL = 40;
const LINE_LIMIT = 64 * 1024;
/** `[2026-01-31 10:00:00 +0000] [7] [INFO] …` */
const NOTICE = /^\[[^\]]*\] \[\d+\] \[INFO\]/;
const FRAME = /^ {2}File "([^"]+)", line (\d+)/;
/** Files of the hook and of Python's own import. */
const OURS = /\/gunicov_hook(\.py)?(\/.*\.py)?$|^<frozen /;

export class StartLog {
  pid: number | null = null;
  /** argv of what the command has left in the background, although it has ended well. */
  left: readonly (readonly string[])[] = [];
  /** Why it can't serve although it has not ended yet; null: nothing known against it. */
  refused: Failure | null = null;
  onLine: (text: string) => void = () => {};
  onRefused: () => void = () => {};
  readonly #streams: Lines[] = [];
  readonly #tail: string[] = [];
  readonly #started = Promise.withResolvers<void>();
  /** Settles when the guard has said the pid, or the process has ended. */
  readonly started = this.#started.promise;

  /** Takes the text of one more stream: each has lines of its own. */
  stream(): (text: string) => void {
    const lines = new Lines(LINE_LIMIT, (line) => this.#take(line ?? "(a line too long to show)"));
    this.#streams.push(lines);
    return (text) => lines.push(text);
  }

  end(): void {
    for (const lines of this.#streams) lines.end();
    this.#started.resolve();
  }

  /** The last lines of the log. */
  get tail(): string {
    return withoutOurFrames(this.#tail).join("\n");
  }

  /** What it died of, mostly: the last line that is no notice of gunicorn's, with the place where it ends a traceback. */
  get lastWords(): string | null {
    const index = this.#tail.findLastIndex((line) => line.trim() !== "" && !NOTICE.test(line));
    if (index < 0) return null;
    const words = this.#tail[index]?.trim() ?? "";
    const place = placeAbove(this.#tail.slice(0, index));
    return place === null ? words : `${words} (${place})`;
  }

  #take(line: string): void {
    // The guard begins with one: what the command has said already need not have ended its line.
    if (line === "" && this.pid === null) return;
    const match = /^gunicov-guard: pid (\d+)$/.exec(line);
    if (match) {
      this.pid = Number(match[1]);
      this.#started.resolve();
      return;
    }
    const left = /^gunicov-guard: left (.*)$/.exec(line);
    if (left) {
      this.left = commandLines(left[1] ?? "");
      return;
    }
    const taken = /Connection in use: (.*)$/.exec(line);
    if (taken && this.refused === null) {
      this.refused = portTaken(taken[1] ?? "");
      this.onRefused();
    }
    this.#tail.push(line);
    if (this.#tail.length > TAIL) this.#tail.shift();
    this.onLine(line);
  }
}

/** What the guard tells as JSON; nothing where a line of the server's own only looks like it. */
function commandLines(text: string): readonly (readonly string[])[] {
  try {
    return v.parse(v.array(v.array(v.string())), JSON.parse(text));
  } catch {
    return [];
  }
}

/** `path:line` of the frame that these lines end with; null where they end with none. */
function placeAbove(lines: readonly string[]): string | null {
  const last = lines.findLast((line) => !line.startsWith("    "));
  const frame = FRAME.exec(last ?? "");
  return frame ? `${frame[1]}:${frame[2]}` : null;
}

/** The user's own part of a traceback: how the hook came to execute their config is nothing to them. */
function withoutOurFrames(lines: readonly string[]): readonly string[] {
  let ours = false;
  return lines.filter((line) => {
    const frame = FRAME.exec(line);
    if (frame) ours = OURS.test(frame[1] ?? "");
    else if (!line.startsWith("    ")) ours = false;
    return !ours;
  });
}

function portTaken(address: string): Failure {
  const fix =
    "Stop what listens there, or give the server another port (server.port = 0 takes any that is free).";
  return failure("port-taken", `The server's address is in use: ${address}.`, fix);
}
