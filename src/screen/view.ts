/** What a key or a typed line does to the screen, and what it asks of the engine: decided here, done by the surface. */

import { clear, cycleSort, narrow, reverseSort, showSkipped } from "./arrange.ts";
import type { Command, View } from "./command.ts";
import { type Action, act, notice, type Step, stay, type ViewContext } from "./context.ts";
import { type Move, moved, searched, searchFrom } from "./move.ts";
import { open, placeToEdit } from "./open.ts";
import { START } from "./scroll.ts";
import { failedIds, selection } from "./select.ts";
import { type Field, VIEWS, type ViewState } from "./state.ts";
import { toldText } from "./told-text.ts";

/** What comes in: a command, or something for the line being typed. */
export type ViewInput =
  | { readonly type: "command"; readonly command: Command }
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "erase" }
  | { readonly type: "erase-all" }
  | { readonly type: "accept" }
  | { readonly type: "leave" }
  | { readonly type: "notice"; readonly text: string };

/** The next view, and what is to be done. Pure. */
export function reduceView(view: ViewState, input: ViewInput, context: ViewContext): Step {
  if (input.type === "notice") return [{ ...view, notice: input.text }, []];
  const quiet = view.notice === null ? view : { ...view, notice: null };
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

function startAgain(view: ViewState, { revive }: ViewContext): Step {
  if (revive === "wait" || revive === "never") return notice(view, NOT_AGAIN[revive]);
  return act(view, { type: "revive" });
}

function onCommand(view: ViewState, command: Command, context: ViewContext): Step {
  switch (command) {
    case "run-all":
      return act(view, { type: "rerun", select: [] });
    case "rerun-selection":
      return selection(view, context);
    case "failed-only":
      return failedOnly(view, context);
    case "filter-tests":
      return stay(startInput(view, "tests"));
    case "filter-files":
      return stay(startInput(view, "files"));
    case "search":
      return stay(startInput(view, "search"));
    case "pause":
      return act(view, { type: "pause", paused: !context.paused });
    case "cancel":
      return context.running ? act(view, { type: "cancel" }) : clear(view);
    case "start-again":
      return startAgain(view, context);
    case "move-down":
    case "move-up":
    case "first":
    case "last":
    case "page-down":
    case "page-up":
      return stay(moved(view, MOVES[command], context));
    case "search-next":
      return searched(view, 1, context);
    case "search-previous":
      return searched(view, -1, context);
    case "sort":
      return cycleSort(view, context);
    case "sort-reverse":
      return reverseSort(view, context);
    case "show-skipped":
      return showSkipped(view, context);
    case "view-coverage":
    case "view-failures":
    case "view-tests":
    case "view-log":
    case "view-timings":
      return stay(show(view, VIEW_OF[command]));
    case "view-next":
      return stay(show(view, neighbour(view.view, 1)));
    case "view-previous":
      return stay(show(view, neighbour(view.view, -1)));
    case "open":
      return view.help === null ? open(view, context) : stay(view);
    case "back":
      return stay(back(view));
    case "told":
      return told(view, context);
    case "html":
      return html(view, context);
    case "edit":
      return edit(view, context);
    case "help":
      return stay({ ...view, help: view.help === null ? { key: null, index: 0, top: 0 } : null });
    case "suspend":
      return act(view, { type: "suspend" });
    case "quit":
      return act(view, { type: "quit" });
  }
}

const MOVES = {
  "move-down": "down",
  "move-up": "up",
  first: "first",
  last: "last",
  "page-down": "page-down",
  "page-up": "page-up",
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
function show(view: ViewState, next: View): ViewState {
  return { ...view, view: next, opened: null, help: null, search: "" };
}

/** One step back: help, what is open, the search. Never out of gunicov. */
function back(view: ViewState): ViewState {
  if (view.help !== null) return { ...view, help: null };
  if (view.search !== "") return { ...view, search: "" };
  return { ...view, opened: null };
}

function startInput(view: ViewState, field: Field): ViewState {
  const text = { search: "", tests: view.testFilter, files: view.fileFilter }[field];
  return { ...narrow(view, field), input: { field, text } };
}

function typed(view: ViewState, change: (text: string) => string): ViewState {
  return view.input === null ? view : { ...view, input: { ...view.input, text: change(view.input.text) } };
}

function accept(view: ViewState, context: ViewContext): Step {
  if (view.input === null) return stay(view);
  const { field, text } = view.input;
  const closed: ViewState = { ...view, input: null };
  if (field === "tests") return stay({ ...closed, testFilter: text });
  if (field === "files") return stay({ ...closed, fileFilter: text });
  return searchFrom({ ...closed, search: text }, context);
}

/** Switched on with failed tests at hand, it also reruns these. */
function failedOnly(view: ViewState, context: ViewContext): Step {
  if (view.failedOnly) return stay({ ...view, failedOnly: false });
  const on: ViewState = { ...view, failedOnly: true };
  const select = failedIds(context.session);
  return select.length === 0 ? notice(on, "No test has failed.") : act(on, { type: "rerun", select });
}

function told(view: ViewState, { session }: ViewContext): Step {
  const text = toldText(session);
  if (text === "")
    return notice(view, "The tests have said nothing besides: no warnings, no xfail, no plugin.");
  const opened = { kind: "text", title: "What the tests said besides", text, place: START } as const;
  return stay({ ...view, opened, help: null, search: "" });
}

function html(view: ViewState, context: ViewContext): Step {
  if (context.session.report === null) return notice(view, "There is no report yet: a runs all tests.");
  return act({ ...view, notice: "Making the HTML report…" }, { type: "html" });
}

function edit(view: ViewState, context: ViewContext): Step {
  const place = placeToEdit(view, context);
  if (place === null) return notice(view, "Nothing here has a place to edit.");
  const action: Action = { type: "edit", ...place };
  return act(view, action);
}
