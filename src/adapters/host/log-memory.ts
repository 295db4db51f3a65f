/** The last lines of a log that nobody has asked for, until somebody needs them. */
import { lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDirectorySync } from "../../directories.ts";

/** In UTF-16 units. */
export const MOST_KEPT = 1024 * 1024;

const NAME = "internal-error.log";

export class LogMemory {
  readonly #most: number;
  #lines: string[] = [];
  /** Lines before it are forgotten. */
  #first = 0;
  #size = 0;

  constructor(most = MOST_KEPT) {
    this.#most = most;
  }

  write(line: string): void {
    this.#lines.push(line);
    this.#size += line.length;
    while (this.#size > this.#most && this.#first < this.#lines.length - 1) {
      this.#size -= this.#lines[this.#first]?.length ?? 0;
      this.#lines[this.#first] = "";
      this.#first += 1;
    }
    if (this.#first > 1_000 && this.#first > this.#lines.length / 2) {
      this.#lines = this.#lines.slice(this.#first);
      this.#first = 0;
    }
  }

  /**
   * Writes all of it into `.gunicov/` of that project, or, where that can't be (or `root` is null), into a new directory for
   * temporary files. Gives the file; null: there is no place for it.
   */
  save(root: string | null): string | null {
    const places = [
      ...(root === null ? [] : [() => inProject(root)]),
      () => mkdtempSync(join(tmpdir(), "gunicov-")),
    ];
    for (const place of places) {
      try {
        return put(join(place(), NAME), this.#lines.slice(this.#first).join(""));
      } catch {
        // The next one.
      }
    }
    return null;
  }
}

function inProject(root: string): string {
  const directory = join(root, ".gunicov");
  makeDirectorySync(directory);
  // A link in its place would lead elsewhere.
  if (!lstatSync(directory).isDirectory()) throw new Error("not a directory");
  put(join(directory, ".gitignore"), "*\n");
  return directory;
}

/** A link in its place is replaced, not followed. */
function put(path: string, text: string): string {
  const fresh = `${path}.${process.pid}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, text, { flag: "wx", mode: 0o600 });
  renameSync(fresh, path);
  return path;
}
