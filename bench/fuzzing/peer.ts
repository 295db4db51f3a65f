/** A program at the other end of a channel that answers as it likes. */
import { ok, type Result } from "../../src/core/result.ts";
import type { Channel, Exit, Target, Unsubscribe } from "../../src/ports/target.ts";
import type { Random } from "./random.ts";

export interface Asked {
  readonly id: number;
  readonly do: string;
}

/** The lines (bytes, without their ends) that a request is answered with; `end`: the program ends after them. */
export interface Answer {
  readonly lines: readonly Uint8Array[];
  readonly end?: boolean;
}

export interface Script {
  /** What it says first. */
  readonly greeting: () => Answer;
  readonly answer: (asked: Asked) => Answer;
}

const NOTHING: Unsubscribe = () => {};

/** A target whose every program follows one script. */
export class PeerTarget implements Target {
  readonly ownServer = false;
  readonly saysWhenBack = false;
  readonly name = "a peer";
  readonly mappings = [{ host: "/home/me/app", inside: "/app" }];
  readonly serverPid = null;
  readonly #script: Script;
  readonly #random: Random;

  constructor(script: Script, random: Random) {
    this.#script = script;
    this.#random = random;
  }

  async open(): Promise<Result<void>> {
    return ok(undefined);
  }

  async start(): Promise<Result<void>> {
    return ok(undefined);
  }

  async spawn(): Promise<Result<Channel>> {
    return ok(new Peer(this.#script, this.#random));
  }

  async whyGone(): Promise<null> {
    return null;
  }

  onLog(): Unsubscribe {
    return NOTHING;
  }

  onLifecycle(): Unsubscribe {
    return NOTHING;
  }

  async close(): Promise<void> {}
}

class Peer implements Channel {
  readonly #script: Script;
  readonly #random: Random;
  readonly #exited = Promise.withResolvers<Exit>();
  readonly exited = this.#exited.promise;
  #tell: (text: string) => void = () => {};
  #greeted = false;

  constructor(script: Script, random: Random) {
    this.#script = script;
    this.#random = random;
  }

  /** The program's own text comes first, and then requests. */
  write(text: string): boolean {
    const answer = this.#greeted ? this.#script.answer(JSON.parse(text) as Asked) : this.#script.greeting();
    this.#greeted = true;
    queueMicrotask(() => this.#say(answer));
    return true;
  }

  end(): void {
    this.#exited.resolve({ code: 0, signal: null });
  }

  onOutput(listener: (text: string) => void): void {
    this.#tell = listener;
  }

  onErrorOutput(): void {}

  #say({ lines, end = false }: Answer): void {
    const text = lines.map((line) => `${Buffer.from(line).toString("utf8")}\n`).join("");
    for (let start = 0; start < text.length; ) {
      const size = this.#random.chance(0.5) ? text.length : 1 + this.#random.below(200);
      this.#tell(text.slice(start, start + size));
      start += size;
    }
    if (end) this.end();
  }
}
