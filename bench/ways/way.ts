/** One way from a save to the coverage of the system tests. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../src/adapters/process/port.ts";
import { ROOT, run } from "../../test/support/machine.ts";
import { now } from "../lib/watching.ts";
import type { Yard } from "../lib/yard.ts";

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

/**
 * Where a way with coverage.py's own means keeps its data: a mounted directory, and a container that stays, in which the
 * reports are made (one exec; by then the cold way's server is gone).
 */
export class Data {
  readonly directory: string;
  readonly #yard: Yard;
  readonly #tools: string;

  private constructor(yard: Yard, demo: string, way: string) {
    this.#yard = yard;
    this.directory = join(dirname(demo), "data");
    this.#tools = `${way}-tools`;
  }

  static async make(yard: Yard, demo: string, way: string): Promise<Data> {
    const data = yard.keep(
      () => new Data(yard, demo, way),
      (one) => one.#exec("sh", "-c", "rm -rf /data/*"),
    );
    // Server and bench are different users.
    await mkdir(data.directory);
    await chmod(data.directory, 0o777);
    const options = [
      "--user",
      "0",
      ...data.mount,
      "-v",
      `${join(ROOT, "bench/ways/report.sh")}:/report.sh:ro`,
    ];
    await yard.start({ name: data.#tools, demo, options, command: ["sleep", "infinity"] });
    return data;
  }

  /** Words for `docker run` that put directory and settings into a server. */
  get mount(): readonly string[] {
    return ["-v", `${this.directory}:/data`, "-v", `${join(ROOT, "bench/ways/measured.py")}:/measured.py:ro`];
  }

  /** What an earlier turn ended with can't be taken for this one's. Not part of a turn. */
  async forget(): Promise<void> {
    await this.#exec("sh", "-c", "rm -f /data/out/.coverage /data/out/coverage.json");
  }

  /** As forget, and all data files too. */
  async clear(): Promise<void> {
    await this.forget();
    await this.#exec("sh", "-c", "rm -rf /data/coverage");
  }

  /** `coverage combine --keep`, `json` and `html`, booked under these names. */
  async report(watch: Stopwatch): Promise<Total> {
    const began = now();
    const lines = await this.#exec("sh", "/report.sh");
    watch.lap("exec");
    const times = lines
      .trim()
      .split("\n")
      .map((line) => Number(line) / 1e6);
    const parts = ["combine", "json", "html"].map(
      (name, i) => [name, (times[i + 1] ?? 0) - (times[i] ?? 0)] as const,
    );
    const inside = (times.at(-1) ?? began) - (times[0] ?? began);
    Object.assign(watch.phases, Object.fromEntries(parts), { exec: (watch.phases.exec ?? 0) - inside });
    return await this.#total();
  }

  async #total(): Promise<Total> {
    try {
      const json = JSON.parse(await readFile(join(this.directory, "out/coverage.json"), "utf8")) as {
        totals: object;
      };
      return totalOf(json.totals);
    } catch {
      return null;
    }
  }

  #exec(...argv: readonly string[]): Promise<string> {
    return run(["docker", "exec", this.#yard.name(this.#tools), ...argv]);
  }
}

/** The tests with xdist in a fresh container. Their outcome is told by a test count, not thrown: a lost race is a result. */
export async function freshTests(yard: Yard, demo: string, way: string, server: string): Promise<void> {
  const options = ["-e", `XY_URL=http://${yard.name(server)}:8000`];
  const { code, output } = await yard.once({
    name: `${way}-tests`,
    demo,
    options,
    command: [...PYTEST, "-q"],
  });
  if (code !== 0) process.stderr.write(`the ${way} way's tests ended with ${code}:\n${output}\n`);
}

export async function publish(): Promise<{ port: number; options: readonly string[] }> {
  const port = await freePort();
  return { port, options: ["-p", `127.0.0.1:${port}:8000`] };
}

/** Asks until the server says that it is ready, with pauses between; the first time at once. */
export async function untilReady(port: number, pause: number): Promise<void> {
  for (const end = now() + 60_000; now() < end; await sleep(pause)) {
    if (await isReady(port)) return;
  }
  throw new Error("the server does not get ready");
}

/** On a connection of its own: an open one would make a worker that is told to go wait for it. */
function isReady(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const url = `http://127.0.0.1:${port}/api/health/ready`;
  const request = get(url, { agent: false, headers: { connection: "close" }, timeout: 5000 }, (response) => {
    response.resume();
    response.on("end", () => resolve(response.statusCode === 200));
    response.on("error", () => resolve(false));
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve(false));
  return promise;
}
