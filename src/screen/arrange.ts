/** Sorting and filtering. */

import { skipped } from "../core/order.ts";
import { notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import { START } from "./scroll.ts";
import { type Field, isNarrowed, type ScreenState } from "./state.ts";
import { FILE_COLUMNS, type FileColumn, type Sort, sortOf } from "./table.ts";
import { TEST_COLUMNS } from "./tests-table.ts";
import { withCovered } from "./uncovered.ts";

/** The list sorted by the next column. A column of numbers starts with what needs a look first. */
export function cycleSort(screen: ScreenState, context: ScreenContext): ScreenChange {
  const { coverage, tests } = screen.sorts;
  if (!isSortable(screen)) return notice(screen, "Nothing here can be sorted.");
  if (screen.view === "tests") {
    const column = following(TEST_COLUMNS, tests.column);
    return atTop({ ...screen, sorts: { coverage, tests: { column, descending: column === "time" } } });
  }
  const column = following(FILE_COLUMNS, (coverage ?? given(context)).column);
  const descending = column !== "path" && column !== "percent";
  return atTop({ ...screen, sorts: { tests, coverage: { column, descending } } });
}

/** The list in the opposite order. */
export function reverseSort(screen: ScreenState, context: ScreenContext): ScreenChange {
  const { coverage, tests } = screen.sorts;
  if (!isSortable(screen)) return notice(screen, "Nothing here can be sorted.");
  if (screen.view === "tests") return atTop({ ...screen, sorts: { coverage, tests: reversed(tests) } });
  return atTop({ ...screen, sorts: { tests, coverage: reversed(coverage ?? given(context)) } });
}

/** Another order is asked for to see what comes first in it. */
function atTop(screen: ScreenState): ScreenChange {
  return stay({ ...screen, places: { ...screen.places, [screen.view]: START } });
}

/** The order in which the report comes. */
function given({ content }: ScreenContext): Sort<FileColumn> {
  return content.report === null ? { column: "path", descending: false } : sortOf(content.report.value);
}

/** The files that the configuration leaves out, on and off. */
export function showSkipped(screen: ScreenState, { content }: ScreenContext): ScreenChange {
  const some = content.report?.value.files.some(
    (file) => content.report && skipped(file, content.report.value),
  );
  if (!some)
    return notice(screen, "coverage.py's configuration leaves out no file: skip_covered, skip_empty.");
  return stay({ ...screen, view: "coverage", opened: null, help: null, skippedToo: !screen.skippedToo });
}

/** The report that is on screen as what Δ compares with, on and off. One that is not complete proves no change. */
export function pin(screen: ScreenState, { content }: ScreenContext): ScreenChange {
  if (screen.pinned !== null) {
    const free: ScreenState = { ...screen, pinned: null };
    return notice(free, "Δ compares with the complete run before the last one again.");
  }
  const { report } = content;
  if (report === null) return notice(screen, "There is no report yet: a runs all tests.");
  if (!report.value.complete) return notice(screen, "This report is not complete: it is no baseline.");
  const pinned: ScreenState = { ...screen, pinned: report };
  return notice(pinned, `Δ compares with cycle ${report.cycle} from now on; b lets it go.`);
}

/** The lists without filters and search. */
export function clear(screen: ScreenState): ScreenChange {
  if (!isNarrowed(screen)) return notice(screen, "Nothing runs, and no filter is set.");
  return stay(whole(screen));
}

/** The screen with all rows in its lists. */
export function whole(screen: ScreenState): ScreenState {
  const none = { testFilter: "", fileFilter: "", search: "", failedOnly: false, changedOnly: false };
  return { ...withCovered(screen), ...none };
}

/** The page that a filter is for: typing one where it shows nothing would be typing blind. */
export function narrow(screen: ScreenState, field: Field): ScreenState {
  if (field === "search") return screen.help === null ? screen : { ...screen, help: null };
  const page = { ...screen, help: null, opened: null, search: "" };
  if (field === "files") return { ...page, view: "coverage" };
  return screen.view === "failures" ? page : { ...page, view: "tests" };
}

function isSortable(screen: ScreenState): boolean {
  return (
    screen.help === null && screen.opened === null && (screen.view === "coverage" || screen.view === "tests")
  );
}

function following<Column extends string>(columns: readonly Column[], column: Column): Column {
  return columns[(columns.indexOf(column) + 1) % columns.length] ?? column;
}

function reversed<Column extends string>(sort: Sort<Column>): Sort<Column> {
  return { ...sort, descending: !sort.descending };
}
