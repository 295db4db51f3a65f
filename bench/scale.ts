/** See bench/scale, which sets up and calls this. */
import { type Bench, machine, runBench } from "./lib/bench.ts";
import { FILES, LARGE, STATEMENTS, WORKERS } from "./lib/large.ts";
import { median, medians, type Spread, spread } from "./lib/numbers.ts";
import { milliseconds, parts } from "./lib/table.ts";
import { now } from "./lib/watching.ts";
import { danceWay } from "./ways/dance.ts";
import { gunicovWay } from "./ways/gunicov.ts";
import type { Turn } from "./ways/way.ts";

/** One turn of each way on the same change. */
interface Pair {
  readonly dance: Turn;
  readonly gunicov: Turn;
}

async function measure({ yard, turns, say }: Bench): Promise<object> {
  const before = machine();
  say(`${before.processors} processors, load average ${before.load.toFixed(2)}; starting the containers`);
  const dance = await danceWay(yard, LARGE);
  const gunicov = await gunicovWay(yard, LARGE);
  await gunicov.rest(0);
  const pairs: Pair[] = [];
  for (let number = 1; number <= turns; number += 1) {
    const began = now();
    const ours = await gunicov.turn("source", number);
    await gunicov.rest(began); // else the dance would have a processor less
    const pair = { gunicov: ours, dance: await dance.turn("source", number) };
    pairs.push(pair);
    say(
      `turn ${number} of ${turns}: dance ${milliseconds(pair.dance.ms)}, gunicov ${milliseconds(pair.gunicov.ms)}`,
    );
  }
  const result = {
    files: FILES,
    statements: STATEMENTS,
    workers: WORKERS,
    turns,
    load: before.load,
    ...summary(pairs),
  };
  for (const line of tables(result)) say(line);
  return result;
}

interface Summary {
  readonly ms: { readonly dance: number; readonly gunicov: number };
  readonly ratios: { readonly cycle: Spread; readonly json: Spread; readonly html: Spread };
  readonly phases: {
    readonly dance: Readonly<Record<string, number>>;
    readonly gunicov: Readonly<Record<string, number>>;
  };
  /** Share of the turns that had a total. */
  readonly reported: { readonly dance: number; readonly gunicov: number };
  /** Share of the turns in which both had the same. The dance may lose data. */
  readonly equal: number;
}

function summary(pairs: readonly Pair[]): Summary {
  const of = (way: keyof Pair) => pairs.map((pair) => pair[way]);
  const share = (way: keyof Pair) => of(way).filter(({ total }) => total !== null).length / pairs.length;
  const phase = (turn: Turn, names: readonly string[]) =>
    names.reduce((sum, name) => sum + (turn.phases[name] ?? 0), 0);
  const reports = (names: readonly string[]) =>
    spread(
      pairs.map(({ dance, gunicov }) => phase(dance, names) / phase(gunicov, ["collecting", "telling"])),
    );
  return {
    ms: {
      dance: median(of("dance").map(({ ms }) => ms)),
      gunicov: median(of("gunicov").map(({ ms }) => ms)),
    },
    ratios: {
      cycle: spread(pairs.map(({ dance, gunicov }) => dance.ms / gunicov.ms)),
      json: reports(["combine", "json"]),
      html: reports(["combine", "html"]),
    },
    phases: {
      dance: medians(of("dance").map((turn) => turn.phases)),
      gunicov: medians(of("gunicov").map((turn) => turn.phases)),
    },
    reported: { dance: share("dance"), gunicov: share("gunicov") },
    equal: pairs.filter(({ dance, gunicov }) => dance.total === gunicov.total).length / pairs.length,
  };
}

function tables({ ms, ratios, phases, equal }: Summary): readonly string[] {
  const ratio = ({ median: middle, q1, q3 }: Spread) =>
    `${middle.toFixed(1)} × (${q1.toFixed(1)}–${q3.toFixed(1)})`;
  return [
    "",
    `whole cycle: dance ${milliseconds(ms.dance)}, gunicov ${milliseconds(ms.gunicov)}: ${ratio(ratios.cycle)}`,
    `combine + json / last worker saved → table: ${ratio(ratios.json)}`,
    `combine + html / last worker saved → table: ${ratio(ratios.html)}`,
    "",
    `dance: ${parts(phases.dance)}`,
    `gunicov: ${parts(phases.gunicov)}`,
    `the same total: in ${Math.round(100 * equal)} % of the turns`,
  ];
}

await runBench("bench/scale", 3, measure);
