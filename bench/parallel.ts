/** See bench/parallel, which sets up and calls this. */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../test/support/machine.ts";
import { type Bench, machine, runBench } from "./lib/bench.ts";
import { median, type Spread, spread } from "./lib/numbers.ts";
import { milliseconds, table } from "./lib/table.ts";
import { now, type Watching } from "./lib/watching.ts";
import { startWatching } from "./ways/gunicov.ts";
import { PROCESSES, PYTEST } from "./ways/way.ts";

const FILES = 10;
const TESTS = 200;
const MS = 50; // of each test
const IDEAL = (TESTS * MS) / PROCESSES;

const TEST_FILE = `import time

import pytest


@pytest.mark.parametrize("number", range(${TESTS / FILES}))
def test_that_takes_its_time(number):
    time.sleep(${MS / 1000})
`;

interface Run {
  /** The test phase, from its start to its end, in ms. */
  readonly ms: number;
  /** From its start to the first outcome. Null: not known. */
  readonly first: number | null;
}

async function replaceTests(demo: string): Promise<void> {
  const directory = join(demo, "test");
  for (const name of await readdir(directory)) await rm(join(directory, name), { recursive: true });
  await mkdir(directory, { recursive: true });
  for (let number = 0; number < FILES; number += 1) {
    await writeFile(join(directory, `test_slow_${number}.py`), TEST_FILE);
  }
}

/** A plain rerun; its test phase by its own facts. */
async function byGunicov(watching: Watching): Promise<Run> {
  const { mark } = watching;
  watching.rerun();
  const ready = await watching.next("server.ready", mark);
  const first = await watching.next("test.finished", mark);
  const tests = await watching.next("tests.finished", mark);
  await watching.next("cycle.finished", mark);
  if (tests.passed !== TESTS) throw new Error(`gunicov: ${tests.passed} of ${TESTS} tests passed`);
  return { ms: tests.ms, first: first.at - ready.at };
}

/** The same command in the same container. */
async function byXdist(container: string): Promise<Run> {
  const began = now();
  const output = await run(["docker", "exec", container, ...PYTEST, "-q"]);
  const ms = now() - began;
  if (!output.includes(`${TESTS} passed`)) throw new Error(`pytest: ${output.slice(-500)}`);
  return { ms, first: null };
}

async function measure({ yard, turns, say }: Bench): Promise<object> {
  const before = machine();
  say(`${before.processors} processors, load average ${before.load.toFixed(2)}`);
  say(
    `${TESTS} tests of ${MS} ms in ${FILES} files: ideally ${milliseconds(IDEAL)} in ${PROCESSES} processes`,
  );
  const { watching } = await startWatching(yard, { change: replaceTests, options: [] });
  const gunicov: Run[] = [];
  const xdist: Run[] = [];
  for (let number = 1; number <= turns; number += 1) {
    const steps = [
      async () => void gunicov.push(await byGunicov(watching)),
      async () => void xdist.push(await byXdist(yard.name("tests"))),
    ];
    for (const step of number % 2 === 0 ? steps.toReversed() : steps) await step();
    const [one, other] = [gunicov.at(-1)?.ms ?? 0, xdist.at(-1)?.ms ?? 0];
    say(
      `turn ${number} of ${turns}: gunicov ${milliseconds(one)}, pytest -n ${PROCESSES} ${milliseconds(other)}`,
    );
  }
  const result = summary(gunicov, xdist, before.load);
  for (const line of tables(result)) say(line);
  return result;
}

function summary(gunicov: readonly Run[], xdist: readonly Run[], before: number) {
  const ideal = (runs: readonly Run[]) => spread(runs.map(({ ms }) => ms / IDEAL));
  const pairs = spread(xdist.map(({ ms }, index) => ms / (gunicov[index]?.ms ?? Number.NaN)));
  const spreads = { gunicov_ideal: ideal(gunicov), xdist_ideal: ideal(xdist), xdist_gunicov: pairs };
  const { processors, load } = machine();
  return {
    processors,
    load: { before, after: load },
    turns: gunicov.length,
    tests: TESTS,
    ideal_ms: IDEAL,
    ms: { gunicov: median(gunicov.map(({ ms }) => ms)), xdist: median(xdist.map(({ ms }) => ms)) },
    gunicov_first_ms: median(gunicov.flatMap(({ first }) => first ?? [])),
    ratios: {
      gunicov_ideal: spreads.gunicov_ideal.median,
      xdist_ideal: spreads.xdist_ideal.median,
      xdist_gunicov: spreads.xdist_gunicov.median,
    },
    spread: spreads,
  };
}

function tables(result: ReturnType<typeof summary>): readonly string[] {
  const ratio = ({ median: middle, q1, q3 }: Spread) =>
    `${middle.toFixed(2)} × (${q1.toFixed(2)}–${q3.toFixed(2)})`;
  const { ms, load } = result;
  return [
    "",
    `Medians of ${result.turns} turns; load average ${load.before.toFixed(2)} before, ${load.after.toFixed(2)} after`,
    "",
    table([
      ["test phase", "time", "/ ideal"],
      ["gunicov", milliseconds(ms.gunicov), ratio(result.spread.gunicov_ideal)],
      [`pytest -n ${PROCESSES}, by docker exec`, milliseconds(ms.xdist), ratio(result.spread.xdist_ideal)],
      ["ideal (total work / processes)", milliseconds(result.ideal_ms), "1"],
    ]),
    `gunicov's first outcome after ${milliseconds(result.gunicov_first_ms)}`,
  ];
}

await runBench("bench/parallel", 5, measure);
