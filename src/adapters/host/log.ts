/** The log: notes as lines without secrets, into the file that was asked for, or into memory. */
import { lineOf } from "../../core/log/line.ts";
import { type Redact, redactor } from "../../core/log/redact.ts";
import { type Secret, secretsOf } from "../../core/log/secrets.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Log, Note } from "../../ports/log.ts";
import { LogFile } from "./log-file.ts";
import { LogMemory } from "./log-memory.ts";

export class HostLog implements Log {
  readonly #sink: LogFile | LogMemory;
  #secrets: readonly Secret[] = [];
  #redact: Redact = redactor([]);
  /** The project's root, once it is known: a log that was kept in memory is written there. */
  root: string | null = null;

  constructor(sink: LogFile | LogMemory) {
    this.#sink = sink;
  }

  /** `path`: the file that was asked for; null: none was. */
  static open(path: string | null): Result<HostLog> {
    if (path === null) return ok(new HostLog(new LogMemory()));
    const file = LogFile.open(path);
    return file.ok ? ok(new HostLog(file.value)) : file;
  }

  /** The file that was asked for; null: none was. */
  get path(): string | null {
    return this.#sink instanceof LogFile ? this.#sink.path : null;
  }

  note(note: Note): void {
    try {
      this.#sink.write(lineOf(new Date().toISOString(), note, this.#redact));
    } catch {
      // A log that fails must fail nothing else.
    }
  }

  hide(environment: Readonly<Record<string, string | undefined>>): void {
    const known = new Set(this.#secrets.map(({ value }) => value));
    const more = secretsOf(environment).filter(({ value }) => !known.has(value));
    if (more.length === 0) return;
    this.#secrets = [...this.#secrets, ...more];
    this.#redact = redactor(this.#secrets);
  }

  keep(): string | null {
    return this.#sink instanceof LogFile ? this.#sink.path : this.#sink.save(this.root);
  }
}
