/** What `watch` does after a cycle, while nobody waits: other measurements, changed lines. */
import type { Fact } from "../core/fact.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Say } from "../ports/say.ts";
import { BackgroundAlso } from "./background-also.ts";
import { BackgroundDiff } from "./background-diff.ts";
import type { Ports } from "./ports.ts";

export class AfterCycle {
  readonly #also: BackgroundAlso;
  readonly #diff: BackgroundDiff;

  /** `command` hears whether a command of another measurement runs. */
  constructor(ports: Ports, say: Say, content: () => ScreenContent, command: (running: boolean) => void) {
    this.#also = new BackgroundAlso(ports, say, content, command);
    this.#diff = new BackgroundDiff(ports, say, content);
  }

  onFact(fact: Fact): void {
    this.#diff.onFact(fact);
    this.#also.onFact(fact);
  }

  /** Changed lines again: a commit is no save. */
  judge(): void {
    void this.#diff.judge(true);
  }

  /** Settles when what was under way is dead. */
  async stop(): Promise<void> {
    await this.#also.stop();
  }

  async close(): Promise<void> {
    this.#diff.close();
    await this.#also.close();
  }
}
