/** What a part of the fuzzing is given and what it finds. */
import { Random } from "./random.ts";

/** What went wrong, with the input that leads to it, as text. */
export interface Finding {
  readonly kind: "crash" | "hang";
  readonly input: string;
  readonly what: string;
}

export interface Findings {
  readonly inputs: number;
  readonly found: readonly Finding[];
}

/** So many findings are enough to begin with. */
const ENOUGH = 20;
/** An input that takes longer than this has hung, in ms; a busy machine is slow. */
export const SLOW = 10_000;

export type Part = (seed: number, count: number) => Promise<Findings>;

export interface Input {
  /** What is tried, as text; asked for afterwards. */
  readonly input: string;
  /** Throws where something is wrong. */
  readonly attempt: () => Promise<void>;
}

/** A part whose inputs are tried one after the other in this process. */
export function inProcess(make: () => Promise<(random: Random) => Input>): Part {
  return async (seed, count) => {
    const random = new Random(seed);
    const next = await make();
    const found: Finding[] = [];
    const stray = (error: unknown) =>
      found.push({ kind: "crash", input: "(somewhere before)", what: told(error) });
    process.on("unhandledRejection", stray);
    let inputs = 0;
    while (inputs < count && found.length < ENOUGH) {
      const one = next(random);
      const began = performance.now();
      try {
        await withinLimit(one.attempt());
      } catch (error) {
        found.push({ kind: error instanceof Hang ? "hang" : "crash", input: one.input, what: told(error) });
      }
      if (performance.now() - began > SLOW)
        found.push({ kind: "hang", input: one.input, what: "it took too long" });
      inputs += 1;
    }
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", stray);
    return { inputs, found };
  };
}

class Hang extends Error {}

async function withinLimit(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Hang("it never settled")), SLOW);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

export function told(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
