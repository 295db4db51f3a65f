/** Other measurements, as the configuration names them. */
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Also, OtherData } from "../../ports/also.ts";
import type { Say } from "../../ports/say.ts";
import type { Watcher } from "../../ports/watcher.ts";
import { AlsoData } from "./also-data.ts";
import { AlsoRun } from "./also-run.ts";
import { watchData } from "./data-files.ts";
import { ownDirectory } from "./publisher.ts";
import { type Looked, SourceVersions, type Versions } from "./source-versions.ts";

export interface Named {
  readonly name: string;
  readonly data: readonly string[];
  /** Null: somebody else writes the data. */
  readonly command: readonly string[] | null;
  readonly cwd: string;
  /** What it depends on beside the server's source: directories and files. */
  readonly source: readonly string[];
}

export interface AlsoOptions {
  readonly root: string;
  readonly all: readonly Named[];
  /** The server's source, what of it is the system tests' own, and patterns: known once the server was found. */
  readonly server: () => Omit<Looked, "root">;
  /** How long a command may take, in seconds. */
  readonly limit: () => number;
  readonly watcher: Watcher;
}

interface One {
  readonly named: Named;
  readonly versions: SourceVersions;
  readonly part: AlsoRun | AlsoData;
}

/** Changes within so many ms of each other are told once. */
const QUIET = 100;

export class HostAlso implements Also {
  readonly #options: AlsoOptions;
  readonly #all: readonly One[];
  #soon: NodeJS.Timeout | undefined;
  #stop: () => void = () => {};

  constructor(options: AlsoOptions) {
    this.#options = options;
    const { root, all, limit } = options;
    this.#all = all.map((named) => ({
      named,
      versions: new SourceVersions(),
      part:
        named.command === null
          ? new AlsoData(named.name, named.data, root)
          : new AlsoRun({ ...named, command: named.command, limit }, root, () => ownDirectory(root)),
    }));
  }

  get names(): readonly string[] {
    return this.#all.map(({ named }) => named.name);
  }

  async read(again: boolean, say: Say, signal: AbortSignal): Promise<Result<readonly OtherData[]>> {
    const found: OtherData[] = [];
    for (const { named, versions, part } of this.#all) {
      const look = async () => await this.#look(named, versions);
      const data =
        part instanceof AlsoData ? await part.read(await look()) : await part.read(again, look, say, signal);
      if (data === null || signal.aborted) return fail(failure("cancelled", "It was cancelled.", ""));
      found.push(data);
    }
    return ok(found);
  }

  async watch(changed: () => void): Promise<void> {
    const { watcher, server } = this.#options;
    const { ignore, include } = server();
    const soon = () => {
      clearTimeout(this.#soon);
      this.#soon = setTimeout(changed, QUIET);
    };
    this.#stop();
    const written = this.#all.flatMap(({ named: { command, data } }) => (command === null ? data : []));
    if (written.length > 0) this.#stop = watchData(written, soon);
    const named = [...new Set(this.#all.flatMap(({ named: { source } }) => source))];
    if (named.length > 0) await watcher.watch({ named, found: [], beside: null, ignore, include }, soon);
  }

  async close(): Promise<void> {
    clearTimeout(this.#soon);
    this.#stop();
    await this.#options.watcher.close();
  }

  async #look({ source }: Named, versions: SourceVersions): Promise<Versions> {
    const { root, server } = this.#options;
    const { paths, but, ignore, include } = server();
    const others = but.filter((path) => !source.includes(path));
    return await versions.look({ root, paths: [...paths, ...source], but: others, ignore, include });
  }
}
