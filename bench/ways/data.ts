/** Data files and reports of the ways with coverage.py's own means. */
import { chmod, mkdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT, run } from "../../test/support/machine.ts";
import { now } from "../lib/watching.ts";
import type { Yard } from "../lib/yard.ts";
import { type Stopwatch, type Total, totalOf } from "./way.ts";

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
