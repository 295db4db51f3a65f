/** What a key or a typed line does to the screen, and what it asks of the engine: decided here, done by the surface. */

import { clear, cycleSort, narrow, pin, reverseSort, showSkipped, whole } from "./arrange.ts";
import { changedOnly } from "./changed.ts";
import type { Command, View } from "./command.ts";
import { type Action, act, notice, type ScreenChange, type ScreenContext, stay } from "./context.ts";
import { type Move, moved, searched, searchFrom, shifted } from "./move.ts";
import { open, placeToEdit } from "./open.ts";
import { START } from "./scroll.ts";
import { failedIds, selection } from "./select.ts";
import { type Field, type ScreenState, VIEWS } from "./state.ts";
import { summaryText } from "./summary-text.ts";
import { uncoveredOnly } from "./uncovered.ts";

/** What comes in: a command, or something for the line being typed. */
export type ScreenInput =
  | { readonly type: "command"; readonly command: Command }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "erase" }
  | { readonly type: "erase-all" }
  | { readonly type: "accept" }
  | { readonly type: "leave" }
  | { readonly type: "notice"; readonly text: string };

/** The next state of the screen, and what is to be done. Pure. */
export function reduceScreen(screen: ScreenState, input: ScreenInput, context: ScreenContext): ScreenChange {
  if (input.type === "notice") return [{ ...screen, notice: input.text }, []];
  const quiet = screen.notice === null ? screen : { ...screen, notice: null };
  switch (input.type) {
    case "command":
      return onCommand(quiet, input.command, context);
    case "text":
      return stay(typed(quiet, (text) => text + input.text));
    case "erase":
      return stay(typed(quiet, (text) => [...text].slice(0, -1).join("")));
    case "erase-all":
      return stay(typed(quiet, () => ""));
    case "leave":
      return stay({ ...quiet, input: null });
    case "accept":
      return accept(quiet, context);
  }
}

const NOT_AGAIN = {
  wait: "gunicov looks for the server just now, or starts it: R has to wait for that.",
  never: "Nothing is stopped, and R never restarts a running container: do it yourself, and gunicov goes on.",
} as const;

function startAnew(screen: ScreenState, { startAnewMeans: meaning }: ScreenContext): ScreenChange {
  if (meaning === "wait" || meaning === "never") return notice(screen, NOT_AGAIN[meaning]);
  return act(screen, { type: "start-anew" });
}

function onCommand(screen: ScreenState, command: Command, context: ScreenContext): ScreenChange {
  switch (command) {
    case "run-all":
      return act(screen, { type: "rerun", select: [] });
    case "rerun-selection":
      return selection(screen, context);
    case "failed-only":
      return failedOnly(screen, context);
    case "filter-tests":
      return stay(startInput(screen, "tests"));
    case "filter-files":
      return stay(startInput(screen, "files"));
    case "search":
      return stay(startInput(screen, "search"));
    case "pause":
      return act(screen, { type: "pause", paused: !context.paused });
    case "cancel":
      return context.running ? act(screen, { type: "cancel" }) : clear(screen);
    case "start-anew":
      return startAnew(screen, context);
    case "move-down":
    case "move-up":
    case "first":
    case "last":
    case "page-down":
    case "page-up":
    case "half-down":
    case "half-up":
      return stay(moved(screen, MOVES[command], context));
    case "left":
      return stay(shifted(screen, -1, context));
    case "right":
      return stay(shifted(screen, 1, context));
    case "search-next":
      return searched(screen, 1, context);
    case "search-previous":
      return searched(screen, -1, context);
    case "sort":
      return cycleSort(screen, context);
    case "sort-reverse":
      return reverseSort(screen, context);
    case "show-skipped":
      return showSkipped(screen, context);
    case "pin":
      return pin(screen, context);
    case "changed-only":
      return changedOnly(screen, context);
    case "uncovered-only":
      return uncoveredOnly(screen, context);
    case "view-coverage":
    case "view-failures":
    case "view-tests":
    case "view-log":
    case "view-timings":
      return stay(show(screen, VIEW_OF[command]));
    case "view-next":
      return stay(show(screen, neighbour(screen.view, 1)));
    case "view-previous":
      return stay(show(screen, neighbour(screen.view, -1)));
    case "open":
      return screen.help === null ? open(screen, context) : stay(screen);
    case "back":
      return stay(back(screen));
    case "leave-page":
      return stay(leave(screen));
    case "unfold":
      return unfold(screen);
    case "summary":
      return openSummary(screen, context);
    case "html":
      return html(screen, context);
    case "edit":
      return edit(screen, context);
    case "help":
      return stay({ ...screen, help: screen.help === null ? START : null });
    case "suspend":
      return act(screen, { type: "suspend" });
    case "quit":
      return act(screen, { type: "quit" });
  }
}

