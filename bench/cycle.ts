/** See bench/cycle, which sets up and calls this. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, machine, runBench } from "./lib/bench.ts";
import { median, medians, type Spread, spread } from "./lib/numbers.ts";
import { milliseconds, parts, table } from "./lib/table.ts";
import { coldWay } from "./ways/cold.ts";
import { danceWay } from "./ways/dance.ts";
import { type Gunicov, gunicovWay } from "./ways/gunicov.ts";
import { KINDS, type Kind, type Total, type Turn, type Way } from "./ways/way.ts";

const NAMES = ["cold", "dance", "gunicov"] as const;
type Name = (typeof NAMES)[number];
const OTHERS = ["dance", "cold"] as const;

type Ways = { readonly [name in Name]: Way };
type OfNames<T> = { readonly [name in Name]: T };
/** One turn of each way on the same kind of change. */
type Round = { readonly kind: Kind; readonly turns: OfNames<Turn> };

async function measure(bench: Bench): Promise<object> {
  const { yard, say } = bench;
  const before = machine();
  say(`${before.processors} processors, load average ${before.load.toFixed(2)}`);
  say("starting the three ways' containers");
  const [cold, dance, gunicov] = await Promise.all([coldWay(yard), danceWay(yard), gunicovWay(yard)]);
  const right = await reference(cold);
  say(`the right total: ${right}`);
  // gunicov had its first cycle when it started, the cold way its reference.
  await dance.turn("source", 0);
  const rounds = await takeTurns({ cold, dance, gunicov }, right, bench);
  const saves = await takeSaves(gunicov, bench);
  const after = machine();
  const load = { before: before.load, after: after.load };
  const result = { processors: after.processors, load, turns: bench.turns, ...summary(rounds, right), saves };
  for (const line of tables(result)) say(line);
  return result;
}

/** The total of a cold run; of two of them, so that it can be trusted. */
async function reference(cold: Way): Promise<string> {
  const [one, two] = [await cold.turn("rerun", 0), await cold.turn("rerun", 0)];
  if (one.total !== null && one.total === two.total) return one.total;
  throw new Error(`two cold runs have different totals:\n${one.total}\n${two.total}`);
}

/** Each way goes first as often as the others. */
async function takeTurns(ways: Ways, right: string, { turns, say }: Bench): Promise<readonly Round[]> {
  const rounds: Round[] = [];
  for (let number = 1; number <= turns; number += 1) {
    for (const kind of KINDS) {
      const first = rounds.length % NAMES.length;
      const done: Partial<Record<Name, Turn>> = {};
      for (const name of [...NAMES.slice(first), ...NAMES.slice(0, first)]) {
        done[name] = await ways[name].turn(kind, number);
      }
      const round = { kind, turns: done as OfNames<Turn> };
      rounds.push(round);
      say(`turn ${number} of ${turns}, ${kind}: ${describe(round, right)}`);
    }
  }
  return rounds;
}

function describe({ turns }: Round, right: Total): string {
  const one = (name: Name) => {
    const { ms, total } = turns[name];
    return `${name} ${milliseconds(ms)}${total === right ? "" : " (wrong total)"}`;
  };
  return NAMES.map(one).join(", ");
}

/** Nobody saves again within it, in ms. Between turns it is the other ways that take longer than this. */
const PAUSE = 1500;

/** A save that breaks a test, and one in the middle of a run: gunicov only. */
async function takeSaves(gunicov: Gunicov, { turns }: Bench): Promise<Saves> {
  const breaking = [];
  const interrupting = [];
  for (let number = 1; number <= turns; number += 1) {
    await sleep(PAUSE);
    breaking.push(await gunicov.breaking());
    await sleep(PAUSE);
    interrupting.push(await gunicov.interrupting(number));
  }
  return {
    breaking: medians(breaking.map((one) => ({ ...one }))),
    first_failure_share: median(breaking.map((one) => one.first_failure / one.report)),
    interrupting: medians(interrupting.map((one) => ({ ...one }))),
  };
}

interface Saves {
  readonly breaking: Readonly<Record<string, number>>;
  /** Of the time from the save to the report. */
  readonly first_failure_share: number;
  readonly interrupting: Readonly<Record<string, number>>;
}

type OfKinds<T> = { readonly [kind in Kind]: T };
type Ratios<T> = OfKinds<{ readonly [name in (typeof OTHERS)[number]]: T }>;

interface Summary {
  /** Medians of the pairs: how many times as long as gunicov takes. */
  readonly ratios: Ratios<number>;
  readonly spread: Ratios<Spread>;
  /** Share of the turns with the right total. */
  readonly right: OfNames<number>;
  readonly ms: OfKinds<OfNames<number>>;
  readonly phases: OfKinds<OfNames<Readonly<Record<string, number>>>>;
}

interface Result extends Summary {
  readonly processors: number;
  readonly load: { readonly before: number; readonly after: number };
  readonly turns: number;
  readonly saves: Saves;
}

function summary(rounds: readonly Round[], right: Total): Summary {
  const of = (kind: Kind) => rounds.filter((round) => round.kind === kind);
  const spreads = byKind((kind) => {
    const pairs = (name: Name) => of(kind).map(({ turns }) => turns[name].ms / turns.gunicov.ms);
    return { dance: spread(pairs("dance")), cold: spread(pairs("cold")) };
  });
  const rightTurns = (name: Name) => rounds.filter(({ turns }) => turns[name].total === right).length;
  return {
    ratios: byKind((kind) => ({ dance: spreads[kind].dance.median, cold: spreads[kind].cold.median })),
    spread: spreads,
    right: byName((name) => rightTurns(name) / rounds.length),
    ms: byKind((kind) => byName((name) => median(of(kind).map(({ turns }) => turns[name].ms)))),
    phases: byKind((kind) => byName((name) => medians(of(kind).map(({ turns }) => turns[name].phases)))),
  };
}

function byKind<T>(make: (kind: Kind) => T): OfKinds<T> {
  return { source: make("source"), test: make("test"), rerun: make("rerun") };
}

function byName<T>(make: (name: Name) => T): OfNames<T> {
  return { cold: make("cold"), dance: make("dance"), gunicov: make("gunicov") };
}

function tables(result: Result): readonly string[] {
  const { ms, ratios, right, saves, load } = result;
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const ratio = (kind: Kind, name: (typeof OTHERS)[number]) => {
    const { q1, q3 } = result.spread[kind][name];
    return `${ratios[kind][name].toFixed(1)} × (${q1.toFixed(1)}–${q3.toFixed(1)})`;
  };
  const rows = KINDS.map((kind) => [
    kind,
    ...NAMES.map((name) => milliseconds(ms[kind][name])),
    ...OTHERS.map((name) => ratio(kind, name)),
  ]);
  const head = ["change", ...NAMES, ...OTHERS.map((name) => `${name} / gunicov`)];
  const { breaking, interrupting } = saves;
  return [
    "",
    `Medians of ${result.turns} turns each; load average ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} after`,
    "",
    table([head, ...rows, ["right total", ...NAMES.map((name) => percent(right[name]))]]),
    "",
    "Phases, medians in ms",
    ...KINDS.flatMap((kind) => NAMES.map((name) => `${kind}, ${name}: ${parts(result.phases[kind][name])}`)),
    "",
    `A save that breaks a test: ${parts(breaking)} (first failure after ${percent(saves.first_failure_share)})`,
    `A save in the middle of a run: ${parts(interrupting)}`,
  ];
}

await runBench("bench/cycle", 10, measure);
