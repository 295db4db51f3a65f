/** One way from a save to the coverage of the system tests. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { now } from "../lib/watching.ts";

export const KINDS = ["source", "test", "rerun"] as const;
export type Kind = (typeof KINDS)[number];

/** As the demo's gunicov.toml has it. */
export const PROCESSES = 2;
export const PYTEST = ["pytest", "-n", `${PROCESSES}`];

/** Counts of lines and branches, under coverage.py's names; what is compared. */
const COUNTED = [
  "num_statements",
  "covered_lines",
  "missing_lines",
  "excluded_lines",
  "num_branches",
  "covered_branches",
  "missing_branches",
  "num_partial_branches",
] as const;

/** A total as text that is equal where all its counts are; null: there is none. */
export type Total = string | null;

export function totalOf(totals: object): Total {
  const values: Readonly<Record<string, unknown>> = { ...totals };
  return COUNTED.map((name) => `${name} ${values[name]}`).join(", ");
}

export interface Turn {
  /** From the save (or the wish) to the report, by the clock of the bench. */
  readonly ms: number;
  /** Its parts, in order. */
  readonly phases: Readonly<Record<string, number>>;
  readonly total: Total;
}

export interface Way {
  turn(kind: Kind, number: number): Promise<Turn>;
}

const SAVED = { source: "source/xy/scoring.py", test: "test/test_scoring.py" } as const;

/** Gives both files the statement whose number each save changes, so that the total stays the same. */
export async function prepare(demo: string): Promise<void> {
  for (const path of Object.values(SAVED)) {
    const file = join(demo, path);
    await writeFile(file, `${await readFile(file, "utf8")}\n\nTURN = 1000\n`);
  }
}

/** Saves the file of this kind with another number in its last statement; a plain rerun saves none. */
export async function save(demo: string, kind: Kind, number: number): Promise<void> {
  if (kind === "rerun") return;
  const file = join(demo, SAVED[kind]);
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/^TURN = \d+$/m, `TURN = ${1000 + number}`));
}

/** What is measured: the demo, or what has been made of a copy of it. */
export interface Setting {
  /** Changes the copy before anything starts. */
  change(demo: string): Promise<void>;
  /** Words for `docker run` of each server. */
  readonly options: readonly string[];
  /** What the containers' names begin with, where a bench has several of them. */
  readonly name?: string;
}

export const DEMO: Setting = { change: prepare, options: [] };

/** Notes how long each part of a turn took. */
export class Stopwatch {
  readonly phases: Record<string, number> = {};
  readonly #began = now();
  #last = this.#began;

  /** What came since the last call was `phase`. */
  lap(phase: string): void {
    const at = now();
    this.phases[phase] = at - this.#last;
    this.#last = at;
  }

  get ms(): number {
    return this.#last - this.#began;
  }
}
