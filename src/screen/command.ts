/** Every user command with its keys and its help: one table for the keyboard, the help screen, the docs and the tests. */

export type View = "coverage" | "failures" | "tests" | "log" | "timings";

export type Command =
  | "run-all"
  | "rerun-selection"
  | "failed-only"
  | "filter-tests"
  | "filter-files"
  | "pause"
  | "cancel"
  | "start-anew"
  | "move-down"
  | "move-up"
  | "first"
  | "last"
  | "page-down"
  | "page-up"
  | "open"
  | "back"
  | "search"
  | "search-next"
  | "search-previous"
  | "sort"
  | "sort-reverse"
  | "show-skipped"
  | "view-coverage"
  | "view-failures"
  | "view-tests"
  | "view-log"
  | "view-timings"
  | "view-next"
  | "view-previous"
  | "summary"
  | "html"
  | "edit"
  | "help"
  | "suspend"
  | "quit";

export interface Binding {
  readonly command: Command;
  /** As `keyName` (surfaces/ink) gives them: characters as typed, else names. */
  readonly keys: readonly string[];
  readonly group: "run" | "move" | "find" | "view" | "open" | "end";
  readonly help: string;
}

export const BINDINGS: readonly Binding[] = [
  { command: "run-all", keys: ["a"], group: "run", help: "run all tests" },
  {
    command: "rerun-selection",
    keys: ["r"],
    group: "run",
    help: "rerun the selection (the test or filter at hand)",
  },
  { command: "failed-only", keys: ["f"], group: "run", help: "failed tests only, on and off" },
  { command: "pause", keys: ["Space"], group: "run", help: "pause and resume watching" },
  { command: "cancel", keys: ["c"], group: "run", help: "cancel the cycle; when idle, clear filters" },
  {
    command: "start-anew",
    keys: ["R"],
    group: "run",
    help: "start a stopped server, or a local one anew",
  },
  { command: "move-down", keys: ["j", "Down"], group: "move", help: "down" },
  { command: "move-up", keys: ["k", "Up"], group: "move", help: "up" },
  { command: "first", keys: ["g", "Home"], group: "move", help: "first row" },
  { command: "last", keys: ["G", "End"], group: "move", help: "last row" },
  { command: "page-down", keys: ["PageDown", "Ctrl-D"], group: "move", help: "a page down" },
  { command: "page-up", keys: ["PageUp", "Ctrl-U"], group: "move", help: "a page up" },
  { command: "search", keys: ["/"], group: "find", help: "search" },
  { command: "search-next", keys: ["n"], group: "find", help: "next match" },
  { command: "search-previous", keys: ["N"], group: "find", help: "previous match" },
  { command: "filter-tests", keys: ["t"], group: "find", help: "filter by test name" },
  { command: "filter-files", keys: ["p"], group: "find", help: "filter by file" },
  { command: "sort", keys: ["s"], group: "view", help: "sort by the next column" },
  { command: "sort-reverse", keys: ["S"], group: "view", help: "reverse the order" },
  {
    command: "show-skipped",
    keys: ["x"],
    group: "view",
    help: "files that skip_covered leaves out, on and off",
  },
  { command: "view-coverage", keys: ["1"], group: "view", help: "coverage" },
  { command: "view-failures", keys: ["2"], group: "view", help: "failures" },
  { command: "view-tests", keys: ["3"], group: "view", help: "tests" },
  { command: "view-log", keys: ["4"], group: "view", help: "server log" },
  { command: "view-timings", keys: ["5"], group: "view", help: "timings" },
  { command: "view-next", keys: ["Tab"], group: "view", help: "next view" },
  { command: "view-previous", keys: ["Shift-Tab"], group: "view", help: "previous view" },
  { command: "open", keys: ["Enter"], group: "open", help: "open the row: source, or the whole failure" },
  { command: "back", keys: ["Esc"], group: "open", help: "back" },
  {
    command: "summary",
    keys: ["w"],
    group: "open",
    help: "what else the tests said: warnings, xfail, plugins",
  },
  { command: "html", keys: ["o"], group: "open", help: "make and open the HTML report" },
  { command: "edit", keys: ["e"], group: "open", help: "open $EDITOR at the line" },
  { command: "help", keys: ["?", "h"], group: "end", help: "this help, on and off" },
  { command: "suspend", keys: ["Ctrl-Z"], group: "end", help: "suspend: back to the shell until fg" },
  { command: "quit", keys: ["q", "Ctrl-C"], group: "end", help: "quit; Ctrl-C twice forces" },
];

const BY_KEY: ReadonlyMap<string, Command> = new Map(
  BINDINGS.flatMap((binding) => binding.keys.map((key) => [key, binding.command] as const)),
);

/** The command of a key, by its name; null where it has none. */
export function commandOf(key: string): Command | null {
  return BY_KEY.get(key) ?? null;
}
