/** A log in memory: its lines are those of the real one. */
import { lineOf } from "../../src/core/log/line.ts";
import { type Redact, redactor } from "../../src/core/log/redact.ts";
import { type Secret, secretsOf } from "../../src/core/log/secrets.ts";
import type { Log, Note } from "../../src/ports/log.ts";

export class FakeLog implements Log {
  readonly lines: string[] = [];
  /** How often it was to be kept; what it says of where. */
  kept = 0;
  file: string | null = "/project/.gunicov/internal-error.log";
  #secrets: readonly Secret[] = [];
  #redact: Redact = redactor([]);

  note(note: Note): void {
    this.lines.push(lineOf("2026-01-02T03:04:05.678Z", note, this.#redact));
  }

  hide(environment: Readonly<Record<string, string | undefined>>): void {
    this.#secrets = [...this.#secrets, ...secretsOf(environment)];
    this.#redact = redactor(this.#secrets);
  }

  keep(): string | null {
    this.kept += 1;
    return this.file;
  }

  /** What was noted, parsed. */
  get notes(): readonly (Note & Record<string, unknown>)[] {
    return this.lines.map((line) => JSON.parse(line));
  }
}
