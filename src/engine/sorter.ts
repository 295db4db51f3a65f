/** What changed files mean, before the cycle hears of them: a save, something that the server wrote, settings, a start script. */
import type { Event } from "../core/event.ts";
import type { Policy } from "../core/policy.ts";
import { howAnew } from "../core/start-file.ts";
import type { Reread } from "../ports/project.ts";
import type { Ports } from "./ports.ts";

type Changed = Omit<Event & { type: "files.changed" }, "at">;

export interface SorterCallbacks {
  /** Tells people. */
  readonly say: (message: string) => void;
  /** Some settings hold from now on, and what is watched may be other directories. */
  readonly settings: (policy: Partial<Policy>) => Promise<void>;
  readonly changed: (event: Changed) => void;
}

export class Sorter {
  readonly #ports: Ports;
  readonly #callbacks: SorterCallbacks;
  #waiting: string[] = [];
  #asking = false;

  constructor(ports: Ports, hears: SorterCallbacks) {
    this.#ports = ports;
    this.#callbacks = hears;
  }

  /** `generated`: the server may have written its own code there (a version file that git ignores). */
  async take(files: readonly string[], { generated = false } = {}): Promise<void> {
    const of = Object.groupBy(files, (file) => this.#ports.project.meaning(file));
    // What is `own` is nobody's save: the log, say.
    for (const file of of.start ?? []) this.#callbacks.say(this.#atStart(this.#shown(file)));
    await this.#saves(of.save ?? [], generated);
    for (const file of of.settings ?? []) await this.#reread(file);
  }

  async #saves(files: readonly string[], generated: boolean): Promise<void> {
    // A save of code counts at once: the server does not write its own.
    const code = generated ? [] : files.filter((file) => file.endsWith(".py"));
    const others = files.filter((file) => !code.includes(file));
    if (code.length > 0) this.#callbacks.changed({ type: "files.changed", files: code });
    this.#waiting.push(...others);
    if (this.#asking) return;
    this.#asking = true;
    // One question at a time, about all that has come meanwhile: a checkout is many files.
    while (this.#waiting.length > 0) {
      const asked = this.#waiting.splice(0);
      const byServer = await this.#ports.server.writtenByServer(asked).catch(() => []);
      const named = asked.filter((file) => this.#ports.project.named(file));
      this.#callbacks.changed({ type: "files.changed", files: asked, byServer, named });
    }
    this.#asking = false;
  }

  async #reread(file: string): Promise<void> {
    const read = await this.#ports.project.reread(file);
    if (!read.ok) {
      this.#callbacks.say(`${read.failure.message} The settings stay as they were. ${read.failure.fix}`);
      return;
    }
    const shown = this.#shown(file);
    for (const message of rereadMessages(shown, read.value)) this.#callbacks.say(message);
    if (read.value.start) this.#callbacks.say(this.#atStart(`${shown} (its dependencies)`));
    if (read.value.now.length > 0) await this.#callbacks.settings(read.value.policy);
    const tests = read.value.now.some((key) => key.startsWith("tests."));
    if (read.value.save || tests) this.#callbacks.changed({ type: "files.changed", files: [file] });
  }

  #atStart(what: string): string {
    return `${what} has changed: that takes effect when the server is started anew${howAnew(this.#ports.target.ownServer)}.`;
  }

  #shown(file: string): string {
    return this.#ports.paths.fromRoot(file);
  }
}

function rereadMessages(file: string, { now, later }: Reread): readonly string[] {
  return [
    ...(now.length > 0 ? [`${file} was read again: ${now.join(", ")} ${holds(now)} from now on.`] : []),
    ...(later.length > 0
      ? [`${file}: ${later.join(", ")} ${takes(later)} effect when gunicov is started again.`]
      : []),
  ];
}

function holds(keys: readonly string[]): string {
  return keys.length === 1 ? "holds" : "hold";
}

function takes(keys: readonly string[]): string {
  return keys.length === 1 ? "takes" : "take";
}
