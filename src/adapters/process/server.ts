/** A gunicorn that gunicov starts itself on this machine, and ends with itself. */
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { constants } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type Failure, failure } from "../../core/failure.ts";
import { Listeners } from "../../core/listeners.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { INSTALLED } from "../../installed.ts";
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
import { settled } from "../helper/settled.ts";
import { type ProcessChannel, spawnProcess } from "./channel.ts";
import { endLeftovers, MARK } from "./leftovers.ts";
import { notInstalled } from "./not-installed.ts";
import { freePort } from "./port.ts";
import { StartLog } from "./start-log.ts";

/** Starts its command and ends it when its own stdin ends: also when gunicov is killed (python/guard.py). */
const GUARD = `${INSTALLED}python/guard.py`;
/** How long the guard may take to tell the server's pid, in ms: a busy machine is slow. */
const START_TIMEOUT = 20_000;
/** How long the guard may take to end the server, in ms: longer than its own two limits together. */
const END_TIMEOUT = 8_000;
/** And what was sent SIGKILL, in ms. */
const KILL_TIMEOUT = 2_000;

export interface LocalServer {
  /** argv; `{port}` in it and in `env` stands for the port. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the hook. */
  readonly hook: string;
  /** Makes the directory for the hook's record, which is removed at the end. May throw the system's errors. */
  readonly makeScratch: () => Promise<string>;
  /** How long to wait for the guard's first word, in ms; default: 20 s. */
  readonly patience?: number;
}

export class LocalServerTarget implements Target {
  readonly name = "local gunicorn";
  readonly ownServer = true;
  readonly saysWhenBack = false;
  readonly mappings: readonly Mapping[] = [{ host: "/", inside: "/" }];
  readonly #server: LocalServer;
  readonly #logs = new Listeners<LogLine>();
  readonly #lifecycle = new Listeners<Lifecycle>();
  #port: number | null = null;
  #running: Running | null = null;
  #scratch: string | null = null;
  /** What the server was started with, on top of ours. */
  #env: Readonly<Record<string, string>> = {};
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

