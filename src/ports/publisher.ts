/** Where reports go on the host. */
import type { Result } from "../core/result.ts";
import type { ReportFile } from "./server.ts";

export interface Publisher {
  /** Writes coverage.py's HTML report; gives the path of its index. */
  html(files: readonly ReportFile[]): Promise<Result<string>>;
  /** Keeps the last complete result where editors look for it. */
  keep(exported: { readonly json: string; readonly data: Uint8Array }): Promise<Result<void>>;
  /** Reports asked for on the command line. */
  readonly wanted: { readonly html: boolean; readonly json: boolean };
  /** Writes the wanted ones; gives the paths written. */
  publish(reports: {
    readonly html: readonly ReportFile[] | null;
    readonly json: string | null;
  }): Promise<Result<void>>;
}
