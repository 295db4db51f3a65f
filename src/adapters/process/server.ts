/** A gunicorn that gunicov starts itself on this machine, and ends with itself. */
import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Failure, failure } from "../../core/failure.ts";
import { Listeners } from "../../core/listeners.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type {
  Channel,
  Exit,
  Lifecycle,
  LogLine,
  Mapping,
  SpawnOptions,
  Target,
  Unsubscribe,
} from "../../ports/target.ts";
import { spawnProcess } from "./channel.ts";
import { freePort } from "./port.ts";
import { StartLog } from "./start-log.ts";

/** Starts its command and ends it when its own stdin ends: also when gunicov is killed (python/guard.py). */
const GUARD = fileURLToPath(new URL("../../../python/guard.py", import.meta.url));

export interface LocalServer {
  /** argv; `{port}` in it and in `env` stands for the port. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the hook. */
  readonly hook: string;
  /** Directory for the hook's record; made here and removed at the end. */
  readonly scratch: string;
}

export class LocalServerTarget implements Target {
  readonly name = "local gunicorn";
  readonly mappings: readonly Mapping[] = [{ host: "/", inside: "/" }];
  readonly #server: LocalServer;
  readonly #logs = new Listeners<LogLine>();
  readonly #lifecycle = new Listeners<Lifecycle>();
  #port: number | null = null;
  #running: Running | null = null;
  #closing = false;

  constructor(server: LocalServer) {
    this.#server = server;
  }

  /** Null until the server was started. */
  get port(): number | null {
    return this.#port;
  }

  get serverPid(): number | null {
    return this.#running?.log.pid ?? null;
  }

  async open(_signal: AbortSignal): Promise<Result<void>> {
    if (this.#running && this.#running.lost === null) return ok(undefined);
    const { command, cwd, env, hook, scratch } = this.#server;
    this.#port = this.#server.port === 0 ? await freePort() : this.#server.port;
    await mkdir(scratch, { recursive: true, mode: 0o700 });
    const fill = (word: string) => word.replaceAll("{port}", `${this.#port}`);
    const argv = command.map(fill);
    const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
    const spawned = await spawnProcess(["python3", GUARD, ...argv], {
      cwd,
      env: serverEnv(filled, hook, scratch),
    });
    if (!spawned.ok) return spawned;
    const running = new Running(spawned.value, argv);
    this.#running = running;
    spawned.value.onOutput((text) => running.log.push(text));
    spawned.value.onErrorOutput((text) => running.log.push(text));
    running.log.onLine = (text) => this.#logs.tell({ at: Date.now(), text });
    void spawned.value.exited.then((exit) => this.#onExit(running, exit));
    await running.log.started;
    return running.lost === null ? ok(undefined) : fail(running.lost);
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<Result<Channel>> {
    return await spawnProcess(argv, { cwd: this.#server.cwd, ...options });
  }

  async lost(): Promise<Failure | null> {
    return this.#running?.log.refused ?? this.#running?.lost ?? null;
  }

  onLog(listener: (line: LogLine) => void): Unsubscribe {
    return this.#logs.on(listener);
  }

  onLifecycle(listener: (event: Lifecycle) => void): Unsubscribe {
    return this.#lifecycle.on(listener);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#running?.channel.end();
    await this.#running?.channel.exited;
    await rm(this.#server.scratch, { recursive: true, force: true });
  }

  #onExit(running: Running, exit: Exit): void {
    running.end(exit);
    if (!this.#closing && running.lost) this.#lifecycle.tell({ type: "lost", failure: running.lost });
  }
}

/** One run of the server. */
class Running {
  readonly channel: Channel;
  readonly log: StartLog;
  lost: Failure | null = null;
  readonly #argv: readonly string[];

  constructor(channel: Channel, argv: readonly string[]) {
    this.channel = channel;
    this.log = new StartLog();
    this.#argv = argv;
  }

  end({ code, signal }: Exit): void {
    this.lost = this.log.refused ?? this.#why(code, signal);
    this.log.end();
  }

  #why(code: number | null, signal: string | null): Failure {
    const [program] = this.#argv;
    if (code === 127) {
      const fix =
        "Install it (pip install gunicorn), activate its environment, or name another server.command.";
      return failure("no-gunicorn", `${program ?? "gunicorn"} was not found.`, fix);
    }
    const message = `${program ?? "gunicorn"} has ended (${signal ?? `exit code ${code}`}).`;
    return failure("server-lost", message, "Read its log below; press a to start it again.", this.log.tail);
  }
}

/** The hook goes in by the environment, so that the command stays the user's own. */
function serverEnv(
  env: Readonly<Record<string, string>>,
  hook: string,
  scratch: string,
): Record<string, string> {
  const before = env.GUNICORN_CMD_ARGS ?? process.env.GUNICORN_CMD_ARGS;
  const args = [before, `-c ${quote(hook)}`].filter((part) => part !== undefined && part !== "");
  return { ...env, GUNICORN_CMD_ARGS: args.join(" "), GUNICOV_DIR: scratch, PYTHONUNBUFFERED: "1" };
}

/** gunicorn splits the variable as a POSIX shell would. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
