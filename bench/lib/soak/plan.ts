/** Which cycles have a fault, and which: random, and the same again for the same seed. */

const SHARE = 0.45;

/** mulberry32: a small generator of numbers from 0 to 1, by its 32-bit seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(values: readonly T[], next: () => number): T[] {
  const all = [...values];
  for (let index = all.length - 1; index > 0; index -= 1) {
    const other = Math.floor(next() * (index + 1));
    [all[index], all[other]] = [all[other] as T, all[index] as T];
  }
  return all;
}

/** A kind of fault, or null, for each cycle: every kind comes up once before one comes up again. */
export function plan(cycles: number, kinds: readonly string[], seed: number): readonly (string | null)[] {
  const next = random(seed);
  const count = Math.min(cycles, Math.max(Math.ceil(cycles * SHARE), kinds.length));
  const faults: string[] = [];
  while (faults.length < count) faults.push(...shuffled(kinds, next));
  const good = Array.from({ length: cycles - count }, () => null);
  return shuffled([...faults.slice(0, count), ...good], next);
}
