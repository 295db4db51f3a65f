/** Opening the row at the cursor, and the place where an editor would open it. */

import type { FileReport } from "../core/report.ts";
import { notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import type { Item } from "./item.ts";
import { filterOf } from "./lists.ts";
import { nothingFailed } from "./nothing-failed.ts";
import { START, settlePlace } from "./scroll.ts";
import { currentPlace, type Opened, type ScreenState } from "./state.ts";
import { testPlace } from "./tests-table.ts";

export interface EditPlace {
  readonly path: string;
  readonly line: number | null;
}

/** The row at the cursor, opened: a file's source, a failure's or a test's whole output, a whole log line. */
export function open(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (screen.opened !== null) return stay(screen);
  switch (screen.view) {
    case "coverage":
      return openFile(screen, context);
    case "failures":
    case "tests": {
      const item = itemAt(screen, context);
      if (item === null)
        return notice(
          screen,
          screen.view === "tests"
            ? "No test has ended yet."
            : nothingFailed(context.content, filterOf(screen, "tests")),
        );
      return stay(opened(screen, { kind: "detail", item, unfolded: false, place: START }));
    }
    case "log": {
      const entry = context.content.log[indexAt(screen, context)];
      if (entry === undefined) return notice(screen, "The server has logged nothing.");
      return stay(opened(screen, { kind: "text", title: "Log line", text: entry.text, place: START }));
    }
    case "timings":
      return notice(screen, "A cycle's times are all in its row.");
  }
}

/** Where e opens an editor; null where what is on screen has no place. */
export function placeToEdit(screen: ScreenState, context: ScreenContext): EditPlace | null {
  if (screen.help !== null) return null;
  if (screen.opened !== null) return openedPlace(screen, screen.opened, context);
  switch (screen.view) {
    case "coverage": {
      const row = fileAt(screen, context);
      return row === null ? null : { path: row.path, line: row.missing_lines[0] ?? 1 };
    }
    case "failures":
    case "tests":
      return itemPlace(itemAt(screen, context));
    case "log":
    case "timings":
      return null;
  }
}

/** What the cursor is on in the failures or tests view. */
export function itemAt(screen: ScreenState, context: ScreenContext): Item | null {
  const index = indexAt(screen, context);
  if (screen.view === "failures") return context.lists.failures(context.content, screen)[index] ?? null;
  if (screen.view !== "tests") return null;
  const test = context.lists.tests(context.content, screen)[index];
  return test === undefined ? null : { kind: "test", key: test.id, test };
}

function openFile(screen: ScreenState, context: ScreenContext): ScreenChange {
  const file = fileAt(screen, context);
  if (file === null) {
    return notice(
      screen,
      context.content.report === null ? "There is no report yet: a runs all tests." : "No file is at hand.",
    );
  }
  const first = file.missing_lines[0] ?? file.missing_branches[0]?.[0] ?? 1;
  const index = Math.max(0, Math.abs(first) - 1);
  // A few lines above the first missed one say where it is.
  const place = { key: null, index, top: Math.max(0, index - 4), left: 0 };
  return stay(opened(screen, { kind: "source", path: file.path, place }));
}

/** A search belongs to the page on which it was typed. */
function opened(screen: ScreenState, page: Opened): ScreenState {
  return { ...screen, opened: page, search: "" };
}

function fileAt(screen: ScreenState, context: ScreenContext): FileReport | null {
  return context.lists.files(context.content, screen)[indexAt(screen, context)]?.file ?? null;
}

function indexAt(screen: ScreenState, context: ScreenContext): number {
  return settlePlace(currentPlace(screen), context.pane(screen)).index;
}

function openedPlace(screen: ScreenState, page: Opened, context: ScreenContext): EditPlace | null {
  switch (page.kind) {
    case "source":
      return { path: page.path, line: indexAt(screen, context) + 1 };
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
