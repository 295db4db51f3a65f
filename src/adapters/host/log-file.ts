/** A file of lines that never grows without end: at its limit it becomes FILE.1, and a new one is begun. */
import { closeSync, constants, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** In bytes. */
export const MOST_BYTES = 10 * 1024 * 1024;

const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK } = constants;

export class LogFile {
  readonly path: string;
  readonly #most: number;
  #fd: number | null;
  #size: number;
  /** A terminal or a pipe has no size, and is not renamed. */
  readonly #regular: boolean;

  private constructor(path: string, most: number, fd: number) {
    const about = fstatSync(fd);
    this.path = path;
    this.#most = most;
    this.#fd = fd;
    this.#size = about.size;
    this.#regular = about.isFile();
  }

  /** Goes on with a file that is there. */
  static open(path: string, most = MOST_BYTES): Result<LogFile> {
    try {
      return ok(new LogFile(path, most, openToAppend(path)));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return fail(
        failure("config", `Can't write the log: ${why}.`, "Name a file that you may write (--log FILE)."),
      );
    }
  }

  /** Written when this returns, so that it is there however the program ends. A line that can't be written is lost. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#regular && this.#size > 0 && this.#size + bytes.length > this.#most) this.#rotate();
    if (this.#fd === null) return;
    try {
      let done = 0;
      while (done < bytes.length) done += writeSync(this.#fd, bytes, done);
      this.#size += bytes.length;
    } catch {
      // A full disk, a reader that has gone: there is nobody to tell.
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #rotate(): void {
    try {
      this.close();
      renameSync(this.path, `${this.path}.1`);
    } catch {
      // Where it can't be renamed it is written on.
    }
    try {
      this.#fd = openToAppend(this.path);
      this.#size = fstatSync(this.#fd).size;
    } catch {
      this.#fd = null;
    }
  }
}

/** It may hold what the tests have printed: nobody else's business. */
function openToAppend(path: string): number {
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK, 0o600);
}
