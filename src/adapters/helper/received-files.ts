/** Puts together files that come in base64 parts, and refuses names that would leave their directory. */
import { posix } from "node:path";
import * as v from "valibot";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { ReportFile } from "../../ports/server.ts";
import { Part } from "./schema.ts";

/** All files together, in bytes. A report of 1,000 pages has about 100 MB. */
const LIMIT = 512 * 1024 * 1024;

export class ReceivedFiles {
  readonly #files = new Map<string, Buffer[]>();
  #size = 0;
  #refused: string | null = null;

  /** Takes an event; what is not a file's part is passed over. */
  take(event: Record<string, unknown>): void {
    const part = v.safeParse(Part, event);
    if (!part.success || this.#refused !== null) return;
    const { path, data } = part.output;
    const bytes = Buffer.from(data, "base64");
    this.#size += bytes.length;
    if (!isInside(path)) this.#refused = `a file named ${JSON.stringify(path)}`;
    else if (this.#size > LIMIT) this.#refused = `more than ${LIMIT / 1024 / 1024} MiB`;
    else this.#files.set(path, [...(this.#files.get(path) ?? []), bytes]);
  }

  /** Why they can't be used, or null. */
  get refused(): string | null {
    return this.#refused;
  }

  /** All of them, or why they can't be used. */
  result(): Result<readonly ReportFile[]> {
    if (this.#refused === null) return ok(this.files());
    const fix = "Check what runs in the server's container.";
    return fail(failure("internal", `The helper sent ${this.#refused}.`, fix));
  }

  files(): readonly ReportFile[] {
    return [...this.#files].map(([path, parts]) => ({ path, data: Buffer.concat(parts) }));
  }
}

function isInside(path: string): boolean {
  const normal = posix.normalize(path);
  return (
    path !== "" &&
    !path.includes("\0") &&
    !path.includes("\\") &&
    !posix.isAbsolute(normal) &&
    normal !== "." &&
    normal !== ".." &&
    !normal.endsWith("/") &&
    !normal.startsWith("../")
  );
}
