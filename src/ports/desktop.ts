/** What the user's machine can open. */
import type { Result } from "../core/result.ts";

export interface Desktop {
  /** Opens a file with the platform's opener. Fails where there is none. */
  open(path: string): Promise<Result<void>>;
}
