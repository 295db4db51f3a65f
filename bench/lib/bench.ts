/** What every bench's main does: arguments, tidying up whatever happens, progress apart from the result. */
import { availableParallelism, loadavg } from "node:os";
import { parseArgs } from "node:util";
import { rounded } from "./numbers.ts";
import { Yard } from "./yard.ts";

export interface Bench {
  readonly yard: Yard;
  readonly turns: number;
  /** Of its parts, the ones that were named on the command line; none: all. */
  readonly named: readonly string[];
  /** Text for people: on stdout, with --json on stderr. */
  readonly say: (text: string) => void;
}

/** Runs `measure` and prints what it gives (with --json only); sets the exit code. `parts`: what may be named, to be measured alone. */
export async function runBench(
  name: string,
  turns: number,
  measure: (bench: Bench) => Promise<object>,
  parts: readonly string[] = [],
): Promise<void> {
  try {
    const asked = readArguments(name, turns, parts);
    const say = (text: string) => void (asked.json ? process.stderr : process.stdout).write(`${text}\n`);
    const result = await tidily(
      async (yard) => await measure({ yard, turns: asked.turns, named: asked.named, say }),
    );
    if (asked.json) process.stdout.write(`${JSON.stringify(rounded(result, 3))}\n`);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof TypeError ? 2 : 1;
  }
}

interface Arguments {
  readonly turns: number;
  readonly json: boolean;
  readonly named: readonly string[];
}

function readArguments(name: string, turns: number, parts: readonly string[]): Arguments {
  const some = parts.length > 0 ? ` [${parts.join("|")} …]` : "";
  const usage = `usage: ${name} [--turns N] [--json]${some}`;
  try {
    const options = { json: { type: "boolean" }, turns: { type: "string" } } as const;
    const { values, positionals: named } = parseArgs({ options, allowPositionals: parts.length > 0 });
    const asked = Number(values.turns ?? turns);
    const known = named.every((part) => parts.includes(part));
    if (known && Number.isInteger(asked) && asked > 0)
      return { turns: asked, json: values.json ?? false, named };
  } catch (error) {
    throw new TypeError(`${(error as Error).message}\n${usage}`);
  }
  throw new TypeError(usage);
}

async function tidily<T>(work: (yard: Yard) => Promise<T>): Promise<T> {
  const yard = await Yard.open();
  const interrupted = () => {
    process.stderr.write("interrupted: removing the bench's containers\n");
    void yard.close().then(() => process.exit(130));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupted);
  try {
    return await work(yard);
  } finally {
    await yard.close();
    // What an interruption breaks is not told as an error of its own: its exit is under way.
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.off(signal, interrupted);
  }
}

/** The machine as it is now: how many processors, and what else they do. */
export function machine(): { processors: number; load: number } {
  return { processors: availableParallelism(), load: loadavg()[0] ?? Number.NaN };
}
