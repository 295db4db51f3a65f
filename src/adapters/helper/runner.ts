/** The tests' injected runner, started where the tests run and asked whether it can run their command. */
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Log } from "../../ports/log.ts";
import type { Target } from "../../ports/target.ts";
import type { Program } from "./program.ts";
import { Rpc } from "./rpc.ts";
import { Prepare } from "./schema.ts";
import { settled } from "./settled.ts";
import { programOf, type TestCommand } from "./test-command.ts";

const PYTHONS = ["python3", "python"];

export class Runner {
  readonly #target: Target;
  readonly #program: Program;
  readonly #command: TestCommand;
  readonly #log: Log;
  #rpc: Rpc | null = null;
  /** As whom it was started. */
  #user: string | null = null;
  /** It was opened, and not closed since. */
  #wanted = false;
  /** The look for it that is under way. */
  #looking: Promise<Result<Rpc>> | null = null;
  /** The command that it was asked about and can run; null: none. */
  #prepared: string | null = null;
  /** The command that was last found right, in this place or in one before it. */
  #right: string | null = null;
  /** The Python that this command needs; null: any. */
  #python: string | null = null;
  #isPytest = true;
  /** Nobody waits for a place that is being made any more. */
  #closing = new AbortController();
  /** A place that is left goes. */
  #leaving: Promise<unknown> = Promise.resolve();

  constructor(target: Target, program: Program, command: TestCommand, log: Log) {
    this.#log = log;
    this.#target = target;
    this.#program = program;
    this.#command = command;
    target.onLifecycle((event) => {
      if (event.type === "gone") this.#rpc?.markGone(event.failure);
    });
  }

  /** The command is pytest, of which a selection can be run. */
  get isPytest(): boolean {
    return this.#isPytest;
  }

  /** Starts it again. */
  async open(signal: AbortSignal): Promise<Result<Rpc>> {
    this.#wanted = true;
    await this.#looking;
    await this.#leave();
    if (this.#closing.signal.aborted) this.#closing = new AbortController();
    return await this.#connect(signal);
  }

  /**
   * The runner that knows the command as it is now; started where it is gone, because its container may be there again.
   * Several may wait for one look: a run that is begun, and the check before a restart.
   */
  async connected(signal: AbortSignal): Promise<Result<Rpc>> {
    if (!this.#wanted) return fail(notOpen());
    if (!this.#target.ownPlaces) return await this.#connect(signal);
    // A place that is being made for a run is there for the next one, where that is cancelled.
    const connecting = this.#connect(this.#closing.signal);
    return (await settled(connecting, signal)) ? await connecting : fail(notWanted());
  }

  async #connect(signal: AbortSignal): Promise<Result<Rpc>> {
    this.#looking ??= this.#look(signal).finally(() => {
      this.#looking = null;
    });
    const looked = await this.#looking;
    const byOthers = !looked.ok && looked.failure.kind === "cancelled" && !signal.aborted;
    return byOthers && this.#wanted ? await this.#connect(signal) : looked;
  }

  /** Whether it can run the command. A place of its own for each run is made meanwhile: what was right in the last one is not waited for. */
  async ready(signal: AbortSignal): Promise<Result<void>> {
    if (this.#target.ownPlaces && this.#right === this.#key()) return ok(undefined);
    const connected = await this.connected(signal);
    return connected.ok ? ok(undefined) : connected;
  }

  /** A run has ended, and with it its place, where each has its own. Only the next look waits until that is gone. */
  ended(): void {
    if (this.#target.ownPlaces) this.#leaving = Promise.all([this.#leaving, this.#leave()]);
  }

  async close(): Promise<void> {
    this.#wanted = false;
    this.#closing.abort();
    await this.#looking;
    await this.#leave();
    await this.#leaving;
    await this.#target.close();
  }

  async #look(signal: AbortSignal): Promise<Result<Rpc>> {
    const wanted = this.#key();
    const usable = this.#rpc !== null && this.#rpc.gone === null && this.#user === this.#command.user;
    if (this.#rpc !== null && usable && this.#prepared === wanted) return ok(this.#rpc);
    this.#prepared = null;
    const found = this.#rpc !== null && usable ? ok(this.#rpc) : await this.#reopen(signal);
    const right = found.ok ? await this.#prepare(found.value, signal) : found;
    this.#right = right.ok ? wanted : null;
    this.#prepared = this.#right;
    return right.ok
      ? right
      : fail(asTests(found.ok ? this.#inImage(right.failure) : this.#orFresh(right.failure)));
  }

  #orFresh(why: Failure): Failure {
    return this.#target.ownPlaces || why.kind !== "no-service"
      ? why
      : { ...why, fix: `${why.fix} ${OR_FRESH}` };
  }

  /** What is installed in a container that is made for each run is gone with it. */
  #inImage(why: Failure): Failure {
    if (!this.#target.ownPlaces || !["no-command", "no-plugin"].includes(why.kind)) return why;
    return { ...why, fix: `${why.fix} (In the image: a container is made of it for each run.)` };
  }

  async #reopen(signal: AbortSignal): Promise<Result<Rpc>> {
    await this.#leave();
    await this.#leaving;
    const opened = await this.#target.open(signal);
    const last = this.#python === null ? [] : [this.#python];
    return opened.ok ? await this.#start([...last, ...PYTHONS], signal) : opened;
  }

  async #start(pythons: readonly string[], signal: AbortSignal): Promise<Result<Rpc>> {
    const { user } = this.#command;
    const options = { signal, log: this.#log, ...(user === null ? {} : { user }) };
    const started = await Rpc.start(this.#target, this.#program, pythons, options);
    this.#rpc = started.ok ? started.value : null;
    this.#user = user;
    if (started.ok) await this.#target.ownPlaces?.look();
    return started;
  }

  /** Asks whether the command can run, on the Python that it needs: a runner on another one makes room for one on that. */
  async #prepare(rpc: Rpc, signal: AbortSignal): Promise<Result<Rpc>> {
    const prepared = await rpc.call("prepare", programOf(this.#command), Prepare);
    if (!prepared.ok) return prepared;
    const { interpreter, pytest } = prepared.value;
    this.#isPytest = pytest;
    this.#python = interpreter;
    if (interpreter === null || interpreter === rpc.hello.executable) return ok(rpc);
    await this.#leave();
    const again = await this.#start([interpreter], signal);
    if (!again.ok) return again;
    const confirmed = await again.value.call("prepare", programOf(this.#command), Prepare);
    return confirmed.ok ? again : confirmed;
  }

  async #leave(): Promise<void> {
    const rpc = this.#rpc;
    this.#rpc = null;
    this.#prepared = null;
    await rpc?.close();
  }

  /** All that decides on the answer. */
  #key(): string {
    return JSON.stringify([programOf(this.#command), this.#command.user]);
  }
}

const OR_FRESH =
  'Or have one made for each run: service = "…" and run = "compose-run" under [tool.gunicov.tests].';

function notWanted(): Failure {
  return failure("cancelled", "The run was cancelled.", "");
}

function notOpen(): Failure {
  return failure("tests-lost", "The test runner is not connected.", "Press a to look for it again.");
}

/** The same failures under the names of the tests' side. */
export function asTests(why: Failure): Failure {
  if (why.kind === "server-lost") return { ...why, kind: "tests-lost" };
  if (why.kind === "timeout") return { ...why, kind: "tests-timeout" };
  return why;
}
