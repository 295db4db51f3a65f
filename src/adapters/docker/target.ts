/** A Docker container as a target. Never stops, removes or restarts it; starts it only where the user asks for that. */
import type Docker from "dockerode";
import { type Failure, failure } from "../../core/failure.ts";
import { Listeners } from "../../core/listeners.ts";
import { variablesOf } from "../../core/log/secrets.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Log, NO_LOG } from "../../ports/log.ts";
import type {
  Channel,
  Lifecycle,
  LogLine,
  Mapping,
  SpawnOptions,
  Target,
  Unsubscribe,
} from "../../ports/target.ts";
import { execIn } from "./channel.ts";
import { isReplica, type Labels, PROJECT, replicaName, type Selector } from "./labels.ts";
import { type Following, followLifecycle } from "./lifecycle.ts";
import { followLog, lastWords } from "./logs.ts";
import { bindMounts } from "./mounts.ts";
import type { ProjectChoice } from "./project.ts";
import { publishedPort } from "./published-port.ts";
import { findContainer, nameOf, replicasOf, selectContainer, selectorName } from "./select.ts";

export class DockerTarget implements Target {
  readonly serverPid = null;
  readonly ownServer = false;
  readonly saysWhenBack = true;
  readonly #connect: () => Promise<Result<Docker>>;
  /** Gets to know which container it is, and what of its environment is secret. */
  readonly #noted: Log;
  readonly #selector: Selector;
  readonly #projects: ProjectChoice;
  readonly #logs = new Listeners<LogLine>();
  readonly #lifecycle = new Listeners<Lifecycle>();
  #docker: Docker | null = null;
  #container: Docker.Container | null = null;
  #labels: Labels | null = null;
  /** Other containers of the service that have come or gone since `otherServers`. */
  readonly #beside = new Set<string>();
  #name: string;
  #mappings: readonly Mapping[] = [];
  #publishedPort: number | null = null;
  #stopLog: () => void = () => {};
  #following: Following | null = null;

  /** `connect` gives an engine that answers; `projects` is one for the server and the tests. */
  constructor(
    connect: () => Promise<Result<Docker>>,
    selector: Selector,
    projects: ProjectChoice,
    log: Log = NO_LOG,
  ) {
    this.#noted = log;
    this.#connect = connect;
    this.#selector = selector;
    this.#projects = projects;
    this.#name = selectorName(selector);
  }

  get name(): string {
    return this.#name;
  }

  get mappings(): readonly Mapping[] {
    return this.#mappings;
  }

  /** Where this machine reaches it, as long as it publishes one port; null: it publishes none, or several. */
  get publishedPort(): number | null {
    return this.#publishedPort;
  }

