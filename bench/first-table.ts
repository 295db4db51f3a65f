/** See bench/first-table, which sets up and calls this. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { CONTAINED } from "../test/examples/contained.ts";
import { Containers } from "../test/examples/containers.ts";
import { EXAMPLES } from "../test/examples/example.ts";
import { type FirstTable, firstTable } from "../test/examples/first-table.ts";
import { installedWheel } from "../test/examples/python.ts";
import type { JsonReport } from "../test/support/coverage-py.ts";
import { remove, temporaryDirectory } from "../test/support/machine.ts";
import { machine } from "./lib/bench.ts";
import { median, rounded } from "./lib/numbers.ts";
import { table } from "./lib/table.ts";

const MOST = 2; // commands

/** An interrupt ends what runs at the moment; what has been made is then removed, as after any failure. */
let interrupted = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.on(signal, () => {
    interrupted = true;
    process.stderr.write("interrupted: removing what has been made\n");
  });

/** An example, and how its first table is had in a directory. */
interface Trial {
  readonly name: string;
  first(place: string, tool: string): Promise<FirstTable>;
}

interface Turn {
  readonly commands: FirstTable["typed"]["commands"];
  /** Percent; null: there is no report. */
  readonly total: string | null;
  /** It is a cold run's. */
  readonly right: boolean;
}

async function turn(trial: Trial, tool: string): Promise<Turn> {
  const place = await temporaryDirectory("first-table");
  try {
    const first = await trial.first(place, tool);
    try {
      const { code, commands, said } = first.typed;
      if (interrupted) throw new Error("interrupted");
      if (code !== 0) throw new Error(`${trial.name}: exit code ${code}\n${said}`);
      const { totals } = JSON.parse(await readFile(first.report, "utf8")) as JsonReport;
      const cold = (await first.cold()).totals;
      return { commands, total: `${totals.percent_covered_display}`, right: isDeepStrictEqual(totals, cold) };
    } finally {
      await first.close();
    }
  } finally {
    await remove(place);
  }
}

function summary(name: string, turns: readonly Turn[]) {
  const [first] = turns;
  const commands = (first?.commands ?? []).map(({ line }, index) => ({
    line,
    seconds: median(turns.map((one) => one.commands[index]?.seconds ?? Number.NaN)),
  }));
  const seconds = median(turns.map((one) => one.commands.reduce((sum, each) => sum + each.seconds, 0)));
  return { name, commands, seconds, total: first?.total ?? null, right: turns.every(({ right }) => right) };
}

type Summary = ReturnType<typeof summary>;

function row({ name, commands, seconds, total, right }: Summary): readonly string[] {
  const lines = commands.map((one) => `${one.line} ${one.seconds.toFixed(1)} s`);
  return [name, lines.join(", "), `${seconds.toFixed(1)} s`, `${total} %`, right ? "yes" : "NO"];
}

async function measure(trials: readonly Trial[], turns: number, say: (text: string) => void) {
  const place = await temporaryDirectory("first-table-tool");
  const { processors, load } = machine();
  say(`${processors} processors, load average ${load.toFixed(2)}`);
  try {
    const began = performance.now();
    const tool = await installedWheel(join(place, "tool"));
    say(`the wheel is built and installed: ${((performance.now() - began) / 1000).toFixed(1)} s`);
    const results: Summary[] = [];
    for (const trial of trials) {
      const all: Turn[] = [];
      while (all.length < turns && !interrupted) all.push(await turn(trial, tool));
      if (interrupted) throw new Error("interrupted");
      results.push(summary(trial.name, all));
      say(row(results.at(-1) as Summary).join("  "));
    }
    const head = ["example", "commands", "all", "total", "a cold run's"];
    say(`\nMedians of ${turns} turns\n\n${table([head, ...results.map(row)])}`);
    return { processors, load: { before: load, after: machine().load }, turns, examples: results };
  } finally {
    await remove(place);
  }
}

/** What this machine can run, of the examples that are named; none: of all. */
function trialsOf(named: readonly string[], containers: Containers | null): readonly Trial[] {
  const here = EXAMPLES.map((one) => ({
    name: one.name,
    first: (place: string, tool: string) => firstTable(one, place, tool),
  }));
  const contained = CONTAINED.map((one) => ({
    name: `${one.title}, containers`,
    first: (place: string, tool: string) => {
      if (containers === null) throw new Error("no Docker engine answers");
      return containers.firstTable(one, place, tool);
    },
  }));
  const all = [...here, ...(containers === null ? [] : contained)];
  return all.filter(({ name }) => named.length === 0 || named.includes(name.replace(/,.*/, "")));
}

async function main(): Promise<number> {
  const options = { json: { type: "boolean" }, turns: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const turns = Number(values.turns ?? 3);
  const usage = "usage: bench/first-table [--turns N] [--json] [EXAMPLE …]";
  if (!Number.isInteger(turns) || turns < 1) throw new TypeError(usage);
  const say = (text: string) => void (values.json ? process.stderr : process.stdout).write(`${text}\n`);
  const containers = process.env.GUNICOV_TEST_DOCKER ? await Containers.open() : null;
  if (containers === null) say("no Docker engine answers: the examples in containers are left out");
  try {
    const trials = trialsOf(positionals, containers);
    if (trials.length === 0) throw new TypeError(`there is no such example\n${usage}`);
    const result = await measure(trials, turns, say);
    if (values.json) process.stdout.write(`${JSON.stringify(rounded(result, 2))}\n`);
    return result.examples.every(({ right, commands }) => right && commands.length <= MOST) ? 0 : 1;
  } finally {
    await containers?.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench/first-table: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
