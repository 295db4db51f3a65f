/** Data of other measurements, on the host. */
import type { Result } from "../core/result.ts";

export interface OtherData {
  readonly name: string;
  readonly files: readonly {
    /** As it was named, from the project's root. */
    readonly path: string;
    readonly bytes: Uint8Array;
    /** When it was written, in epoch seconds. */
    readonly mtime: number;
  }[];
}

export interface Also {
  /** Whether there is anything to be put together with the server's coverage. */
  readonly wanted: boolean;
  /** Fails where a data file is not there. */
  read(): Promise<Result<readonly OtherData[]>>;
}
