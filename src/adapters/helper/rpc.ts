/** A conversation in JSON lines with one injected program (docs/protocol.md, sections 1 and 2). */
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { BUG, type Failure, failure, isFailureKind } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type Log, NO_LOG } from "../../ports/log.ts";
import type { Channel, Exit, SpawnOptions, Target } from "../../ports/target.ts";
import { Lines } from "./lines.ts";
import { bootstrap, type Program, preamble } from "./program.ts";
import { Hello, Message, Part } from "./schema.ts";
import { settled } from "./settled.ts";

const LINE_LIMIT = 16 * 1024 * 1024;
const STDERR_TAIL = 16 * 1024;
/** A program that has not said hello by then never will, in ms. */
const HELLO_TIMEOUT = 20_000;
/** Where its whole container has died, the engine says so within this time after the program's own end, in ms. */
const LAST_WORDS = 300;
/** How long a program may take to end by itself, in ms. */
const END_TIMEOUT = 4_000;

/** Every spawned process leads a group of its own; there is no other way to kill one in a container. */
const KILL = "import os,signal,sys;os.killpg(int(sys.argv[1]),signal.SIGKILL)";

interface Pending {
  readonly settle: (result: Result<unknown>) => void;
  readonly onEvent: (event: v.InferOutput<typeof Message>) => void;
}

/** Of whatever version. */
const AnyHello = v.object({ event: v.literal("hello"), protocol: v.number() });

/** What a program said first. */
type Greeting =
  | { readonly hello: v.InferOutput<typeof Hello> }
  /** Nothing at all, or nothing that is understood. */
  | { readonly hello: null; readonly otherVersion: boolean };

export interface Start extends SpawnOptions {
  /** How long to wait for its hello, in ms. */
  readonly patience?: number;
  /** Waits no longer. */
  readonly signal?: AbortSignal;
  /** Gets to know all that goes there and comes from there. */
  readonly log?: Log;
}

export interface Call {
  readonly onEvent?: (event: Record<string, unknown>) => void;
  readonly signal?: AbortSignal;
  /** It was sent, under this number. */
  readonly sent?: (id: number) => void;
}

export class Rpc {
  readonly hello: v.InferOutput<typeof Hello>;
  readonly #channel: Channel;
  readonly #target: Target;
  readonly #pending: Map<number, Pending>;
  readonly #log: Log;
  #id = 0;
  #gone: Failure | null = null;
  #closing = false;

