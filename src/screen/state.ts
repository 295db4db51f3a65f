/** What one screen shows and where in it the user is: nothing of this is known to the engine. */
import type { CycleReport } from "../core/delta.ts";
import type { View } from "./command.ts";
import type { Item } from "./item.ts";
import { END, type Place, START } from "./scroll.ts";
import type { FileColumn, Sort } from "./table.ts";
import type { TestColumn } from "./tests-table.ts";

export const VIEWS: readonly View[] = ["coverage", "failures", "tests", "log", "timings"];

/** What Enter has opened. A detail keeps its item: the next cycle forgets results, the reader must not lose the page. */
export type Opened =
  | { readonly kind: "source"; readonly path: string; readonly place: Place }
  | { readonly kind: "detail"; readonly item: Item; readonly unfolded: boolean; readonly place: Place }
  | { readonly kind: "text"; readonly title: string; readonly text: string; readonly place: Place };

export type Field = "search" | "tests" | "files";

export interface ScreenState {
  readonly view: View;
  readonly places: Readonly<Record<View, Place>>;
  /** Of the files: null is the order of coverage.py's configuration. */
  readonly sorts: { readonly coverage: Sort<FileColumn> | null; readonly tests: Sort<TestColumn> };
  readonly testFilter: string;
  readonly fileFilter: string;
  readonly failedOnly: boolean;
  /** Also the files that coverage.py's configuration leaves out of the table. */
  readonly skippedToo: boolean;
  /** The report that the user compares with; null: the one before the last. */
  readonly pinned: CycleReport | null;
  /** Only files with lines that differ from git's base. */
  readonly changedOnly: boolean;
  /** Only files with something that was not run. */
  readonly uncoveredOnly: boolean;
  /** What is looked for on this page; empty: nothing. */
  readonly search: string;
  /** The line that is being typed. */
  readonly input: { readonly field: Field; readonly text: string } | null;
  readonly opened: Opened | null;
  /** Place in the help while that is open. */
  readonly help: Place | null;
  /** A message of one line, until the next key. */
  readonly notice: string | null;
}

export const INITIAL_SCREEN: ScreenState = {
  view: "coverage",
  places: { coverage: START, failures: START, tests: START, log: END, timings: START },
  sorts: {
    coverage: null,
    tests: { column: "ended", descending: false },
  },
  testFilter: "",
  fileFilter: "",
  failedOnly: false,
  skippedToo: false,
  pinned: null,
  changedOnly: false,
  uncoveredOnly: false,
  search: "",
  input: null,
  opened: null,
  help: null,
  notice: null,
};

/** Whether something is filtered by or looked for, or is being typed. */
export function isNarrowed({
  testFilter,
  fileFilter,
  search,
  failedOnly,
  changedOnly,
  uncoveredOnly,
  input,
}: ScreenState): boolean {
  const typed = input !== null && input.field !== "search" && input.text !== "";
  const only = failedOnly || changedOnly || uncoveredOnly;
  return testFilter !== "" || fileFilter !== "" || search !== "" || only || typed;
}

/** Whether a page is shown, in which keys do what they do in less, and no list. */
export function inPage(screen: ScreenState): boolean {
  return screen.help !== null || screen.opened !== null;
}

/** The place in what is shown: help, else what is open, else the view's list. */
export function currentPlace(screen: ScreenState): Place {
  return screen.help ?? screen.opened?.place ?? screen.places[screen.view];
}

/** The screen with another place in what it shows. */
export function withPlace(screen: ScreenState, place: Place): ScreenState {
  if (screen.help !== null) return { ...screen, help: place };
  if (screen.opened !== null) return { ...screen, opened: { ...screen.opened, place } };
  return { ...screen, places: { ...screen.places, [screen.view]: place } };
}
