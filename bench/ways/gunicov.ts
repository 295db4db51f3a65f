/** gunicov, left open as a user leaves it; a save (or the wish for a rerun) to the `report` on its stdout. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { now, type Seen, Watching } from "../lib/watching.ts";
import type { Yard } from "../lib/yard.ts";
import { DEMO, type Kind, type Setting, save, type Turn, totalOf, type Way } from "./way.ts";

/** A save that breaks a test, in ms after it. */
export interface Breaking {
  /** The first failing test was told. */
  readonly first_failure: number;
  readonly report: number;
}

/** A save in the middle of a run, in ms after it. */
export interface Interrupting {
  /** The run under way was told to be over. */
  readonly cancelled: number;
  /** The new cycle was under way. */
  readonly started: number;
  /** Its tests were. */
  readonly testing: number;
}

export interface Gunicov extends Way {
  /** Waits until it keeps a report later than that moment for editors: work in the background, which takes a processor. */
  rest(since: number): Promise<void>;
  breaking(): Promise<Breaking>;
  /** Ends gunicov; its containers stay. */
  stop(): Promise<void>;
  interrupting(number: number): Promise<Interrupting>;
}

/** Starts server and tests as the demo's compose file does; `setting` says of what. */
export async function startWatching(
  yard: Yard,
  { change, options, name }: Setting,
): Promise<{ demo: string; watching: Watching }> {
  const [server, tests] = ["server", "tests"].map((service) => (name ? `${name}-${service}` : service)) as [
    string,
    string,
  ];
  const demo = await yard.copy();
  await change(demo);
  const file = join(demo, "gunicov.toml");
  const named = (service: string, container: string) =>
    [`service = "${service}"`, `container = "${yard.name(container)}"`] as const;
  const config = await readFile(file, "utf8");
  await writeFile(file, config.replace(...named("server", server)).replace(...named("tests", tests)));
  await Promise.all([
    yard.start({ name: server, demo, options: [...options, "-e", "GUNICOV=1"], command: ["./start.sh"] }),
    yard.start({
      name: tests,
      demo,
      options: ["-e", `XY_URL=http://${yard.name(server)}:8000`],
      command: ["sleep", "infinity"],
    }),
  ]);
  const watching = yard.keep(
    () => new Watching(demo),
    (one) => one.stop(),
  );
  await watching.next("cycle.finished", 0);
  return { demo, watching };
}

export async function gunicovWay(yard: Yard, setting: Setting = DEMO): Promise<Gunicov> {
  const { demo, watching } = await startWatching(yard, setting);

  const rest = async (since: number) => {
    const kept = () => stat(join(demo, ".gunicov/coverage.json")).catch(() => null);
    for (const end = now() + 120_000; now() < end; await sleep(200)) {
      if (((await kept())?.mtimeMs ?? 0) > since) return;
    }
    throw new Error("gunicov keeps no report");
  };

  const turn = async (kind: Kind, number: number): Promise<Turn> => {
    const { mark } = watching;
    const asked = now();
    await save(demo, kind, number);
    if (kind === "rerun") watching.rerun();
    // Without a report the cycle's end is what ends the turn, as one that is wrong.
    const finished = await watching.next("cycle.finished", mark);
    const started = await watching.next("cycle.started", mark);
    const report = watching.facts.slice(mark).find((fact): fact is Seen<"report"> => fact.type === "report");
    const end = report ?? finished;
    const { reporting: _, ...phases } = finished.phases;
    return {
      ms: end.seen - asked,
      phases: { noticing: started.at - asked, ...phases, telling: end.seen - end.at },
      total: report?.complete && !report.partial ? totalOf(report.totals) : null,
    };
  };

  const breaking = async (): Promise<Breaking> => {
    const { mark } = watching;
    const asked = now();
    const fix = await edit(demo, "source/xy/verdict.py", (text) =>
      text.replace("A modest living.", "Broke."),
    );
    const failed = await watching.next("test.finished", mark, ({ outcome }) => outcome === "failed");
    const report = await watching.next("report", mark);
    await watching.next("cycle.finished", mark);
    const next = watching.mark;
    await fix();
    await watching.next("cycle.finished", next);
    return { first_failure: failed.seen - asked, report: report.seen - asked };
  };

  const interrupting = async (number: number): Promise<Interrupting> => {
    const before = watching.mark;
    await save(demo, "source", 1000 + number);
    await watching.next("test.finished", before);
    const { mark } = watching;
    const asked = now();
    await save(demo, "source", 2000 + number);
    const started = await watching.next("cycle.started", mark);
    const cancelled = await watching.next("cycle.finished", mark);
    if (cancelled.outcome !== "cancelled") throw new Error("the run was over before the save in its middle");
    const testing = await watching.next("tests.started", watching.facts.indexOf(started));
    await watching.next("cycle.finished", watching.facts.indexOf(testing));
    return {
      cancelled: cancelled.seen - asked,
      started: started.seen - asked,
      testing: testing.seen - asked,
    };
  };

  return { turn, rest, breaking, interrupting, stop: () => watching.stop() };
}

/** Changes a file; gives the way back. */
async function edit(
  demo: string,
  path: string,
  change: (text: string) => string,
): Promise<() => Promise<void>> {
  const file = join(demo, path);
  const before = await readFile(file, "utf8");
  const after = change(before);
  if (after === before) throw new Error(`this changes nothing in ${path}`);
  await writeFile(file, after);
  return () => writeFile(file, before);
}