  private constructor(target: Target, channel: Channel, reader: Reader, hello: v.InferOutput<typeof Hello>) {
    this.#log = reader.log;
    this.#target = target;
    this.#channel = channel;
    this.#pending = reader.pending;
    this.hello = hello;
    void channel.exited.then(async (exit) => {
      if (!this.#closing) await sleep(LAST_WORDS);
      this.#onExit(exit, reader.stderr());
    });
  }

  /** Starts the program in the target on the first of these Pythons that is there. */
  static async start(
    target: Target,
    program: Program,
    pythons: readonly string[],
    { patience = HELLO_TIMEOUT, signal, log = NO_LOG, ...options }: Start = {},
  ): Promise<Result<Rpc>> {
    let why = failure("no-python", `No Python was found in ${target.name}.`, "Put python3 on its PATH.");
    for (const python of pythons) {
      log.note({ what: "start", program: program.name, target: target.name, python, ...options });
      const spawned = await target.spawn(bootstrap(python, program), options);
      if (!spawned.ok) {
        log.note({ what: "not started", program: program.name, ...spawned.failure });
        why = spawned.failure;
        if (why.kind === "no-command") continue;
        return spawned;
      }
      const reader = new Reader(spawned.value, program.name, log);
      spawned.value.write(preamble(program));
      const greeting = await reader.greeting(patience, signal);
      if (greeting.hello) return ok(new Rpc(target, spawned.value, reader, greeting.hello));
      spawned.value.end();
      const refused = target.ownPlaces ? await target.whyGone() : null;
      if (target.ownPlaces) await target.ownPlaces.kill();
      else spawned.value.kill?.();
      if (signal?.aborted) return fail(notWanted(program));
      if (greeting.otherVersion) return fail(otherVersion(target, program));
      if (refused !== null) return fail(refused);
      why = notStarted(target, program, python, reader.stderr());
    }
    return fail(why);
  }

  /** Why it is of no use any more; null: it is. */
  get gone(): Failure | null {
    return this.#gone;
  }

  /** The target can't be reached, though the program may not have ended (it is frozen, say): whoever waits gets that failure. */
  markGone(why: Failure): void {
    this.#gone ??= why;
    for (const pending of this.#pending.values()) pending.settle(fail(why));
    this.#pending.clear();
  }

  /** Sends a request and waits until it settles. `schema` is what the answer must look like. */
  async call<T>(
    action: string,
    params: object,
    schema: v.GenericSchema<unknown, T>,
    call: Call = {},
  ): Promise<Result<T>> {
    if (this.#gone) return fail(this.#gone);
    this.#id += 1;
    const id = this.#id;
    const answer = new Promise<Result<unknown>>((settle) => {
      this.#pending.set(id, { settle, onEvent: (event) => call.onEvent?.(event) });
    });
    this.#send({ ...params, id, do: action });
    call.sent?.(id);
    const abort = () => this.#cancel(id);
    if (call.signal?.aborted) abort();
    call.signal?.addEventListener("abort", abort, { once: true });
    const result = await answer;
    call.signal?.removeEventListener("abort", abort);
    return result.ok ? checked(action, schema, result.value) : result;
  }

  /** Ends the program; settles when it has gone, killed where it does not end by itself. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#channel.end();
    if (await endsWithin(this.#channel.exited, END_TIMEOUT)) return;
    if (this.#target.ownPlaces) return await this.#target.ownPlaces.kill();
    const { executable, pid } = this.hello;
    await this.#target.spawn([executable, "-c", KILL, `${pid}`]);
    await endsWithin(this.#channel.exited, END_TIMEOUT);
  }

  #send(message: object): void {
    this.#log.note({ what: "sent", to: this.hello.program, message });
    this.#channel.write(`${JSON.stringify(message)}\n`);
  }

  #cancel(target: number): void {
    if (this.#gone || !this.#pending.has(target)) return;
    this.#id += 1;
    const ignore = { settle: () => {}, onEvent: () => {} };
    this.#pending.set(this.#id, ignore);
    this.#send({ id: this.#id, do: "cancel", target });
  }

  #onExit(exit: Exit, stderr: string): void {
    const how = exit.signal ?? `exit code ${exit.code ?? "unknown"}`;
    const message = `${this.hello.program} in ${this.#target.name} has ended (${how}).`;
    this.markGone(failure("server-lost", message, "Check that it is running.", stderr || undefined));
  }
}

/** Reads a channel: hello first, then answers and events to whom they belong. */
class Reader {
  readonly pending = new Map<number, Pending>();
  readonly log: Log;
  readonly #from: string;
  readonly #greeting = Promise.withResolvers<Greeting>();
  #stderr = "";

  constructor(channel: Channel, from: string, log: Log) {
    this.log = log;
    this.#from = from;
    const lines = new Lines(LINE_LIMIT, (line) => this.#take(line));
    channel.onOutput((text) => lines.push(text));
    // By whole lines: half of a secret is not known for one.
    const said = new Lines(LINE_LIMIT, (text) => log.note({ what: "stderr", from, text }));
    channel.onErrorOutput((text) => {
      said.push(text);
      this.#stderr = (this.#stderr + text).slice(-STDERR_TAIL);
    });
    void channel.exited.then((exit) => {
      said.end();
      log.note({ what: "ended", program: from, ...exit });
      this.#greeting.resolve(SILENCE);
    });
  }

  stderr(): string {
    return this.#stderr.trim();
  }

  async greeting(timeout: number, signal?: AbortSignal): Promise<Greeting> {
    const late = AbortSignal.timeout(timeout);
    await settled(this.#greeting.promise, signal ? AbortSignal.any([signal, late]) : late);
    this.#greeting.resolve(SILENCE);
    return await this.#greeting.promise;
  }

  #take(line: string | null): void {
    if (line === null) this.#failAll(tooLong());
    const message = line === null ? null : parse(line);
    this.log.note({
      what: "received",
      from: this.#from,
      message: message === null ? line : withoutData(message),
    });
    const greeting = message === null ? null : greetingOf(message);
    if (greeting !== null) this.#greeting.resolve(greeting);
    else if (message !== null) this.#answer(message);
  }

  #answer(message: unknown): void {
    const shaped = v.safeParse(Message, message);
    if (!shaped.success) return;
    const { id, event, error } = shaped.output;
    const pending = this.pending.get(id);
    if (!pending) return;
    if (event !== undefined) {
      pending.onEvent(shaped.output);
      return;
    }
    this.pending.delete(id);
    pending.settle(error ? fail(toFailure(error)) : ok(shaped.output.ok));
  }

  /** Nobody can say whose it was. */
  #failAll(why: Failure): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const pending of waiting) pending.settle(fail(why));
  }
}

function greetingOf(message: unknown): Greeting | null {
  const hello = v.safeParse(Hello, message);
  if (hello.success) return { hello: hello.output };
  return v.is(AnyHello, message) ? { hello: null, otherVersion: true } : null;
}

const SILENCE: Greeting = { hello: null, otherVersion: false };

function notWanted(program: Program): Failure {
  return failure("cancelled", `The start of ${program.name} was cancelled.`, "");
}

function tooLong(): Failure {
  const message = `An answer had more than ${LINE_LIMIT / 1024 / 1024} MiB in one line.`;
  return failure("internal", message, BUG);
}

function otherVersion(target: Target, program: Program): Failure {
  const message = `${program.name} in ${target.name} speaks another version of the protocol.`;
  return failure("internal", message, "Install gunicov again: its parts are of different versions.");
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function toFailure(error: {
  kind: string;
  message: string;
  fix?: string | null | undefined;
  detail?: string | null | undefined;
}): Failure {
  const kind = isFailureKind(error.kind) ? error.kind : "internal";
  return failure(kind, error.message, error.fix ?? "", error.detail ?? undefined);
}

function checked<T>(action: string, schema: v.GenericSchema<unknown, T>, value: unknown): Result<T> {
  const parsed = v.safeParse(schema, value);
  if (parsed.success) return ok(parsed.output);
  const where = v.getDotPath(parsed.issues[0]) ?? "";
  const message = `The answer to ${action} is not as agreed (${where}: ${parsed.issues[0].message}).`;
  return fail(failure("internal", message, BUG));
}

function notStarted(target: Target, program: Program, python: string, stderr: string): Failure {
  const message = `${program.name} did not start with ${python} in ${target.name}.`;
  const entry = target.ownPlaces ? " An ENTRYPOINT of its image has to execute what it is given." : "";
  const fix = `Put a Python 3.8 or newer on its PATH as python3.${entry}`;
  return failure("no-python", message, fix, stderr || undefined);
}

async function endsWithin(exited: Promise<Exit>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const ended = await Promise.race([exited.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

/** A message as the log has it: of a part of a file only how long its base64 is, in which no secret could be seen. */
function withoutData(message: unknown): unknown {
  const part = v.safeParse(Part, message);
  return part.success ? { ...(message as object), data: `${part.output.data.length} characters` } : message;
}
