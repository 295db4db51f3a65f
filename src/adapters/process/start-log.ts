/** What a server that we have started says: its pid first (the guard's word), then its log. */
import { type Failure, failure } from "../../core/failure.ts";
import { Lines } from "../helper/lines.ts";

const TAIL = 40;
const LINE_LIMIT = 64 * 1024;

export class StartLog {
  pid: number | null = null;
  /** Why it can't serve although it has not ended yet; null: nothing known against it. */
  refused: Failure | null = null;
  onLine: (text: string) => void = () => {};
  readonly #lines = new Lines(LINE_LIMIT, (line) => this.#take(line ?? "(a line too long to show)"));
  readonly #tail: string[] = [];
  readonly #started = Promise.withResolvers<void>();
  /** Settles when the guard has told the pid, or the process has ended. */
  readonly started = this.#started.promise;

  push(text: string): void {
    this.#lines.push(text);
  }

  end(): void {
    this.#lines.end();
    this.#started.resolve();
  }

  get tail(): string {
    return this.#tail.join("\n");
  }

  #take(line: string): void {
    const told = /^gunicov-guard: pid (\d+)$/.exec(line);
    if (told) {
      this.pid = Number(told[1]);
      this.#started.resolve();
      return;
    }
    const taken = /Connection in use: (.*)$/.exec(line);
    if (taken) this.refused = portTaken(taken[1] ?? "");
    this.#tail.push(line);
    if (this.#tail.length > TAIL) this.#tail.shift();
    this.onLine(line);
  }
}

function portTaken(address: string): Failure {
  const fix =
    "Stop what listens there, or give the server another port (server.port = 0 takes any that is free).";
  return failure("port-taken", `The server's address is in use: ${address}.`, fix);
}
