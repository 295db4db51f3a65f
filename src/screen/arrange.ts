/** Sorting and filtering. */

import { skipped } from "../core/order.ts";
import { notice, type Step, stay, type ViewContext } from "./context.ts";
import type { Field, ViewState } from "./state.ts";
import { FILE_COLUMNS, type FileColumn, type Sort, sortOf } from "./table.ts";
import { TEST_COLUMNS } from "./tests-table.ts";

/** The view sorted by the next column. A column of numbers starts with what needs a look first. */
export function cycleSort(view: ViewState, context: ViewContext): Step {
  const { coverage, tests } = view.sorts;
  if (!isSortable(view)) return notice(view, "Nothing here can be sorted.");
  if (view.view === "tests") {
    const column = following(TEST_COLUMNS, tests.column);
    return stay({ ...view, sorts: { coverage, tests: { column, descending: column === "time" } } });
  }
  const column = following(FILE_COLUMNS, (coverage ?? given(context)).column);
  const descending = column !== "path" && column !== "percent";
  return stay({ ...view, sorts: { tests, coverage: { column, descending } } });
}

/** The view in the opposite order. */
export function reverseSort(view: ViewState, context: ViewContext): Step {
  const { coverage, tests } = view.sorts;
  if (!isSortable(view)) return notice(view, "Nothing here can be sorted.");
  if (view.view === "tests") return stay({ ...view, sorts: { coverage, tests: reversed(tests) } });
  return stay({ ...view, sorts: { tests, coverage: reversed(coverage ?? given(context)) } });
}

/** The order in which the report comes. */
function given({ session }: ViewContext): Sort<FileColumn> {
  return session.report === null ? { column: "path", descending: false } : sortOf(session.report.value);
}

/** The files that the configuration leaves out, on and off. */
export function showSkipped(view: ViewState, { session }: ViewContext): Step {
  const some = session.report?.value.files.some(
    (file) => session.report && skipped(file, session.report.value),
  );
  if (!some) return notice(view, "coverage.py's configuration leaves out no file: skip_covered, skip_empty.");
  return stay({ ...view, view: "coverage", opened: null, help: null, skippedToo: !view.skippedToo });
}

/** The view without filters and search. */
export function clear(view: ViewState): Step {
  const none = view.testFilter === "" && view.fileFilter === "" && view.search === "" && !view.failedOnly;
  if (none) return notice(view, "Nothing runs, and no filter is set.");
  return stay({ ...view, testFilter: "", fileFilter: "", search: "", failedOnly: false });
}

/** The page that a filter is for: typing one where it shows nothing would be typing blind. */
export function narrow(view: ViewState, field: Field): ViewState {
  if (field === "search") return view.help === null ? view : { ...view, help: null };
  const page = { ...view, help: null, opened: null, search: "" };
  if (field === "files") return { ...page, view: "coverage" };
  return view.view === "failures" ? page : { ...page, view: "tests" };
}

function isSortable(view: ViewState): boolean {
  return view.help === null && view.opened === null && (view.view === "coverage" || view.view === "tests");
}

function following<Column extends string>(columns: readonly Column[], column: Column): Column {
  return columns[(columns.indexOf(column) + 1) % columns.length] ?? column;
}

function reversed<Column extends string>(sort: Sort<Column>): Sort<Column> {
  return { ...sort, descending: !sort.descending };
}
