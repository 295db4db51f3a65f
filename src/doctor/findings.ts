/** The findings of a run, told in the order of the lines, each as soon as those before it are known. */
import { behind, type Finding, LINES, type LineId, unknown } from "./finding.ts";

const ORDER = Object.keys(LINES) as LineId[];

export class Findings {
  readonly #tell: (finding: Finding) => void;
  readonly #found = new Map<LineId, Finding>();
  #told = 0;

  constructor(tell: (finding: Finding) => void) {
    this.#tell = tell;
  }

  /** The first word on a line counts. */
  add(...findings: readonly Finding[]): void {
    for (const finding of findings) if (!this.#found.has(finding.id)) this.#found.set(finding.id, finding);
    this.#flush();
  }

  /** Lines that can't be told because of another one. */
  block(ids: readonly LineId[], by: LineId): void {
    this.add(...behind(ids, by));
  }

  /** Ends it: what nobody has looked at is not known. */
  end(): readonly Finding[] {
    this.add(...ORDER.map((id) => unknown(id, "there was no time to look")));
    return ORDER.flatMap((id) => this.#found.get(id) ?? []);
  }

  #flush(): void {
    for (; this.#told < ORDER.length; this.#told += 1) {
      const id = ORDER[this.#told];
      const next = id === undefined ? undefined : this.#found.get(id);
      if (next === undefined) return;
      this.#tell(next);
    }
  }
}