  async open(_signal: AbortSignal): Promise<Result<void>> {
    this.#follow();
    const connected = await this.#connect();
    if (!connected.ok) return connected;
    // What happens to it between the look for it and the first event would be missed.
    await this.#following?.begun;
    try {
      return await this.#openOn(connected.value);
    } catch (error) {
      // The engine, or the container, went between two questions.
      return fail(this.#gone(reason(error)));
    }
  }

  async #openOn(docker: Docker): Promise<Result<void>> {
    this.#docker = docker;
    const selected = await selectContainer(docker, this.#selector, this.#projects);
    if (!selected.ok) return fail(await this.#withLastWords(docker, selected.failure));
    this.#labels = selected.value.Labels;
    const project = this.#labels[PROJECT];
    this.#name = `container ${nameOf(selected.value)}${project === undefined ? "" : ` (project ${project})`}`;
    const container = docker.getContainer(selected.value.Id);
    this.#container = container;
    const info = await container.inspect();
    this.#mappings = bindMounts(info);
    this.#publishedPort = publishedPort(info);
    this.#noted.hide(variablesOf(info.Config.Env));
    this.#noted.note({
      what: "container",
      name: this.#name,
      image: info.Config.Image,
      mappings: this.#mappings,
    });
    this.#stopLog();
    if (this.#logs.size > 0) await this.#followLog(docker, container, info.Config.Tty);
    return ok(undefined);
  }

  /** As `docker start` (and `docker unpause`) does. Never another container than the one that is meant. */
  async start(): Promise<Result<void>> {
    const connected = await this.#connect();
    if (!connected.ok) return connected;
    try {
      const found = await findContainer(connected.value, this.#selector, this.#projects);
      if (!found.ok) return found;
      const container = connected.value.getContainer(found.value.Id);
      if (found.value.State === "paused") await container.unpause();
      else if (found.value.State !== "running") await container.start();
      return ok(undefined);
    } catch (error) {
      const message = `The container of ${selectorName(this.#selector)} can't be started (${reason(error)}).`;
      return fail(failure("server-lost", message, "Read why (docker logs, docker inspect) and start it."));
    }
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<Result<Channel>> {
    if (this.#docker === null || this.#container === null) return fail(this.#gone("it was never opened"));
    try {
      return ok(await execIn(this.#docker, this.#container, argv, options));
    } catch (error) {
      return fail(this.#gone(reason(error)));
    }
  }

  async whyGone(): Promise<Failure | null> {
    if (this.#container === null) return this.#gone("it was never opened");
    try {
      const { State: state } = await this.#container.inspect();
      return state.Running && !state.Paused
        ? null
        : this.#gone(state.Paused ? "paused" : `exit code ${state.ExitCode}`);
    } catch (error) {
      return this.#gone(reason(error));
    }
  }

  async otherServers(): Promise<readonly string[]> {
    const [docker, labels] = [this.#docker, this.#labels];
    const seen = [...this.#beside];
    this.#beside.clear();
    if (docker === null || labels === null) return [];
    // Where the engine does not answer, other steps say so.
    const there = await replicasOf(docker, labels).catch(() => []);
    const others = [...new Set([...there, ...seen])].toSorted();
    if (others.length === 0) return [];
    const names = others.join(", ");
    return [
      `${replicaName(labels)} of ${others.length + 1} replicas: what ${names} served is not in the report`,
    ];
  }

  onLog(listener: (line: LogLine) => void): Unsubscribe {
    return this.#logs.on(listener);
  }

  onLifecycle(listener: (event: Lifecycle) => void): Unsubscribe {
    return this.#lifecycle.on(listener);
  }

  async close(): Promise<void> {
    this.#stopLog();
    this.#following?.stop();
  }

  /** Of a container that has ended: what it said last. */
  async #withLastWords(docker: Docker, why: Failure): Promise<Failure> {
    if (why.kind !== "server-lost") return why;
    const found = await findContainer(docker, this.#selector, this.#projects);
    const said = found.ok ? await lastWords(docker, docker.getContainer(found.value.Id)) : "";
    return said === "" ? why : { ...why, detail: said };
  }

  #gone(why: string): Failure {
    return failure(
      "server-lost",
      `${this.#name} can't be reached (${why}).`,
      "Start it: gunicov goes on by itself then.",
    );
  }

  #follow(): void {
    if (this.#following !== null || this.#lifecycle.size === 0) return;
    const followed = {
      selector: this.#selector,
      known: () => this.#labels,
      saw: (labels: Labels) => {
        if (this.#labels && isReplica(this.#labels, labels)) this.#beside.add(replicaName(labels));
      },
    };
    this.#following = followLifecycle(this.#connect, followed, (event) => this.#lifecycle.tell(event));
  }

  /** Some log drivers can't be read: then there is no log on screen, and everything else works. */
  async #followLog(docker: Docker, container: Docker.Container, tty: boolean): Promise<void> {
    const tell = (line: LogLine) => this.#logs.tell(line);
    this.#stopLog = await followLog(docker, container, tty, tell).catch(() => () => {});
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
