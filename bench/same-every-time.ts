/** See bench/same-every-time, which sets up and calls this. */
import { parseArgs } from "node:util";
import { dockerPlace } from "../test/support/docker-place.ts";
import { newestClosed } from "../test/support/generations.ts";
import { edit, type Place } from "../test/support/place.ts";
import type { Cycle, Session } from "../test/support/session.ts";

/** Nothing in it but comments can change a number. */
const FILE = "source/xy/verdict.py";

interface Counted {
  /** Of each cycle: its totals and file tables as text; null where it has none that is complete. */
  readonly report: string | null;
  readonly expected: number;
  readonly found: number;
}

function readArguments(): { cycles: number; json: boolean } {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" } },
    allowPositionals: true,
  });
  const cycles = Number(positionals[0]);
  if (positionals.length === 1 && Number.isInteger(cycles) && cycles > 0) {
    return { cycles, json: values.json ?? false };
  }
  throw new TypeError("usage: bench/same-every-time N [--json]");
}

/** One byte of a comment changes; gives what the cycle that it starts came to. */
async function once(place: Place, session: Session, number: number): Promise<Counted> {
  await edit(place, FILE, (text) => text.replace(/^# \d+$/m, `# ${1000 + number}`));
  const cycle = await session.next();
  const closed = await newestClosed(place);
  return {
    report: wholeReport(cycle, closed.generation),
    // With a worker missing from the roster too, a file would still be owed.
    expected: Math.max(closed.forked, closed.workers),
    found: closed.files.length,
  };
}

/** Null also where the cycle did not go through SIGHUP, or its report is of another generation than was listed. */
function wholeReport(cycle: Cycle, generation: number): string | null {
  const [report] = cycle.of("report");
  const restarted = cycle.of("server.ready").some((ready) => ready.restarted);
  if (!report?.complete || !restarted || report.generations.join() !== `${generation}`) return null;
  // The text differs by the comment.
  return JSON.stringify([report.totals, report.files.map(({ sha256: _, ...file }) => file)]);
}

async function measure(
  place: Place,
  cycles: number,
  say: (text: string) => void,
): Promise<readonly Counted[]> {
  await edit(place, FILE, (text) => `${text}\n# 1000\n`);
  const session = await place.watch();
  await session.next();
  const all: Counted[] = [];
  for (let number = 1; number <= cycles; number += 1) {
    const began = performance.now();
    const one = await once(place, session, number);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    all.push(one);
    const same = one.report !== null && one.report === all[0]?.report ? "the same" : "DIFFERENT";
    say(`cycle ${number} of ${cycles}: ${same}, ${one.found} of ${one.expected} files, ${seconds} s`);
  }
  await session.stop();
  return all;
}

async function main(): Promise<number> {
  const { cycles, json } = readArguments();
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  say("starting the demo's containers");
  const place = await dockerPlace();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void place.close().then(() => process.exit(130)));
  }
  try {
    const all = await measure(place, cycles, say);
    const sum = (pick: (one: Counted) => number) => all.reduce((total, one) => total + pick(one), 0);
    // A cycle without a whole report is a result of its own, and never one that is good.
    const distinct = new Set(all.map(({ report }, index) => report ?? `none of ${index}`)).size;
    const broken = all.filter(({ report }) => report === null).length;
    const result = {
      cycles: all.length,
      distinct_totals: broken === 0 ? distinct : Math.max(distinct, 2),
      files_expected: sum((one) => one.expected),
      files_found: sum((one) => one.found),
    };
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return result.distinct_totals === 1 && result.files_found === result.files_expected ? 0 : 1;
  } finally {
    await place.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`bench/same-every-time: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof TypeError ? 2 : 1;
});
