/** The Python side: its parsers and loops in one process with the driver, and the injected programs themselves. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { environment, ROOT } from "../../test/support/machine.ts";
import { FROM_CHILD, TO_HELPER, TO_RUNNER } from "./corpus.ts";
import { lineFrom } from "./mutate.ts";
import type { Finding, Findings, Part } from "./part.ts";
import { Random } from "./random.ts";

const DRIVER = join(ROOT, "bench", "fuzzing", "program.py");
/** So many inputs in process come with one for the injected program. */
const REAL = 20;

export const helper: Part = (seed, count) => both("helper", TO_HELPER, seed, count);
export const runner: Part = (seed, count) => both("runner", TO_RUNNER, seed, count);
export const child: Part = (seed, count) => drive("child", FROM_CHILD, seed, count);

async function both(
  name: string,
  messages: readonly object[],
  seed: number,
  count: number,
): Promise<Findings> {
  const inside = await drive(name, messages, seed, count);
  const real = await drive(`real-${name}`, messages, seed + 1, Math.ceil(count / REAL));
  return { inputs: inside.inputs + real.inputs, found: [...inside.found, ...real.found] };
}

async function drive(
  subject: string,
  messages: readonly object[],
  seed: number,
  count: number,
): Promise<Findings> {
  const driver = spawn("python", [DRIVER, subject], { env: environment(), stdio: ["pipe", "pipe", "pipe"] });
  const exited = once(driver, "close");
  let stderr = "";
  driver.stderr.on("data", (chunk) => {
    stderr = (stderr + chunk).slice(-4000);
  });
  // It has stopped reading when it has found enough.
  driver.stdin.on("error", () => {});
  const found: Finding[] = [];
  let inputs: number | null = null;
  createInterface({ input: driver.stdout }).on("line", (line) => {
    const told = JSON.parse(line) as Finding | { readonly inputs: number };
    if ("inputs" in told) inputs = told.inputs;
    else found.push(told);
  });
  const random = new Random(seed);
  for (let index = 0; index < count && driver.exitCode === null; index += 1) {
    const line = lineFrom(messages, random);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(line.length);
    if (!driver.stdin.write(Buffer.concat([head, line]))) {
      await Promise.race([once(driver.stdin, "drain").catch(() => {}), exited]);
    }
  }
  driver.stdin.end();
  await exited;
  if (inputs === null) found.push({ kind: "crash", input: "(the driver has ended)", what: stderr });
  return { inputs: inputs ?? 0, found };
}
