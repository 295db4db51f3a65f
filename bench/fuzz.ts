/** See bench/fuzz, which sets up and calls this. */
import { parseArgs } from "node:util";
import { answers } from "./fuzzing/answers.ts";
import { config } from "./fuzzing/config.ts";
import type { Finding, Part } from "./fuzzing/part.ts";
import { child, helper, runner } from "./fuzzing/programs.ts";
import { report } from "./fuzzing/report.ts";

const PARTS: Readonly<Record<string, Part>> = { helper, runner, child, answers, config, report };
const DEFAULT = 100_000;

interface Wanted {
  readonly count: number;
  readonly seed: number;
  readonly json: boolean;
  readonly parts: readonly string[];
}

function readArguments(): Wanted {
  const options = { json: { type: "boolean" }, seed: { type: "string" }, part: { type: "string" } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const count = positionals[0] === undefined ? DEFAULT : Number(positionals[0]);
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
  const parts = values.part === undefined ? Object.keys(PARTS) : [values.part];
  const sound = positionals.length <= 1 && count > 0 && [count, seed].every(Number.isInteger);
  if (sound && parts.every((part) => part in PARTS))
    return { count, seed, json: values.json ?? false, parts };
  const names = Object.keys(PARTS).join("|");
  throw new TypeError(`usage: bench/fuzz [N] [--seed S] [--part ${names}] [--json]`);
}

async function main(): Promise<number> {
  const { count, seed, json, parts } = readArguments();
  const say = (text: string) => void (json ? process.stderr : process.stdout).write(`${text}\n`);
  say(`seed ${seed}: ${count} inputs of each part`);
  const inputs: Record<string, number> = {};
  const found: Finding[] = [];
  for (const part of parts) {
    const began = performance.now();
    const result = await PARTS[part]?.(seed, count);
    if (result === undefined) continue;
    inputs[part] = result.inputs;
    found.push(...result.found);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(`${part}: ${result.inputs} inputs, ${result.found.length} findings, ${seconds} s`);
    for (const one of result.found)
      say(`  ${one.kind}: ${one.input.slice(0, 2000)}\n    ${one.what.slice(0, 2000)}`);
  }
  const tell = (kind: Finding["kind"]) => found.filter((one) => one.kind === kind).length;
  const result = { seed, inputs, crashes: tell("crash"), hangs: tell("hang") };
  if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return found.length === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`bench/fuzz: ${error instanceof Error ? error.message : String(error)}\n`);
  return error instanceof TypeError ? 2 : 1;
});
