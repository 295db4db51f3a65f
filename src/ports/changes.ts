/** Lines that are new since a base: what a change is to be judged by. */
import type { Changes as ChangedLines } from "../core/changed-lines.ts";
import type { Result } from "../core/result.ts";

export interface Changes {
  /** Null: nobody asks for them. Percent of them that must be run; null: any. */
  readonly wanted: { readonly base: string; readonly failUnder: number | null } | null;
  /** What lines are compared with in `watch`, asked for or not; null: with nothing. */
  readonly base: string | null;
  /** Those between `base` and the files as they are now, saved or not in git yet. */
  since(base: string): Promise<Result<ChangedLines>>;
}
