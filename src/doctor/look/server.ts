/** Looks at the server: opens what it lives in, and has the helper examine it. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { noHook } from "../../adapters/helper/connect.ts";
import { ServerExaminer } from "../../adapters/helper/examiner.ts";
import type { Paths } from "../../adapters/helper/paths.ts";
import { loadProgram } from "../../adapters/helper/program.ts";
import { ProcessTarget } from "../../adapters/process/target.ts";
import type { Found } from "../../config/places.ts";
import { serverSource } from "../../config/places.ts";
import type { Settings } from "../../config/settings.ts";
import { ok, type Result } from "../../core/result.ts";
import type { ServerFacts } from "../../ports/examination.ts";
import type { Log } from "../../ports/log.ts";
import type { Target } from "../../ports/target.ts";
import { coverageLines } from "../coverage.ts";
import { failed, right } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { gunicornLine, hookLine, missingHook, replicasLine, workersLine } from "../gunicorn.ts";
import { clockLine, memoryLine } from "../machine.ts";
import { bytesLine, type Compared, fromImage, mountsLine } from "../mounts.ts";
import { recordLine } from "../record.ts";
import { hashedFiles } from "./host.ts";
import { type Running, runningServer } from "./running.ts";

/** Seconds that a server may take to be there: one that runs, and one that is started for this. */
const THERE = 3;
const STARTED = 20;
/** Seconds that a mount may take to show what this machine has. */
const LAG = 2;

/** Lines of what is known from within only. */
const WITHIN = [
  "workers",
  "hook",
  "coverage",
  "settings",
  "measured",
  "plugins",
  "tracers",
  "record",
  "bytes",
  "memory",
  "clock",
] as const;

/** gunicov's own directory in the project. */
const OWN = ".gunicov";

const NOBODY = { directories: [], modules: [], absent: [], different: [] };

export interface ServerLook {
  readonly settings: Settings;
  /** Where it is, and paths there. */
  readonly target: Target;
  readonly paths: Paths;
  /** Known once the target is open. */
  readonly found: () => Found;
  readonly log: Log;
  readonly findings: Findings;
}

export class LookAtServer {
  readonly #look: ServerLook;
  readonly #open: Promise<Result<void>>;
  #target: Target;
  #examiner: ServerExaminer | null = null;
  #running: Running | null = null;
  #facts: ServerFacts | null = null;
  /** gunicov's directory was not there: it goes with this look. */
  #made = false;
  #telling: Promise<void> | null = null;

  constructor(look: ServerLook, signal: AbortSignal) {
    this.#look = look;
    this.#target = look.target;
    this.#open = this.#openTarget(signal);
  }

  /** Settles when it is known whether it can be reached: where the tests' address is a local server's, its port is known then. */
  async opened(): Promise<Result<void>> {
    return await this.#open;
  }

  /** Settles when the port of a local server is known: the tests' address has it. */
  async listening(signal: AbortSignal): Promise<void> {
    await this.#open;
    if (this.#running !== null) await this.tell(signal);
  }

  get examiner(): ServerExaminer | null {
    return this.#examiner;
  }

  get facts(): ServerFacts | null {
    return this.#facts;
  }

  /** The port of a local server that another gunicov has started; null: there is none, or it is not known. */
  get port(): number | null {
    if (this.#running === null) return null;
    const last = this.#facts?.addresses
      .find((address) => !address.startsWith("unix:"))
      ?.split(":")
      .at(-1);
    return last === undefined ? null : Number(last);
  }

  /** Tells all lines about the server; asked again, it settles with the first time. */
  async tell(signal: AbortSignal): Promise<void> {
    this.#telling ??= this.#tell(signal);
    await this.#telling;
  }

  async #tell(signal: AbortSignal): Promise<void> {
    const { findings } = this.#look;
    const opened = await this.#open;
    if (!opened.ok) {
      const { failure } = opened;
      findings.add(failed("server", failure), ...missingHook(failure));
      findings.block(["gunicorn", "replicas", ...WITHIN, "mounts"], "server");
      return;
    }
    findings.add(right("server", this.#name()));
    const others = (await this.#target.otherServers?.()) ?? [];
    findings.add(replicasLine(others, / \(project /.test(this.#target.name)));
    const compared = await this.#compared();
    const examined = await this.#examine(compared.files, signal);
    const { places, local, shown } = compared;
    const some = { places, local, shown, files: compared.files.length };
    if (!examined.ok) {
      findings.add(failed("gunicorn", examined.failure), mountsLine(NOBODY, { ...some, inImage: [] }));
      findings.block(WITHIN, "gunicorn");
      return;
    }
    this.#facts = examined.value;
    this.#judge(examined.value, some);
  }

  async close(): Promise<void> {
    await this.#examiner?.close();
    await this.#target.close();
    if (this.#made) await rm(join(this.#look.settings.root, OWN), { recursive: true, force: true });
  }

  #judge(facts: ServerFacts, some: Omit<Compared, "inImage">): void {
    const { findings, target, paths } = this.#look;
    const ahead = facts.time - Date.now() / 1000;
    const inImage = fromImage(facts, (path) => paths.host(path) !== null);
    findings.add(
      gunicornLine(facts),
      workersLine(facts),
      hookLine(facts, noHook(facts, target)),
      ...coverageLines(facts, some.shown),
      recordLine(facts),
      mountsLine(facts, { ...some, inImage }),
      bytesLine(facts, { ...some, inImage }),
      memoryLine(facts.memory),
      clockLine(ahead),
    );
  }

  #name(): string {
    const { target, settings } = this.#look;
    if (this.#running !== null) return `local gunicorn, which another gunicov has started`;
    if (!target.ownServer) return target.name;
    return `local gunicorn, started for this look: ${settings.local?.command.join(" ") ?? ""}`;
  }

  async #openTarget(signal: AbortSignal): Promise<Result<void>> {
    const { target, settings } = this.#look;
    this.#made = !existsSync(join(settings.root, OWN));
    if (!target.ownServer) return await target.open(signal);
    this.#running = await runningServer(settings.root);
    if (this.#running === null) return await target.open(signal);
    // It is left as it is.
    this.#target = new ProcessTarget(settings.root);
    return ok(undefined);
  }

  async #compared() {
    const { settings, target, paths, found } = this.#look;
    const source = serverSource(settings, found());
    const places = source.map((host) => ({ host, inside: paths.inside(host) }));
    const hashed = await hashedFiles(source);
    const files = hashed.flatMap(({ path, sha256 }) => {
      const inside = paths.inside(path);
      return inside === null ? [] : [{ path: inside, sha256 }];
    });
    const shown = (inside: string) => paths.shown(inside);
    return { places, files, shown, local: target.ownServer };
  }

  async #examine(
    files: readonly { readonly path: string; readonly sha256: string }[],
    signal: AbortSignal,
  ): Promise<Result<ServerFacts>> {
    const { settings, target, paths, found, log } = this.#look;
    this.#examiner = new ServerExaminer(this.#target, await loadProgram("gunicov_helper"), log);
    const inside = serverSource(settings, found()).flatMap((path) => paths.inside(path) ?? []);
    const running = this.#running;
    return await this.#examiner.examine(
      {
        timeout: target.ownServer && running === null ? STARTED : THERE,
        lag: LAG,
        files,
        directories: inside,
        choice: settings,
        pid: running?.pid ?? null,
        spawn: running === null ? {} : { env: { GUNICOV_DIR: running.directory } },
      },
      signal,
    );
  }
}
