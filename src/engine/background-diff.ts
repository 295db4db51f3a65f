/** Judges changed lines in `watch`: after each report of all tests, and when the user asks. Nobody waits for it. */
import type { Fact } from "../core/fact.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Say } from "../ports/say.ts";
import { judgeLines } from "./judge-lines.ts";
import type { Ports } from "./ports.ts";

export class BackgroundDiff {
  readonly #ports: Pick<Ports, "changes" | "files" | "paths">;
  readonly #say: Say;
  readonly #content: () => ScreenContent;
  /** Counts what was begun: an older answer is dropped. */
  #turn = 0;

  constructor(ports: Pick<Ports, "changes" | "files" | "paths">, say: Say, content: () => ScreenContent) {
    this.#ports = ports;
    this.#say = say;
    this.#content = content;
  }

  onFact(fact: Fact): void {
    if (fact.type === "cycle.started") this.#turn += 1;
    const { cycle, diff } = this.#content();
    const ended = fact.type === "cycle.finished" || (fact.type === "report" && !cycle.running);
    if (ended && diff === null) void this.judge(false);
  }

  /** `asked`: by the user, as --diff is. Nobody else has to hear that there is no repository. */
  async judge(asked: boolean): Promise<void> {
    const { base, wanted } = this.#ports.changes;
    const { cycle, report, stale } = this.#content();
    if (base === null || report === null || stale || cycle.running) return;
    this.#turn += 1;
    const turn = this.#turn;
    const judged = await judgeLines(report.value, base, null, this.#ports);
    if (turn !== this.#turn) return;
    if (judged.ok) this.#say({ type: "diff", ...judged.value });
    else if (asked || wanted !== null)
      this.#say({ type: "diff.unknown", base, message: judged.failure.message });
  }

  close(): void {
    this.#turn += 1;
  }
}
