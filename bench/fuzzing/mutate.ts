/** Inputs that are nearly right: values changed inside their structure, bytes changed without regard for it. */
import type { Random } from "./random.ts";

/** What programs stumble over. */
const ODD: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  1.5,
  2 ** 31,
  2 ** 53,
  -(2 ** 63),
  1e21,
  1e308,
  -1e308,
  "",
  " ",
  "\u0000",
  "/",
  "..",
  "../../etc/passwd",
  "/etc/passwd",
  "a\nb",
  "\u001b[2J\u001b]52;c;eA==\u0007",
  "\u202e\ufeff",
  "\ud800",
  "𝒳é漢",
  "__proto__",
  "constructor",
  "toString",
  "NaN",
  "1",
  "x".repeat(5000),
  [],
  {},
  [[[[[[[[]]]]]]]],
  [null],
  { "": null },
  { a: { b: { c: {} } } },
];

export function oddValue(random: Random): unknown {
  if (random.chance(0.8)) return random.pick(ODD);
  const size = random.below(6);
  const items = Array.from({ length: size }, () => oddValue(random));
  if (random.chance(0.5)) return items;
  return Object.fromEntries(items.map((item, index) => [random.chance(0.3) ? "id" : `k${index}`, item]));
}

/** A copy of a JSON value in which one to three places are something else, gone, doubled or new. */
export function mutateValue(value: unknown, random: Random): unknown {
  let changed = structuredClone(value);
  for (let count = 1 + random.below(3); count > 0; count -= 1) changed = mutateOnce(changed, random);
  return changed;
}

function mutateOnce(value: unknown, random: Random): unknown {
  if (typeof value !== "object" || value === null || random.chance(0.15)) return oddValue(random);
  if (Array.isArray(value)) {
    const index = random.below(value.length + 1);
    const items = [...value];
    if (index === value.length) return [...items, random.chance(0.5) ? oddValue(random) : items[0]];
    if (random.chance(0.2)) return items.toSpliced(index, 1);
    if (random.chance(0.1)) return Array.from({ length: 50 }, () => items[index]);
    return items.with(index, mutateOnce(items[index], random));
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random.chance(0.1)) {
    return { ...value, [random.pick(["id", "event", "ok", "error", "__proto__x", ""])]: oddValue(random) };
  }
  const [key, old] = random.pick(entries);
  if (random.chance(0.2)) return Object.fromEntries(entries.filter(([name]) => name !== key));
  return { ...value, [key]: mutateOnce(old, random) };
}

/** Changes a few bytes, or takes out, doubles or moves a piece. */
export function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  let changed = Buffer.from(bytes);
  for (let count = 1 + random.below(5); count > 0; count -= 1) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + 1 + random.below(20));
    const head = changed.subarray(0, at);
    switch (random.below(6)) {
      case 0:
        changed = Buffer.concat([head, Buffer.of(random.below(256)), changed.subarray(at + 1)]);
        break;
      case 1:
        changed = Buffer.concat([head, changed.subarray(end)]);
        break;
      case 2:
        changed = Buffer.concat([head, changed.subarray(at, end), changed.subarray(at)]);
        break;
      case 3:
        changed = Buffer.concat([head, randomBytes(random), changed.subarray(at)]);
        break;
      case 4:
        changed = Buffer.concat([head, Buffer.from(random.pick(TOKENS)), changed.subarray(end)]);
        break;
      default:
        changed = Buffer.from(random.chance(0.2) ? head : changed);
    }
  }
  return changed;
}

const TOKENS = [
  "{",
  "}",
  "[",
  "]",
  '"',
  "\\",
  ",",
  ":",
  "null",
  "1e999",
  "-",
  "\\u0000",
  "\\ud800",
  "=",
  "#",
  "\r",
];

export function randomBytes(random: Random): Buffer {
  const ascii = random.chance(0.5);
  const size = random.below(40);
  return Buffer.from(Array.from({ length: size }, () => (ascii ? 32 + random.below(95) : random.below(256))));
}

/** One line (bytes, without its end) from one of these messages: as it is, nearly so, or not at all. */
export function lineFrom(messages: readonly object[], random: Random): Buffer {
  const kind = random.next();
  if (kind < 0.1) return oneLine(randomBytes(random));
  const message = random.pick(messages);
  if (kind < 0.15) return Buffer.from(JSON.stringify(message));
  if (kind < 0.65) return Buffer.from(JSON.stringify(mutateValue(message, random)) ?? "null");
  const line = oneLine(mutateBytes(Buffer.from(JSON.stringify(message)), random));
  return random.chance(0.01) ? Buffer.concat([line, Buffer.from("[".repeat(random.below(200_000)))]) : line;
}

function oneLine(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === 10 ? 32 : byte)));
}