const MOVES = {
  "move-down": "down",
  "move-up": "up",
  first: "first",
  last: "last",
  "page-down": "page-down",
  "page-up": "page-up",
  "half-down": "half-down",
  "half-up": "half-up",
} as const satisfies Partial<Record<Command, Move>>;

const VIEW_OF = {
  "view-coverage": "coverage",
  "view-failures": "failures",
  "view-tests": "tests",
  "view-log": "log",
  "view-timings": "timings",
} as const satisfies Partial<Record<Command, View>>;

function neighbour(view: View, step: 1 | -1): View {
  return VIEWS[(VIEWS.indexOf(view) + step + VIEWS.length) % VIEWS.length] ?? view;
}

/** Another view; what was opened or looked for belongs to the page that is left. */
function show(screen: ScreenState, next: View): ScreenState {
  return { ...screen, view: next, opened: null, help: null, search: "" };
}

/** One step back: help, the search, what is open, the filters. Never out of gunicov. */
function back(screen: ScreenState): ScreenState {
  if (screen.help !== null) return { ...screen, help: null };
  if (screen.search !== "") return { ...screen, search: "" };
  return screen.opened === null ? whole(screen) : { ...screen, opened: null };
}

/** The page on top is left, whatever is looked for in it. */
function leave(screen: ScreenState): ScreenState {
  return screen.help !== null ? { ...screen, help: null } : { ...screen, opened: null, search: "" };
}

/** What a failure's page folds, on and off; a page without anything folded stays as it is. */
function unfold(screen: ScreenState): ScreenChange {
  const { opened, help } = screen;
  if (help !== null || opened?.kind !== "detail" || opened.item.kind !== "test")
    return notice(screen, "Nothing is folded here.");
  return stay({ ...screen, opened: { ...opened, unfolded: !opened.unfolded } });
}

function startInput(screen: ScreenState, field: Field): ScreenState {
  const text = { search: "", tests: screen.testFilter, files: screen.fileFilter }[field];
  return { ...narrow(screen, field), input: { field, text } };
}

function typed(screen: ScreenState, change: (text: string) => string): ScreenState {
  return screen.input === null
    ? screen
    : { ...screen, input: { ...screen.input, text: change(screen.input.text) } };
}

function accept(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (screen.input === null) return stay(screen);
  const { field, text } = screen.input;
  const closed: ScreenState = { ...screen, input: null };
  if (field === "tests") return stay({ ...closed, testFilter: text });
  if (field === "files") return stay({ ...closed, fileFilter: text });
  return searchFrom({ ...closed, search: text }, context);
}

/** Switched on with failed tests at hand, it also reruns these. */
function failedOnly(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (screen.failedOnly) return stay({ ...screen, failedOnly: false });
  const on: ScreenState = { ...screen, failedOnly: true };
  const select = failedIds(context.content);
  return select.length === 0 ? notice(on, "No test has failed.") : act(on, { type: "rerun", select });
}

function openSummary(screen: ScreenState, { content }: ScreenContext): ScreenChange {
  const text = summaryText(content);
  if (text === "")
    return notice(screen, "The tests have said nothing besides: no warnings, no xfail, no plugin.");
  const opened = { kind: "text", title: "What the tests said besides", text, place: START } as const;
  return stay({ ...screen, opened, help: null, search: "" });
}

function html(screen: ScreenState, context: ScreenContext): ScreenChange {
  if (context.content.report === null) return notice(screen, "There is no report yet: a runs all tests.");
  return act({ ...screen, notice: "Making the HTML report…" }, { type: "html" });
}

function edit(screen: ScreenState, context: ScreenContext): ScreenChange {
  const place = placeToEdit(screen, context);
  if (place === null) return notice(screen, "Nothing here has a place to edit.");
  const action: Action = { type: "edit", ...place };
  return act(screen, action);
}
