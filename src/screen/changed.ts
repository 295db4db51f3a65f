/** Changed lines on the screen: the filter, and what of a source has changed. */
import type { DiffFile } from "../core/changed-lines.ts";
import type { ScreenContent } from "../core/screen-content.ts";
import type { ScreenChange, ScreenContext } from "./context.ts";
import type { ScreenState } from "./state.ts";

/** Files with changed lines only, on and off. Switched on, git is asked again: a commit is no save. */
export function changedOnly(screen: ScreenState, { content }: ScreenContext): ScreenChange {
  if (screen.changedOnly) return [{ ...screen, changedOnly: false }, []];
  const why = whyNone(content);
  const on: ScreenState = { ...screen, view: "coverage", opened: null, help: null, changedOnly: true };
  return [why === null ? on : { ...screen, notice: why }, [{ type: "judge" }]];
}

/** Why there is nothing to be shown; null: there is. */
function whyNone({ report, changed, noDiff }: ScreenContent): string | null {
  if (report === null) return "There is no report yet: a runs all tests.";
  if (noDiff !== null) return noDiff.replace(/^--diff: /, "Changed lines are not known: ");
  if (changed === null) return "Changed lines are judged just now: press d again.";
  if (changed.paths.length > 0) return null;
  return `No line that differs from ${changed.base} can be measured.`;
}

/** The judgement of a file; null: none of its lines has changed, or that is not known. */
export function changedIn({ diff }: ScreenContent, path: string): DiffFile | null {
  return diff?.value.files.find((file) => file.path === path) ?? null;
}

/** Whether a line is one that has changed. */
export function hasChanged(file: DiffFile | null, line: number): boolean {
  return file !== null && (file.changed === null || file.changed.includes(line));
}
