/**
 * Puts the last report together with other measurements in `watch`: after the cycle, where nobody waits for it. One job at a time;
 * the next cycle ends it, and what its commands have started.
 */
import type { Fact } from "../core/fact.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Say } from "../ports/say.ts";
import type { Ports } from "./ports.ts";
import { putTogether } from "./put-together.ts";

const PARTIAL = "Other measurements are put together with a run of all tests only: press a.";

export class BackgroundAlso {
  readonly #ports: Pick<Ports, "also" | "server">;
  readonly #say: Say;
  readonly #content: () => ScreenContent;
  /** Hears whether a command runs: it may write files that are watched. */
  readonly #command: (running: boolean) => void;
  #controller = new AbortController();
  #job: Promise<unknown> = Promise.resolve();
  #watched = false;

  constructor(
    ports: Pick<Ports, "also" | "server">,
    say: Say,
    content: () => ScreenContent,
    command: (running: boolean) => void,
  ) {
    this.#command = command;
    this.#ports = ports;
    this.#say = say;
    this.#content = content;
  }

  /** Each fact: a cycle's end, or a report after it, is what it waits for. */
  onFact(fact: Fact): void {
    if (this.#ports.also.names.length === 0) return;
    if (fact.type === "cycle.started") this.#controller.abort();
    const { cycle, combined } = this.#content();
    const ended = fact.type === "cycle.finished" || (fact.type === "report" && !cycle.running);
    // What stands there may be of this report already: only a selection of the tests was run since.
    if (!ended || combined !== null) return;
    this.#startIfWhole(cycle.reason === "rerun" && cycle.selected === 0);
    if (this.#watched) return;
    this.#watched = true;
    void this.#ports.also.watch(() => this.#startIfWhole(false));
  }

  /** Settles when what was under way is dead. */
  async stop(): Promise<void> {
    this.#controller.abort();
    await this.#job;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.#ports.also.close();
  }

  #startIfWhole(again: boolean): void {
    const { cycle, report, stale, partial } = this.#content();
    if (cycle.running || report === null || stale) return;
    // The server's last data is of a selection.
    if (partial !== null) this.#say({ type: "warning", message: PARTIAL });
    else this.#start(again);
  }

  #start(again: boolean): void {
    const before = this.stop();
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    this.#job = before.then(async () => {
      const { report } = this.#content();
      if (signal.aborted || report === null) return;
      const say: Say = (fact) => {
        if (signal.aborted) return;
        if (fact.type === "also.running" || fact.type === "also.ran")
          this.#command(fact.type === "also.running");
        this.#say(fact);
      };
      const done = await putTogether(report.value, this.#ports, say, signal, again);
      if (!done.ok && done.failure.kind !== "cancelled")
        say({ type: "warning", message: `${done.failure.message} ${done.failure.fix}`.trim() });
      this.#command(false);
    });
  }
}
