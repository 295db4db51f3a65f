/** A note as one line of JSON: without secrets, and never longer than a line may be. */
import { HIDDEN, type Redact } from "./redact.ts";
import { isSecretName } from "./secrets.ts";

/** Of a line, in UTF-16 units. */
export const MOST_LINE = 16_384;

/** How much is left of what is long. */
interface Room {
  /** Characters of a text: so many of its head and of its tail. */
  readonly head: number;
  readonly tail: number;
  readonly items: number;
  readonly depth: number;
}

const USUAL: Room = { head: 1_000, tail: 3_000, items: 40, depth: 7 };
const LITTLE: Room = { head: 200, tail: 400, items: 8, depth: 5 };
/** Up to so many characters all of a text is looked at; of a longer one more than is shown, for a secret may lie across the cut. */
const WHOLE = 32_768;
const MARGIN = 8_000;

/** The line (with its end) of what was noted at that time (ISO 8601). Never throws: what can't be written is said to be so. */
export function lineOf(at: string, note: Readonly<Record<string, unknown>>, redact: Redact): string {
  try {
    return `${fitting(at, note, redact)}\n`;
  } catch (error) {
    return `${JSON.stringify({ at, what: "a note that can't be written", error: redact(String(error)) })}\n`;
  }
}

function fitting(at: string, note: Readonly<Record<string, unknown>>, redact: Redact): string {
  const usual = jsonOf(at, note, USUAL, redact);
  if (usual.length <= MOST_LINE) return usual;
  const little = jsonOf(at, note, LITTLE, redact);
  if (little.length <= MOST_LINE) return little;
  return JSON.stringify({ at, what: note.what, cut: little.slice(0, 2_000) });
}

/** `at` is its own time, whatever else of the note is called so. */
function jsonOf(at: string, note: Readonly<Record<string, unknown>>, room: Room, redact: Redact): string {
  return JSON.stringify(Object.assign({ at }, jsonValue(note, room, redact), { at }));
}

function jsonValue(value: unknown, room: Room, redact: Redact, inEnvironment = false): unknown {
  switch (typeof value) {
    case "string":
      return clipped(value, room, redact);
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return `${value}`;
    case "object":
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (value instanceof Error) return clipped(value.stack ?? value.message, room, redact);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (room.depth === 0) return "…";
  const inner = { ...room, depth: room.depth - 1 };
  if (Array.isArray(value)) return list(value, inner, redact);
  if (value instanceof Map || value instanceof Set) return list([...value], inner, redact);
  return record(value as Record<string, unknown>, inner, redact, inEnvironment);
}

function list(values: readonly unknown[], room: Room, redact: Redact): readonly unknown[] {
  const shown = values.slice(0, room.items).map((value, index) => {
    const before = values[index - 1];
    // `--password`, and then its value as a word of its own.
    const hidden = typeof before === "string" && /^--?[\w-]+$/.test(before) && isSecretName(before);
    return hidden && typeof value === "string" ? HIDDEN : jsonValue(value, room, redact);
  });
  return values.length > room.items ? [...shown, `… ${values.length - room.items} more`] : shown;
}

function record(value: Record<string, unknown>, room: Room, redact: Redact, inEnvironment: boolean): object {
  const entries = Object.entries(value);
  const shown = entries.slice(0, room.items * 2).map(([key, one]) => {
    const isVariable = inEnvironment || /^[A-Z][A-Z0-9_]*$/.test(key);
    if (isVariable && isSecretName(key) && typeof one === "string") return [key, HIDDEN] as const;
    return [clipped(key, room, redact), jsonValue(one, room, redact, isEnvironment(key))] as const;
  });
  const more = entries.length - shown.length;
  return Object.fromEntries(more > 0 ? [...shown, ["…", `${more} more`]] : shown);
}

function isEnvironment(key: string): boolean {
  return key === "env" || key === "environment";
}

/** A long text's head and tail: what went wrong is said last. */
function clipped(text: string, { head, tail }: Room, redact: Redact): string {
  if (text.length <= WHOLE) return cut(redact(text), head, tail, 0);
  const first = redact(text.slice(0, head + MARGIN));
  const last = redact(text.slice(-tail - MARGIN));
  return cut(`${first.slice(0, head)}${last.slice(-tail)}`, head, tail, text.length - head - tail);
}

/** `more`: how many characters of it are left out already, in the middle. */
function cut(text: string, head: number, tail: number, more: number): string {
  const left = text.length - head - tail + more;
  return left <= 0 ? text : `${text.slice(0, head)} … ${left} more … ${text.slice(-tail)}`;
}
