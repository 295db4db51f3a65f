/**
 * Keeps the last complete result for editors, and has it compared with coverage.py's own on the way: in the background,
 * one job at a time, the newest wins.
 */
import type { Report } from "../core/report.ts";
import { ok, type Result } from "../core/result.ts";
import type { SelfCheck } from "../core/self-check.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { Exported, Server } from "../ports/server.ts";

export class BackgroundExport {
  readonly #server: Server;
  readonly #publisher: Publisher;
  #controller = new AbortController();
  #job: Promise<Result<void>> = Promise.resolve(ok(undefined));

  constructor(server: Server, publisher: Publisher) {
    this.#server = server;
    this.#publisher = publisher;
  }

  /** Starts keeping a report where it is whole; settles when it is kept. `exported`: it is there already, and compared; else `checked` gets the comparison. */
  async keep(
    report: Report,
    checked: (check: SelfCheck) => void,
    exported: Exported | null,
  ): Promise<Result<void>> {
    await this.stop();
    if (!report.complete || report.partial) return ok(undefined);
    if (exported !== null) return await this.#publisher.keep(exported);
    this.#controller = new AbortController();
    this.#job = this.#export(checked, this.#controller.signal);
    return await this.#job;
  }

  /** Gives up what is under way (the code it describes has changed) and waits for its end. */
  async stop(): Promise<void> {
    this.#controller.abort();
    const job = this.#job;
    this.#job = Promise.resolve(ok(undefined));
    await job;
  }

  async #export(checked: (check: SelfCheck) => void, signal: AbortSignal): Promise<Result<void>> {
    const exported = await this.#server.export(signal);
    if (!exported.ok) return exported.failure.kind === "cancelled" ? ok(undefined) : exported;
    checked(exported.value.check);
    return await this.#publisher.keep(exported.value);
  }
}
