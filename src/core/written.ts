/**
 * Whose a change is: the user's, or written by what gunicov itself runs (a log, a database, an upload).
 *
 * A *run* is a cycle from the restart of the workers (or, on fresh ones, the start of the tests) to its end. A file that
 * changes in a run can be either's. A writer changes it in every run and never between two; a person does not keep to
 * that. So a streak of runs is counted for each file:
 *
 *     change in a run  1st to 4th  starts over, as any change; after the 4th there is some patience before the next run:
 *                                  a person who is typing saves once more in that time
 *                      5th         the run goes on to its end, and after the same patience there is another one
 *                      6th         set aside, with a warning: changes in a run do nothing from now on
 *     change soon after a run      may be late news of it, or a quick save: starts a cycle, and says nothing of whose it is
 *     change between two runs      it is the user's: a cycle, and the streak is forgotten
 *
 * Names that are new each time (uploads, screenshots) are counted by their directory; Python files never are.
 */

export interface Streak {
  /** The last run in which it changed. */
  readonly run: number;
  readonly times: number;
}

export interface Written {
  /** Number of the run under way, or of the last one. */
  readonly run: number;
  /** Until when a change may be news of it, in epoch ms; Infinity while it is under way. */
  readonly until: number;
  /** All its tests have run. */
  readonly complete: boolean;
  /** The last run before it that was complete: a file that did not change in it or since has no streak any more. */
  readonly whole: number;
  /** By file, and by directory (with `/` at the end). */
  readonly streaks: ReadonlyMap<string, Streak>;
  readonly aside: ReadonlySet<string>;
  /** The run is let go to its end. What is first seen in such a one is a suspect at once: it had no chance before. */
  readonly letGo: boolean;
  /** Something in the run is suspected: the next one waits for signs of a person. */
  readonly suspects: boolean;
  /** What was warned of in this run. */
  readonly warned: ReadonlySet<string>;
  /** What the last good restart took, in ms: so long the workers that a flush has started may still be booting. */
  readonly bootMs: number;
}

export interface Judged {
  readonly written: Written;
  /** The files that count as changes, and what they are worth: start over, or one more cycle after this one. */
  readonly counted: readonly string[];
  readonly worth: "start-over" | "another" | "nothing";
  /** What was set aside and is to be warned of, once a run: files, and directories with `/` at the end. */
  readonly warn: readonly string[];
}

/** Streaks with which it is suspected, with which the run goes on, and with which it is proved. */
const SUSPECT = 4;
const LET_GO = 5;
const PROVED = 6;

/** How late news may come, in ms, and the longest time of a boot that is waited for. */
const ECHO = 1_000;
const LONGEST_BOOT = 5_000;
/** How long a person who is typing gets to save once more. */
const PATIENCE = 1_000;

export const NOTHING_WRITTEN: Written = {
  run: 0,
  until: 0,
  complete: false,
  whole: 0,
  streaks: new Map(),
  aside: new Set(),
  letGo: false,
  suspects: false,
  warned: new Set(),
  bootMs: 0,
};

export function beginRun(written: Written): Written {
  // Only now: news of the run before may have come after its end.
  const whole = written.complete ? written.run : written.whole;
  const alive = [...written.streaks].filter(([, streak]) => streak.run >= whole);
  return {
    ...written,
    run: written.run + 1,
    until: Number.POSITIVE_INFINITY,
    complete: false,
    whole,
    streaks: new Map(alive),
    letGo: false,
    suspects: false,
    warned: new Set(),
  };
}

/** A restart has booted, in so many ms. */
export function booted(written: Written, ms: number): Written {
  return { ...written, bootMs: ms };
}

/** `complete`: all tests ran to their end. Changes nothing where no run is under way. */
export function endRun(written: Written, at: number, complete: boolean): Written {
  if (written.until !== Number.POSITIVE_INFINITY) return written;
  return { ...written, until: at + ECHO + Math.min(written.bootMs, LONGEST_BOOT), complete };
}

/** Milliseconds of silence that the next cycle has to wait for at least. */
export function patience(written: Written, at: number): number {
  return written.suspects ? Math.max(0, written.until + PATIENCE - at) : 0;
}

/** Judges files that have changed. */
export function judge(written: Written, files: readonly string[], at: number): Judged {
  if (at > written.until) return usersOwn(written, files);
  return written.until === Number.POSITIVE_INFINITY ? maybeWritten(written, files) : late(written, files);
}

function late(written: Written, files: readonly string[]): Judged {
  const counted = files.filter((file) => !isAside(written, file));
  return { written, counted, worth: counted.length === 0 ? "nothing" : "start-over", warn: [] };
}

function isAside({ aside }: Written, file: string): boolean {
  return aside.has(file) || (!isPython(file) && aside.has(directoryOf(file)));
}

function isPython(file: string): boolean {
  return file.endsWith(".py");
}

/** With its `/`. */
function directoryOf(file: string): string {
  return file.slice(0, file.lastIndexOf("/") + 1);
}

function usersOwn(written: Written, files: readonly string[]): Judged {
  const streaks = new Map(written.streaks);
  const aside = new Set(written.aside);
  for (const file of files) {
    streaks.delete(file);
    aside.delete(file);
  }
  return {
    written: { ...written, streaks, aside, suspects: false },
    counted: files,
    worth: "start-over",
    warn: [],
  };
}

function maybeWritten(before: Written, files: readonly string[]): Judged {
  const streaks = new Map(before.streaks);
  const aside = new Set(before.aside);
  const warned = new Set(before.warned);
  let { letGo, suspects } = before;
  const counted: string[] = [];
  const warn: string[] = [];
  for (const file of files) {
    const names = namesOf(file, before, streaks);
    for (const name of names) {
      if (aside.has(name)) continue;
      const streak = lengthened(streaks.get(name), before, letGo);
      streaks.set(name, streak);
      if (streak.times >= PROVED) aside.add(name);
      letGo ||= streak.times === LET_GO;
      suspects ||= streak.times >= SUSPECT && streak.times < PROVED;
    }
    const proved = names.find((name) => aside.has(name));
    if (proved === undefined) counted.push(file);
    else if (!warned.has(proved)) {
      warned.add(proved);
      warn.push(proved);
    }
  }
  const worth = counted.length === 0 ? "nothing" : letGo ? "another" : "start-over";
  return { written: { ...before, streaks, aside, warned, letGo, suspects }, counted, worth, warn };
}

/** What a file is counted under: its name and, where that is new, its directory; whichever was set aside comes first. */
function namesOf(file: string, written: Written, streaks: ReadonlyMap<string, Streak>): readonly string[] {
  if (isPython(file)) return [file];
  const directory = directoryOf(file);
  if (written.aside.has(directory)) return [directory];
  const seen = streaks.get(file);
  const fresh = seen === undefined || (seen.run === written.run && seen.times === 1);
  return fresh ? [file, directory] : [file];
}

function lengthened(streak: Streak | undefined, { run }: Written, letGo: boolean): Streak {
  if (streak?.run === run) return streak;
  const times = (streak?.times ?? 0) + 1;
  return { run, times: letGo ? Math.max(times, SUSPECT) : times };
}

/** What to tell of what was set aside; `name` as people read it. */
export function asideWarning(name: string): string {
  const what = name.endsWith("/") ? `New files in ${name} come` : `${name} changes`;
  return `${what} whenever the server restarts or the tests run: that starts no cycle any more. Have it written outside the watched directories; a save of yours between two runs counts as ever.`;
}
