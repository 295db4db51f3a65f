/** See bench/memory, which sets up and calls this. */
import { join } from "node:path";
import { ROOT } from "../test/support/machine.ts";
import { type Bench, machine, runBench } from "./lib/bench.ts";
import { killsOf, peakOf } from "./lib/cgroup.ts";
import type { Yard } from "./lib/yard.ts";
import { gunicovWay } from "./ways/gunicov.ts";
import { reloadedServer } from "./ways/reloads.ts";
import { DEMO } from "./ways/way.ts";

const LIMIT = 128; // MiB: what plain gunicorn takes over a reload, and a sixth more
const MEASURED = ["-v", `${join(ROOT, "bench/ways/measured.py")}:/measured.py:ro`, "--tmpfs", "/data"];

async function measure({ yard, turns, say }: Bench): Promise<object> {
  const { processors, load } = machine();
  say(`${processors} processors, load average ${load.toFixed(2)}`);
  const plain = await reloaded(yard, turns, "plain", [], []);
  say(`plain gunicorn: ${mb(plain)}`);
  const coverage = await reloaded(yard, turns, "coverage", [...MEASURED, "-e", "BENCH_CLEAR=1"], CONFIG);
  say(`plain gunicorn, coverage.py in post_fork: ${mb(coverage)}`);
  const gunicov = await watched(yard, turns, "free", []);
  say(`gunicov: ${mb(gunicov.peak)}`);
  const limits = ["--memory", `${LIMIT}m`, "--memory-swap", `${LIMIT}m`];
  const limited = await watched(yard, turns, "limited", limits);
  const { complete, kills } = limited;
  say(`gunicov in ${LIMIT} MB: ${complete} of ${turns} cycles complete, ${kills} processes killed`);
  const ratio = gunicov.peak / plain;
  const ratio_to_coverage = gunicov.peak / coverage;
  say(
    `gunicov's peak to plain gunicorn's: ${ratio.toFixed(2)}; to coverage.py's: ${ratio_to_coverage.toFixed(2)}`,
  );
  return {
    turns,
    load,
    peak_mb: { plain: plain / 1e6, coverage: coverage / 1e6, gunicov: gunicov.peak / 1e6 },
    ratio,
    ratio_to_coverage,
    complete: gunicov.complete,
    limited: { mb: LIMIT, complete, oom_kills: kills, peak_mb: limited.peak / 1e6 },
  };
}

const CONFIG = ["--config", "/measured.py"];
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Its peak in bytes. */
async function reloaded(
  yard: Yard,
  turns: number,
  name: string,
  options: readonly string[],
  words: readonly string[],
): Promise<number> {
  const server = await reloadedServer(yard, name, options, words);
  for (let number = 0; number < turns; number += 1) await server.turn();
  const peak = await peakOf(server.container);
  await server.stop();
  return peak;
}

interface Watched {
  readonly peak: number;
  /** Cycles with a complete report. */
  readonly complete: number;
  readonly kills: number;
}

async function watched(
  yard: Yard,
  turns: number,
  name: string,
  options: readonly string[],
): Promise<Watched> {
  const way = await gunicovWay(yard, { ...DEMO, options, name });
  let complete = 0;
  for (let number = 1; number <= turns; number += 1) {
    const began = Date.now();
    if ((await way.turn("source", number)).total !== null) complete += 1;
    await way.rest(began); // what it does for editors takes memory, too
  }
  const container = yard.name(`${name}-server`);
  const result = { peak: await peakOf(container), complete, kills: await killsOf(container) };
  await way.stop();
  return result;
}

await runBench("bench/memory", 5, measure);
