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
  | "half-down"
  | "half-up"
  | "left"
  | "right"
  | "open"
  | "back"
  | "leave-page"
  | "unfold"
  | "search"
  | "search-next"
  | "search-previous"
  | "sort"
  | "sort-reverse"
  | "show-skipped"
  | "pin"
  | "changed-only"
  | "uncovered-only"
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
  /** Keys that mean it in a page (the help, a source, a failure), whatever they mean in a list: those of less. */
  readonly pageKeys?: readonly string[];
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
  {
    command: "page-down",
    keys: ["PageDown", "Ctrl-F"],
    pageKeys: ["Space", "f"],
    group: "move",
    help: "a page down",
  },
  { command: "page-up", keys: ["PageUp", "Ctrl-B"], pageKeys: ["b"], group: "move", help: "a page up" },
  { command: "half-down", keys: ["Ctrl-D"], group: "move", help: "half a page down" },
  { command: "half-up", keys: ["Ctrl-U"], group: "move", help: "half a page up" },
  { command: "right", keys: ["Right"], group: "move", help: "the rest of long lines" },
  { command: "left", keys: ["Left"], group: "move", help: "back to their start" },
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
  {
    command: "pin",
    keys: ["b"],
    group: "view",
    help: "pin this report as the baseline of Δ, and let it go",
  },
  {
    command: "changed-only",
    keys: ["d"],
    group: "view",
    help: "only files with changed lines (git), on and off",
  },
  {
    command: "uncovered-only",
    keys: ["u"],
    group: "view",
    help: "only files that are not covered, worst first, on and off",
  },
  { command: "view-coverage", keys: ["1"], group: "view", help: "coverage" },
  { command: "view-failures", keys: ["2"], group: "view", help: "failures" },
  { command: "view-tests", keys: ["3"], group: "view", help: "tests" },
  { command: "view-log", keys: ["4"], group: "view", help: "server log" },
  { command: "view-timings", keys: ["5"], group: "view", help: "timings" },
  { command: "view-next", keys: ["Tab"], group: "view", help: "next view" },
  { command: "view-previous", keys: ["Shift-Tab"], group: "view", help: "previous view" },
  { command: "open", keys: ["Enter"], group: "open", help: "open the row: source, or the whole failure" },
  { command: "back", keys: ["Esc"], group: "open", help: "back; in a list: clear filters" },
  { command: "leave-page", keys: [], pageKeys: ["q"], group: "open", help: "leave the page" },
  {
    command: "unfold",
    keys: [],
    pageKeys: ["x", "Enter"],
    group: "open",
    help: "what is folded, on and off",
  },
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
  BINDINGS.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)),
);
const BY_PAGE_KEY: ReadonlyMap<string, Command> = new Map(
  BINDINGS.flatMap(({ command, pageKeys = [] }) => pageKeys.map((key) => [key, command] as const)),
);

/** The command of a key, by its name, in a list or in a page; null where it has none. */
export function commandOf(key: string, inPage: boolean): Command | null {
  return (inPage ? BY_PAGE_KEY.get(key) : undefined) ?? BY_KEY.get(key) ?? null;
}

/** A line of the help: keys, and what they do. */
export interface HelpLine {
  readonly group: Binding["group"] | "page";
  readonly keys: readonly string[];
  readonly help: string;
}

/** All keys with what they do; those of pages are a group of their own, the last. */
export const HELP_LINES: readonly HelpLine[] = [
  ...BINDINGS.filter(({ keys }) => keys.length > 0),
  ...BINDINGS.flatMap(({ pageKeys = [], help }) =>
    pageKeys.length === 0 ? [] : [{ group: "page" as const, keys: pageKeys, help }],
  ),
];
