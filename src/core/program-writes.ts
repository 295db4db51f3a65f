/**
 * Whose a change is: the user's, or written by what gunicov itself runs (uploads, reports, a state file). Most of that is never
 * seen at all: what git ignores, logs and databases are not watched, and what the server has open or has opened to write is known.
 * For the rest a *run* is watched: a cycle from the restart of the workers (or, on fresh ones, the start of the tests) to its end.
 * A writer changes a file in each run; a person does not keep to that. So runs in a row are counted:
 *
 *     of a kind that people edit               any other
 *     1st, 2nd      starts over                1st  starts over
 *     3rd to 5th    one more cycle after it    2nd  set aside
 *     6th           set aside
 *
 * (Python files, and what the user's `include` names: 6th to 29th, and 30th: nobody saves code into each of thirty runs, and never
 * between two.)
 * What is set aside starts nothing any more, in a run or between two, in this session or the next. Names that are new each time
 * are counted by directory and ending (`media/*.png`); Python files never are.
 */

export interface Streak {
  /** The last run in which it changed. */
  readonly run: number;
  readonly times: number;
}

export interface ProgramWrites {
  /** Number of the run under way, or of the last one. */
  readonly run: number;
  /** Until when a change may be news of it, in epoch ms; Infinity while it is under way. */
  readonly until: number;
  /** It is the command of another measurement that goes on with it: code that is saved meanwhile is the user's. */
  readonly beside: boolean;
  /** All its tests have run. */
  readonly complete: boolean;
  /** The last run before it that was complete: a file that did not change in it or since has no streak any more. */
  readonly whole: number;
  /** By file, and by directory and ending. */
  readonly streaks: ReadonlyMap<string, Streak>;
  readonly aside: ReadonlySet<string>;
  /** What the last good restart took, in ms: so long the workers that a flush has started may still be booting. */
  readonly bootMs: number;
}

export interface Judged {
  readonly writes: ProgramWrites;
  /** The files that count as changes, and what they are worth: start over, or one more cycle after this one. */
  readonly counted: readonly string[];
  readonly worth: "start-over" | "another" | "nothing";
  /** What was set aside just now: files, or directory and ending. */
  readonly aside: readonly string[];
}

interface Limits {
  /** With so many runs in a row the run goes on. */
  readonly letGo: number;
  /** With so many it is set aside. */
  readonly aside: number;
}

const CODE: Limits = { letGo: 6, aside: 30 };
const EDITED: Limits = { letGo: 3, aside: 6 };
const OTHER: Limits = { letGo: 2, aside: 2 };

/** How late news may come, in ms, and the longest time of a boot that is waited for. */
const ECHO = 1_000;
const LONGEST_BOOT = 5_000;

export const NO_PROGRAM_WRITES: ProgramWrites = {
  run: 0,
  until: 0,
  beside: false,
  complete: false,
  whole: 0,
  streaks: new Map(),
  aside: new Set(),
  bootMs: 0,
};

export function beginRun(writes: ProgramWrites): ProgramWrites {
  // Only now: news of the run before may have come after its end.
  const whole = writes.complete ? writes.run : writes.whole;
  const alive = [...writes.streaks].filter(([, streak]) => streak.run >= whole);
  const until = Number.POSITIVE_INFINITY;
  return {
    ...writes,
    run: writes.run + 1,
    until,
    beside: false,
    complete: false,
    whole,
    streaks: new Map(alive),
  };
}

/** A restart has booted, in so many ms. */
export function booted(writes: ProgramWrites, ms: number): ProgramWrites {
  return { ...writes, bootMs: ms };
}

/** `complete`: all tests ran to their end. Changes nothing where no run is under way. */
export function endRun(writes: ProgramWrites, at: number, complete: boolean): ProgramWrites {
  if (writes.until !== Number.POSITIVE_INFINITY) return writes;
  return { ...writes, until: at + ECHO + Math.min(writes.bootMs, LONGEST_BOOT), complete };
}

/** The command of another measurement has started, or ended: it belongs to the run before. */
export function besideRun(writes: ProgramWrites, at: number, running: boolean): ProgramWrites {
  if (running) return { ...writes, until: Number.POSITIVE_INFINITY, beside: true };
  return writes.beside ? { ...endRun(writes, at, writes.complete), beside: false } : writes;
}

