/** Other measurements, on the host: those that are there, and those that a command makes. */
import type { Result } from "../core/result.ts";
import type { Say } from "./say.ts";

export interface OtherData {
  readonly name: string;
  /** None: nothing was written. */
  readonly files: readonly {
    /** As it was named, from the project's root. */
    readonly path: string;
    readonly bytes: Uint8Array;
    /** From when on another file must not have been written, in epoch seconds. */
    readonly mtime: number;
  }[];
  /** Which version of a file its tests had, by the absolute path: the SHA-256; null: it has changed since, or meanwhile. */
  readonly sources: Readonly<Record<string, string | null>>;
  /** Why it does not hold all that it should; null: nothing is known against it. */
  readonly doubt: string | null;
}

export interface Also {
  /** What there is to be put together with the server's coverage, by its names. */
  readonly names: readonly string[];
  /**
   * Runs the commands of those for which something has changed since, or all of them where `again` is asked for, and reads what
   * there is. Fails only where it is aborted: then all that was started is dead.
   */
  read(again: boolean, say: Say, signal: AbortSignal): Promise<Result<readonly OtherData[]>>;
  /** From now on `changed` is called where something that they depend on has. */
  watch(changed: () => void): Promise<void>;
  close(): Promise<void>;
}
