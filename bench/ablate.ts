/** See bench/ablate, which sets up and calls this. */
import { type Bench, machine, runBench } from "./lib/bench.ts";
import { FAST_PATHS, without } from "./lib/fast-paths.ts";
import { heavy } from "./lib/heavy.ts";
import { LARGE } from "./lib/large.ts";
import { type Spread, spread } from "./lib/numbers.ts";
import { table } from "./lib/table.ts";
import { now } from "./lib/watching.ts";
import { type Gunicov, gunicovWay } from "./ways/gunicov.ts";
import { DEMO, KINDS, type Kind, type Setting, type Turn } from "./ways/way.ts";

/** One fast path in one project: how much longer a cycle takes without it, in per cent, by the kind of change. */
interface Loss {
  readonly path: string;
  readonly project: string;
  readonly percent: Readonly<Record<Kind, Spread>>;
  /** Share of the turns in which both had the same total. */
  readonly equal: number;
}

const PROJECTS: Readonly<Record<string, () => Setting | Promise<Setting>>> = {
  demo: () => DEMO,
  large: () => LARGE,
  heavy,
};

async function measure(bench: Bench): Promise<object> {
  const { processors, load } = machine();
  const losses: Loss[] = [];
  for (const [project, setting] of Object.entries(PROJECTS)) {
    if (!isWanted(project, Object.keys(PROJECTS), bench.named)) continue;
    losses.push(...(await inProject(bench, project, await setting())));
  }
  bench.say(table([["without", "project", ...KINDS, "same total"], ...losses.map(row)]));
  return { processors, load, turns: bench.turns, losses };
}

/** Of its kind, `one` is named on the command line, or none is. */
function isWanted(one: string, kind: readonly string[], named: readonly string[]): boolean {
  return named.includes(one) || !kind.some((other) => named.includes(other));
}

async function inProject(bench: Bench, project: string, setting: Setting): Promise<readonly Loss[]> {
  const { yard, say } = bench;
  const all = await gunicovWay(yard, { ...setting, name: `${project}-all` });
  const losses: Loss[] = [];
  for (const [round, path] of FAST_PATHS.entries()) {
    if (!isWanted(path, FAST_PATHS, bench.named)) continue;
    const prefix = `${project}-${round}`;
    const other = await gunicovWay(yard, { ...without(path, setting), name: prefix });
    losses.push({
      path,
      project,
      ...(await inTurns(all, other, { round, turns: bench.turns })),
    });
    say(row(losses.at(-1) as Loss).join("  "));
    await other.stop();
    await Promise.all(["server", "tests"].map((service) => yard.remove(`${prefix}-${service}`)));
  }
  await all.stop();
  await Promise.all(["server", "tests"].map((service) => yard.remove(`${project}-all-${service}`)));
  return losses;
}

/** Each goes first as often as the other; nobody's work in the background falls into a turn. */
async function inTurns(
  all: Gunicov,
  without: Gunicov,
  { round, turns }: { readonly round: number; readonly turns: number },
): Promise<Pick<Loss, "percent" | "equal">> {
  const pairs: { kind: Kind; percent: number; equal: boolean }[] = [];
  const rested = async (way: Gunicov, kind: Kind, number: number): Promise<Turn> => {
    const began = now();
    const turn = await way.turn(kind, number);
    await way.rest(began);
    return turn;
  };
  // Another number in each round: else a save of `all` would change nothing.
  const number = (turn: number) => 1 + round * (turns + 1) + turn;
  // The first turns are not counted: what is kept from run to run is kept then.
  for (const way of [all, without]) {
    await rested(way, "source", number(0));
    await rested(way, "rerun", number(0));
  }
  for (let turn = 1; turn <= turns; turn += 1) {
    for (const kind of KINDS) {
      const first = pairs.length % 2 === 0;
      const one = await rested(first ? all : without, kind, number(turn));
      const other = await rested(first ? without : all, kind, number(turn));
      const [fast, slow] = first ? [one, other] : [other, one];
      const equal = fast.total !== null && fast.total === slow.total;
      pairs.push({ kind, percent: 100 * (slow.ms / fast.ms - 1), equal });
    }
  }
  const of = (kind: Kind) => spread(pairs.filter((pair) => pair.kind === kind).map(({ percent }) => percent));
  return {
    percent: { source: of("source"), test: of("test"), rerun: of("rerun") },
    equal: pairs.filter(({ equal }) => equal).length / pairs.length,
  };
}

function row({ path, project, percent, equal }: Loss): string[] {
  const cells = KINDS.map((kind) => {
    const { median, q1, q3 } = percent[kind];
    return `${Math.round(median)} % (${Math.round(q1)}–${Math.round(q3)})`;
  });
  return [path, project, ...cells, `${Math.round(100 * equal)} %`];
}

await runBench("bench/ablate", 5, measure, [...Object.keys(PROJECTS), ...FAST_PATHS]);