/** What an earlier session has set aside. */
export function knownAside(writes: ProgramWrites, names: readonly string[]): ProgramWrites {
  return { ...writes, aside: new Set([...writes.aside, ...names]) };
}

/**
 * Judges files that have changed. `byServer`: those of them that the server is known to write; `named`: those that the user
 * has asked for by name.
 */
export function judge(
  before: ProgramWrites,
  files: readonly string[],
  byServer: readonly string[],
  at: number,
  named: readonly string[] = [],
): Judged {
  const streaks = new Map(before.streaks);
  const aside = new Set(before.aside);
  const set: string[] = [];
  let worth: Judged["worth"] = "nothing";
  const counted = files.filter((file) => {
    if (isAside(aside, file) && !named.includes(file)) return false;
    const over = byServer.includes(file)
      ? nameFor(file)
      : count(before, streaks, file, at, named.includes(file) ? CODE : limitsOf(file));
    if (typeof over === "string") {
      aside.add(over);
      set.push(over);
      return false;
    }
    worth = over && worth !== "start-over" ? "another" : "start-over";
    return true;
  });
  return { writes: { ...before, streaks, aside }, counted, worth, aside: set };
}

/** Counts a change. Gives the name to set aside, else whether the run goes on. */
function count(
  before: ProgramWrites,
  streaks: Map<string, Streak>,
  file: string,
  at: number,
  limits: Limits,
): string | boolean {
  const { run, until, beside } = before;
  if (beside && limits === CODE) return false;
  // Soon after a run it may be late news of it, or a quick save.
  const ran = until === Number.POSITIVE_INFINITY || (limits === OTHER && at <= until);
  if (!ran) {
    if (at > until && limits !== OTHER) for (const name of [file, family(file)]) streaks.delete(name);
    return false;
  }
  let goesOn = false;
  for (const name of limits === CODE ? [file] : namesOf(file, run, streaks)) {
    const streak = lengthened(streaks.get(name), run);
    streaks.set(name, streak);
    if (streak.times >= limits.aside) return name;
    goesOn ||= streak.times >= limits.letGo;
  }
  return goesOn;
}

function lengthened(streak: Streak | undefined, run: number): Streak {
  return streak?.run === run ? streak : { run, times: (streak?.times ?? 0) + 1 };
}

/** What a file is counted under: its name and, where that is new, its family. */
function namesOf(file: string, run: number, streaks: ReadonlyMap<string, Streak>): readonly string[] {
  const seen = streaks.get(file);
  const fresh = seen === undefined || (seen.run === run && seen.times === 1);
  return fresh && !isPython(file) ? [file, family(file)] : [file];
}

function isAside(aside: ReadonlySet<string>, file: string): boolean {
  return aside.has(file) || (!isPython(file) && aside.has(family(file)));
}

/** What a server writes under one name it may write under another next time, if nobody edits files of that kind. */
function nameFor(file: string): string {
  return isEdited(file) || !/[^/]\.[^./]+$/.test(file) ? file : family(file);
}

/** Directory and ending: `/project/media/*.png`. */
function family(file: string): string {
  const ending = /[^/](\.[^./]+)$/.exec(file)?.[1] ?? "";
  return `${file.slice(0, file.lastIndexOf("/") + 1)}*${ending}`;
}

function isPython(file: string): boolean {
  return file.endsWith(".py");
}

/** Text that somebody writes by hand in a project with a server. */
const KINDS =
  /\.(pyi?|html?|jinja2?|j2|mako|djhtml|css|s[ac]ss|less|[cm]?[jt]sx?|vue|svelte|json5?|ya?ml|toml|ini|cfg|conf|md|rst|sql|graphql|proto|po|xml|svg|txt|sh|feature|robot|csv|ambr|snap)$|(^|\/)\.env[^/]*$/i;

function limitsOf(file: string): Limits {
  if (isPython(file)) return CODE;
  return isEdited(file) ? EDITED : OTHER;
}

/** Whether people edit files of its kind. */
export function isEdited(file: string): boolean {
  return KINDS.test(file);
}

/** What to tell of what was set aside; `name` as people read it. */
export function asideWarning(name: string): string {
  const what = name.includes("*") ? `Files ${name} are` : `${name} is`;
  return `${what} written by the server or the tests: such a change starts no cycle from now on. If it is yours, put include = ["${name}"] under [tool.gunicov.watch].`;
}
