/** Opening the row at the cursor, and the place where an editor would open it. */

import type { FileReport } from "../core/report.ts";
import { notice, type Step, stay, type ViewContext } from "./context.ts";
import type { Item } from "./item.ts";
import { START, settlePlace } from "./scroll.ts";
import { currentPlace, type Opened, type ViewState } from "./state.ts";
import { testPlace } from "./tests-table.ts";

export interface EditPlace {
  readonly path: string;
  readonly line: number | null;
}

/** The row at the cursor, opened: a file's source, a failure's or a test's whole output, a whole log line. */
export function open(view: ViewState, context: ViewContext): Step {
  if (view.opened !== null) return stay(view);
  switch (view.view) {
    case "coverage":
      return openFile(view, context);
    case "failures":
    case "tests": {
      const item = itemAt(view, context);
      if (item === null)
        return notice(view, view.view === "tests" ? "No test has ended yet." : "Nothing has failed.");
      return stay(opened(view, { kind: "detail", item, place: START }));
    }
    case "log": {
      const entry = context.session.log[indexAt(view, context)];
      if (entry === undefined) return notice(view, "The server has logged nothing.");
      return stay(opened(view, { kind: "text", title: "Log line", text: entry.text, place: START }));
    }
    case "timings":
      return notice(view, "A cycle's times are all in its row.");
  }
}

/** Where e opens an editor; null where what is on screen has no place. */
export function placeToEdit(view: ViewState, context: ViewContext): EditPlace | null {
  if (view.help !== null) return null;
  if (view.opened !== null) return openedPlace(view, view.opened, context);
  switch (view.view) {
    case "coverage": {
      const row = fileAt(view, context);
      return row === null ? null : { path: row.path, line: row.missing_lines[0] ?? 1 };
    }
    case "failures":
    case "tests":
      return itemPlace(itemAt(view, context));
    case "log":
    case "timings":
      return null;
  }
}

/** What the cursor is on in the failures or tests view. */
export function itemAt(view: ViewState, context: ViewContext): Item | null {
  const index = indexAt(view, context);
  if (view.view === "failures") return context.lists.failures(context.session, view)[index] ?? null;
  if (view.view !== "tests") return null;
  const test = context.lists.tests(context.session, view)[index];
  return test === undefined ? null : { kind: "test", key: test.id, test };
}

function openFile(view: ViewState, context: ViewContext): Step {
  const file = fileAt(view, context);
  if (file === null) {
    return notice(
      view,
      context.session.report === null ? "There is no report yet: a runs all tests." : "No file is at hand.",
    );
  }
  const first = file.missing_lines[0] ?? file.missing_branches[0]?.[0] ?? 1;
  const index = Math.max(0, Math.abs(first) - 1);
  // A few lines above the first missed one say where it is.
  const place = { key: null, index, top: Math.max(0, index - 4) };
  return stay(opened(view, { kind: "source", path: file.path, place }));
}

/** A search belongs to the page on which it was typed. */
function opened(view: ViewState, page: Opened): ViewState {
  return { ...view, opened: page, search: "" };
}

function fileAt(view: ViewState, context: ViewContext): FileReport | null {
  return context.lists.files(context.session, view)[indexAt(view, context)]?.file ?? null;
}

function indexAt(view: ViewState, context: ViewContext): number {
  return settlePlace(currentPlace(view), context.pane(view)).index;
}

function openedPlace(view: ViewState, page: Opened, context: ViewContext): EditPlace | null {
  switch (page.kind) {
    case "source":
      return { path: page.path, line: indexAt(view, context) + 1 };
    case "detail":
      return itemPlace(page.item);
    case "text":
      return null;
  }
}

function itemPlace(item: Item | null): EditPlace | null {
  if (item === null) return null;
  return item.kind === "problem" ? item.problem.place : testPlace(item.test);
}
