/** Where reports go on the host. */
import type { CoverageKind } from "../core/report-kind.ts";
import type { Result } from "../core/result.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { Exported, ReportFile } from "./server.ts";

export interface Publisher {
  /** Writes coverage.py's HTML report; gives the path of its index. */
  html(files: readonly ReportFile[]): Promise<Result<string>>;
  /** Keeps the last complete result where editors look for it. */
  keep(exported: { readonly json: string; readonly data: Uint8Array }): Promise<Result<void>>;
  /** What of coverage.py's own is asked for. */
  readonly wanted: readonly CoverageKind[];
  /** Writes all that is asked for, of the cycle that `content` shows. `exported`: null where it has no report. */
  publish(content: ScreenContent, exported: Exported | null): Promise<Result<void>>;
}
