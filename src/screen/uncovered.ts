/** Where to look: the files with something that was not run, the worst first. */
import { notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import { START } from "./scroll.ts";
import type { ScreenState } from "./state.ts";
import { type FileColumn, isCovered, type Sort } from "./table.ts";

const WORST_FIRST: Sort<FileColumn> = { column: "missed", descending: true };

/** On and off. */
export function uncoveredOnly(screen: ScreenState, { content }: ScreenContext): ScreenChange {
  if (screen.uncoveredOnly) return stay(withCovered(screen));
  if (content.report === null) return notice(screen, "There is no report yet: a runs all tests.");
  if (content.report.value.files.every(isCovered)) return notice(screen, "All files are covered.");
  return stay({
    ...screen,
    view: "coverage",
    opened: null,
    help: null,
    uncoveredOnly: true,
    sorts: { ...screen.sorts, coverage: WORST_FIRST },
    places: { ...screen.places, coverage: START },
  });
}

/** All files again, in the order of coverage.py's configuration; one that the user has chosen since stays. */
export function withCovered(screen: ScreenState): ScreenState {
  const { coverage } = screen.sorts;
  const sorts = { ...screen.sorts, coverage: coverage === WORST_FIRST ? null : coverage };
  return screen.uncoveredOnly ? { ...screen, uncoveredOnly: false, sorts } : screen;
}