  async open(signal: AbortSignal): Promise<Result<void>> {
    if (this.#running && this.#running.gone === null) return ok(undefined);
    const { command, cwd, env, hook } = this.#server;
    const made = await this.#makeScratch();
    if (!made.ok) return made;
    this.#port = this.#server.port === 0 ? await freePort() : this.#server.port;
    const fill = (word: string) => word.replaceAll("{port}", `${this.#port}`);
    const argv = command.map(fill);
    const filled = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
    this.#env = { ...filled, GUNICOV_DIR: made.value };
    const mark = randomUUID();
    const spawned = await spawnProcess(["python3", GUARD, ...argv], {
      cwd,
      env: { ...this.#env, ...hookEnv(filled, hook), [MARK]: mark },
    });
    if (!spawned.ok) return spawned;
    const running = new Running(spawned.value, argv, mark, made.value);
    this.#running = running;
    spawned.value.onOutput(running.log.stream());
    spawned.value.onErrorOutput(running.log.stream());
    running.log.onRefused = () => running.kill();
    running.log.onLine = (text) => this.#logs.tell({ at: Date.now(), text });
    // Where the guard itself was killed, the server may live on, with the port and our pipes.
    const swept = spawned.value.dead.then(() => running.sweep());
    running.ended = spawned.value.exited.then(async (exit) => {
      await swept;
      this.#onExit(running, exit);
    });
    const patience = AbortSignal.timeout(this.#server.patience ?? START_TIMEOUT);
    if (!(await settled(running.log.started, AbortSignal.any([signal, patience])))) {
      await running.giveUp();
      return fail(signal.aborted ? cancelled() : silent(this.#server.patience ?? START_TIMEOUT));
    }
    return running.gone === null ? ok(undefined) : fail(running.gone);
  }

  async start(): Promise<Result<void>> {
    const running = this.#running;
    if (running === null || running.gone !== null) return ok(undefined);
    running.wanted = false;
    await running.close();
    if (running.gone !== null) return ok(undefined);
    running.wanted = true;
    const message = "The server does not end, not even by SIGKILL.";
    return fail(failure("server-lost", message, "End its processes by hand; then press R."));
  }

  /** In the server's environment, as an exec in a container is in the container's. */
  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<Result<Channel>> {
    const env = { ...this.#env, ...options.env };
    return await spawnProcess(argv, { cwd: this.#server.cwd, ...options, env });
  }

  async whyGone(): Promise<Failure | null> {
    return this.#running?.log.refused ?? this.#running?.gone ?? null;
  }

  onLog(listener: (line: LogLine) => void): Unsubscribe {
    return this.#logs.on(listener);
  }

  onLifecycle(listener: (event: Lifecycle) => void): Unsubscribe {
    return this.#lifecycle.on(listener);
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#running?.close();
    if (this.#scratch !== null) await rm(this.#scratch, { recursive: true, force: true });
  }

  async #makeScratch(): Promise<Result<string>> {
    try {
      this.#scratch ??= await this.#server.makeScratch();
      return ok(this.#scratch);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const message = `No directory for the server's coverage can be made: ${why}.`;
      return fail(failure("config", message, "Let gunicov write to the project's directory."));
    }
  }

  #onExit(running: Running, exit: Exit): void {
    running.end(exit);
    if (!this.#closing && running.wanted && running.gone)
      this.#lifecycle.tell({ type: "gone", failure: running.gone });
  }
}

/** One run of the server. */
class Running {
  readonly channel: ProcessChannel;
  readonly log: StartLog;
  gone: Failure | null = null;
  /** Its end is news; not so where it was gunicov that ended it. */
  wanted = true;
  /** Settles when it is known how it has ended, and nothing of it is left. */
  ended: Promise<void> = Promise.resolve();
  readonly #argv: readonly string[];
  readonly #mark: string;
  readonly #record: string;

  /** `mark` is in the environment of all that it starts, `record` where its masters' records are. */
  constructor(channel: ProcessChannel, argv: readonly string[], mark: string, record: string) {
    this.channel = channel;
    this.log = new StartLog();
    this.#argv = argv;
    this.#mark = mark;
    this.#record = record;
  }

  /** Ends it: by its guard, or where that does nothing (it is stopped, say) without. */
  async close(): Promise<void> {
    this.channel.end();
    const late = new AbortController();
    // Given up it must sweep nothing: the next server's record is in the same directory.
    const timeout = sleep(END_TIMEOUT, undefined, { signal: late.signal }).then(
      () => this.#endAll(),
      () => {},
    );
    await Promise.race([this.ended, timeout]);
    late.abort();
  }

  /** Ends it at once: nobody waits for it any more, and it may not even hear that its stdin ends. */
  async giveUp(): Promise<void> {
    this.wanted = false;
    this.channel.kill();
    await this.#endAll();
  }

  async #endAll(): Promise<void> {
    await this.sweep();
    // What was sent SIGKILL takes a moment.
    await Promise.race([this.ended, sleep(KILL_TIMEOUT, undefined, { ref: false })]);
  }

  async sweep(): Promise<void> {
    await endLeftovers(this.log.pid, this.#mark, this.#record);
  }

  /** At once: it has never served, and gunicorn does not heed SIGTERM while it tries to bind again. */
  kill(): void {
    if (this.log.pid === null) return;
    try {
      process.kill(-this.log.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  end({ code, signal }: Exit): void {
    this.gone = this.log.refused ?? this.#why(code, signal);
    this.log.end();
  }

  #why(code: number | null, signal: string | null): Failure {
    const [program] = this.#argv;
    if (code === 127) {
      const fix =
        "Install it (pip install gunicorn), activate its environment, or name another server.command.";
      return failure("no-gunicorn", `${program ?? "gunicorn"} was not found.`, fix);
    }
    const { tail, left } = this.log;
    if (left.length > 0) return inBackground(program, left);
    const missing = notInstalled(this.#argv, tail);
    if (missing !== null) return missing;
    const killer = signal ?? signalOf(code);
    const how = killer === null ? `exit code ${code}` : `killed by ${killer}`;
    // What was killed did not say why.
    const lastWords = killer === null ? this.log.lastWords : null;
    const message = `${program ?? "gunicorn"} has ended (${how})${lastWords === null ? "." : `: ${lastWords}`}`;
    const fix = killer === null ? "Fix what its log says and start it again." : "Start it again.";
    return failure("server-lost", message, fix, tail || undefined);
  }
}

function cancelled(): Failure {
  return failure("cancelled", "The start of the server was cancelled.", "");
}

/** `ms`: how long it was waited for. */
function silent(ms: number): Failure {
  const message = `The server was not started: \`python3\`, which starts its command, has said nothing for ${ms / 1000} s.`;
  const fix =
    "Try `python3 -c 'print(1)'` with the same PATH: it has to be a Python 3.8 or newer that starts at once.";
  return failure("no-python", message, fix);
}

/** The signal that a shell's exit code (128 and its number), which the guard has too, stands for. */
function signalOf(code: number | null): string | null {
  const number = (code ?? 0) - 128;
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null;
}

function inBackground(program: string | undefined, left: readonly (readonly string[])[]): Failure {
  const [first = []] = left;
  const message = `${program ?? "The server's command"} has ended and left \`${first.join(" ")}\` in the background.`;
  const fix =
    "gunicov keeps the server in the background itself, and has ended that: have server.command stay in the " +
    "foreground (no --daemon, no daemon = True in gunicorn's configuration, no & in a script).";
  return failure("config", message, fix);
}

/** The hook goes in by the environment, so that the command stays the user's own. */
function hookEnv(env: Readonly<Record<string, string>>, hook: string): Record<string, string> {
  const before = env.GUNICORN_CMD_ARGS ?? process.env.GUNICORN_CMD_ARGS;
  const args = [before, `-c ${quote(hook)}`].filter((part) => part !== undefined && part !== "");
  return { GUNICORN_CMD_ARGS: args.join(" "), PYTHONUNBUFFERED: "1" };
}

/** gunicorn splits the variable as a POSIX shell would. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'"'"'`)}'`;
}
