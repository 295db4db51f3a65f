/** See bench/soak, which sets up and calls this. */
import { parseArgs } from "node:util";
import { FAULTS, type Fault } from "./lib/soak/faults.ts";
import { type Figures, grown } from "./lib/soak/figures.ts";
import { plan } from "./lib/soak/plan.ts";
import { Soaked, type Turn } from "./lib/soak/soaked.ts";
import { table } from "./lib/table.ts";
import { Yard } from "./lib/yard.ts";

const CYCLES = 500;
const WARM = 10; // cycles before the first figures

interface Asked {
  readonly cycles: number;
  readonly seed: number;
  readonly json: boolean;
}

function readArguments(): Asked {
  const { values, positionals } = parseArgs({
    options: { json: { type: "boolean" }, seed: { type: "string" } },
    allowPositionals: true,
  });
  const cycles = Number(positionals[0] ?? CYCLES);
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  if (positionals.length > 1 || !Number.isInteger(cycles) || cycles < 1 || !Number.isInteger(seed)) {
    throw new TypeError("usage: bench/soak [N] [--seed S] [--json]");
  }
  return { cycles, seed, json: values.json ?? false };
}

/** Sums over all turns. */
class Sums {
  readonly totals = new Set<string>();
  readonly faults: Record<string, number> = {};
  cycles = 0;
  lost = 0;
  misnamed = 0;

  /** Takes one turn; gives what it came to, in words. */
  take(kind: string | null, fault: Fault | null, turn: Turn): string {
    this.cycles += 1;
    this.lost += turn.lost;
    const lost = turn.lost > 0 ? ", LOST A WORKER" : "";
    if (!fault || kind === null) {
      const total = turn.total ?? `none of ${this.cycles}`;
      const same = this.totals.size === 0 || (this.totals.size === 1 && this.totals.has(total));
      this.totals.add(total);
      return (same && turn.total !== null ? "good" : `DIFFERENT: ${summary(turn)}`) + lost;
    }
    this.faults[kind] = (this.faults[kind] ?? 0) + 1;
    if (fault.named(turn.facts)) return `${kind}: named${lost}`;
    this.misnamed += 1;
    return `${kind}: MISNAMED: ${summary(turn)}${lost}`;
  }
}

/** What a cycle said, shortly. */
function summary({ facts }: Turn): string {
  const lines = [
    ...facts.of("error"),
    ...facts.of("coverage.incomplete"),
    ...facts.of("warning"),
    ...facts.of("test.finished").filter(({ outcome }) => outcome !== "passed"),
    ...facts.of("report").map(({ complete, reasons, totals }) => ({ complete, reasons, totals })),
    ...facts.of("cycle.finished"),
  ];
  return lines.map((one) => `\n    ${JSON.stringify(one).slice(0, 600)}`).join("");
}

async function soak(yard: Yard, { cycles, seed }: Asked, say: (text: string) => void): Promise<object> {
  const sums = new Sums();
  const soaked = await Soaked.start(yard);
  const kinds = Object.keys(FAULTS);
  let first: Figures | null = null;
  for (const [index, kind] of plan(cycles, kinds, seed).entries()) {
    const began = performance.now();
    const fault = kind === null ? null : (FAULTS[kind] ?? null);
    const what = sums.take(kind, fault, await soaked.turn(fault));
    say(`cycle ${index + 1} of ${cycles}: ${what}, ${((performance.now() - began) / 1000).toFixed(1)} s`);
    if (index + 1 === Math.min(WARM, cycles)) first = await figuresOf(soaked);
  }
  const last = await figuresOf(soaked);
  const before = first ?? last;
  const left = await soaked.end();
  say(figuresTable(before, last));
  for (const one of grown(before, last)) say(`GROWN ${one}`);
  for (const one of left) say(`LEFT ${one}`);
  return {
    cycles: sums.cycles,
    distinct_totals: sums.totals.size,
    lost: sums.lost,
    misnamed: sums.misnamed,
    left: left.length,
    grown: grown(before, last),
    memory_first: before.memory,
    memory_last: last.memory,
    files_first: before.files,
    files_last: last.files,
    seed,
    faults: sums.faults,
  };
}

/** After a good cycle that is none of the plan's: a killed runner is started again by the next cycle. */
async function figuresOf(soaked: Soaked): Promise<Figures> {
  await soaked.turn(null);
  return await soaked.figures();
}

function figuresTable(first: Figures, last: Figures): string {
  const rows = Object.keys(last.memory).map((name) => [
    name,
    `${first.memory[name]} → ${last.memory[name]}`,
    `${first.files[name]} → ${last.files[name]}`,
  ]);
  return table([["first → last", "MB", "open files"], ...rows]);
}

function holds(result: object): boolean {
  const { distinct_totals, lost, misnamed, left, grown } = result as Record<string, unknown> & {
    grown: readonly string[];
  };
  return Number(distinct_totals) <= 1 && lost === 0 && misnamed === 0 && left === 0 && grown.length === 0;
}

async function main(): Promise<number> {
  const asked = readArguments();
  const say = (text: string) => void (asked.json ? process.stderr : process.stdout).write(`${text}\n`);
  say(`seed ${asked.seed}`);
  const yard = await Yard.open();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => void yard.close().then(() => process.exit(130)));
  }
  try {
    const result = await soak(yard, asked, say);
    process.stdout.write(`${JSON.stringify(result)}\n`);
    return holds(result) ? 0 : 1;
  } finally {
    await yard.close();
  }
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`bench/soak: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof TypeError ? 2 : 1;
});
