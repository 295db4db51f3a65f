/**
 * `docker compose run --rm SERVICE` as a target: each process has a container of its own, which goes with it. Containers that
 * gunicov has made this way, and no others, are known by a label, and removed where compose could not.
 */
import { randomUUID } from "node:crypto";
import type Docker from "dockerode";
import type { Failure } from "../../core/failure.ts";
import { variablesOf } from "../../core/log/secrets.ts";
import { ok, type Result } from "../../core/result.ts";
import { type Log, NO_LOG } from "../../ports/log.ts";
import type { Channel, Mapping, OwnPlaces, SpawnOptions, Target, Unsubscribe } from "../../ports/target.ts";
import { type ProcessChannel, spawnProcess } from "../process/channel.ts";
import { composeRefusal } from "./compose-refusal.ts";
import { bindMounts } from "./mounts.ts";

/** How compose is called. */
export interface Composition {
  /** Compose with its own options: `docker compose -f ci/compose.yaml`. */
  readonly words: readonly string[];
  /** Where it is called. */
  readonly directory: string;
}

const LABEL = "dev.gunicov.run";
const NOTHING: Unsubscribe = () => {};
/** How much of what compose said last is kept. */
const SAID = 16 * 1024;
/** How long compose may take to end when its container has gone, in ms. */
const PATIENCE = 2_000;

export class ComposeRunTarget implements Target {
  readonly name: string;
  readonly ownServer = false;
  readonly saysWhenBack = false;
  readonly serverPid = null;
  readonly ownPlaces: OwnPlaces;
  readonly #log: Log;
  readonly #connect: () => Promise<Result<Docker>>;
  readonly #service: string;
  readonly #options: readonly string[];
  readonly #compose: (docker: Docker) => Promise<Result<Composition>>;
  readonly #filters = { label: [`${LABEL}=${randomUUID()}`] };
  readonly #clients = new Set<ProcessChannel>();
  #composition: Composition | null = null;
  #used = false;
  #mappings: readonly Mapping[] | null = null;
  /** What compose, or what it has started, has said on stderr; null: what was spawned last runs. */
  #said: string | null = "";

  /** `options`: those of `run`; `compose` is asked until it answers. */
  constructor(
    connect: () => Promise<Result<Docker>>,
    { service, options }: { readonly service: string; readonly options: readonly string[] },
    compose: (docker: Docker) => Promise<Result<Composition>>,
    log: Log = NO_LOG,
  ) {
    this.#log = log;
    this.#connect = connect;
    this.#service = service;
    this.#options = options;
    this.#compose = compose;
    this.name = `service ${service} (compose run)`;
    this.ownPlaces = { look: () => this.#look(), kill: () => this.#kill() };
  }

  get mappings(): readonly Mapping[] {
    return this.#mappings ?? [];
  }

  async open(_signal: AbortSignal): Promise<Result<void>> {
    if (this.#composition !== null) return ok(undefined);
    const connected = await this.#connect();
    if (!connected.ok) return connected;
    const composition = await this.#compose(connected.value);
    if (!composition.ok) return composition;
    this.#composition = composition.value;
    return ok(undefined);
  }

  async start(): Promise<Result<void>> {
    return ok(undefined);
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<Result<Channel>> {
    const { words, directory } = this.#composition ?? { words: [], directory: "." };
    const { env = {}, cwd, user } = options;
    const own = [
      ...["run", "--rm", "-T", "--label", ...this.#filters.label, ...this.#options],
      ...Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]),
      ...(cwd === undefined ? [] : ["-w", cwd]),
      ...(user === undefined ? [] : ["-u", user]),
    ];
    this.#said = "";
    this.#used = true;
    const spawned = await spawnProcess([...words, ...own, this.#service, ...argv], { cwd: directory });
    if (!spawned.ok) return spawned;
    const client = spawned.value;
    this.#clients.add(client);
    void client.exited.then(() => this.#clients.delete(client));
    client.onErrorOutput((text) => {
      if (this.#said !== null) this.#said = (this.#said + text).slice(-SAID);
    });
    return ok(client);
  }

  /** Why compose has made no place for what was spawned last. */
  async whyGone(): Promise<Failure | null> {
    return composeRefusal(this.#said ?? "", this.#service, this.#composition?.words ?? []);
  }

  onLog(): Unsubscribe {
    return NOTHING;
  }

  onLifecycle(): Unsubscribe {
    return NOTHING;
  }

  async close(): Promise<void> {
    await this.#kill();
  }

  async #look(): Promise<void> {
    this.#said = null;
    if (this.#mappings !== null) return;
    const [container] = await this.#made();
    const info = await container?.inspect().catch(() => null);
    if (!info) return;
    this.#mappings = bindMounts(info);
    this.#log.hide(variablesOf(info.Config.Env));
  }

  /** Compose ends by itself when its container has gone; where it makes one still (an image is built), it is ended first. */
  async #kill(): Promise<void> {
    if (!this.#used) return;
    await this.#remove();
    await Promise.all([...this.#clients].map(ended));
    await this.#remove();
  }

  async #remove(): Promise<void> {
    const removed = (await this.#made()).map((container) => container.remove({ force: true, v: true }));
    await Promise.allSettled(removed);
  }

  async #made(): Promise<readonly Docker.Container[]> {
    const connected = await this.#connect();
    if (!connected.ok) return [];
    const docker = connected.value;
    const all = await docker.listContainers({ all: true, filters: this.#filters }).catch(() => []);
    return all.map(({ Id }) => docker.getContainer(Id));
  }
}

/** Settles when it has ended: by itself within PATIENCE, or by force. */
async function ended(client: ProcessChannel): Promise<void> {
  const late = setTimeout(() => client.kill(), PATIENCE);
  await client.exited;
  clearTimeout(late);
}
