/** Looks at a server and at its tests through the injected programs, and changes nothing. */
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Address, Knock, Requests, ServerFacts, Stranger, TestsFacts } from "../../ports/examination.ts";
import type { Log } from "../../ports/log.ts";
import type { SpawnOptions, Target } from "../../ports/target.ts";
import { beside } from "./beside.ts";
import { type Choice, whenLost } from "./connect.ts";
import { Arrived, Examined, Knocked, Seen, TestsExamined } from "./examine-schema.ts";
import type { Program } from "./program.ts";
import { Rpc } from "./rpc.ts";
import { Runner } from "./runner.ts";
import { programOf, type TestCommand } from "./test-command.ts";

/** How long a connection takes to be seen on the server's side, in ms, and how often it is looked for. */
const ARRIVAL = 500;
const PAUSE = 25;

/** What is to be looked at. */
export interface Examine {
  /** Seconds that the server may take to be there, and a mount to show what the host has written. */
  readonly timeout: number;
  readonly lag: number;
  /** Paths in the target. */
  readonly files: readonly { readonly path: string; readonly sha256: string }[];
  readonly directories: readonly string[];
  readonly choice: Choice;
  /** The master, where it is known; null: it is looked for. */
  readonly pid: number | null;
  readonly spawn: SpawnOptions;
}

/** Only what can be told of another user's master. */
const Either = v.union([Examined, Seen]);

export class ServerExaminer {
  readonly #target: Target;
  readonly #program: Program;
  readonly #log: Log;
  #rpc: Rpc | null = null;

  constructor(target: Target, program: Program, log: Log) {
    this.#target = target;
    this.#program = program;
    this.#log = log;
  }

  /** Where the target is open. One that dies meanwhile knows better why there is none. */
  async examine(what: Examine, signal: AbortSignal): Promise<Result<ServerFacts>> {
    const enough = new AbortController();
    const death = whenLost(this.#target, enough.signal).then((dead) => {
      if (dead) enough.abort();
      return dead;
    });
    const found = await this.#examine(what, AbortSignal.any([signal, enough.signal]));
    enough.abort();
    const dead = await death;
    return dead === null ? found : fail(dead);
  }

  async #examine(what: Examine, signal: AbortSignal): Promise<Result<ServerFacts>> {
    const start = { ...what.spawn, signal, log: this.#log };
    const first = await Rpc.start(this.#target, this.#program, ["python3", "python"], start);
    if (!first.ok) return first;
    this.#rpc = first.value;
    const look = (rpc: Rpc, pid?: number) => this.#look(rpc, what, signal, pid);
    const found = await look(first.value, what.pid ?? undefined);
    if (!found.ok) return found;
    const there = { rpc: first.value, master: found.value };
    const moved = await beside(this.#target, this.#program, start, there, look);
    if (!moved.ok) return moved;
    this.#rpc = moved.value.rpc;
    const { master } = moved.value;
    if ("record" in master) return ok(master);
    return fail(
      failure("denied", `May not look into gunicorn (pid ${master.pid}).`, "Start gunicov as its user."),
    );
  }

  /** Knocks at each of these addresses from where the tests run, and looks who arrives at the server. */
  async knock(tests: TestsExaminer, pid: number, addresses: readonly Address[]): Promise<readonly Knock[]> {
    const found: Knock[] = [];
    for (const address of addresses) {
      await tests.knock(null);
      const before = await this.#arrived(pid);
      const { from, refused } = await tests.knock(address);
      const end = Date.now() + ARRIVAL;
      let arrived = false;
      while (refused === null && !arrived && Date.now() < end) {
        const now = await this.#arrived(pid);
        arrived = now.some((one) => one === from || !before.includes(one));
        if (!arrived) await sleep(PAUSE);
      }
      found.push({ ...address, refused, arrived });
    }
    await tests.knock(null);
    return found;
  }

  /** What tells whether a request comes: look before and after. Null: the helper does not answer. */
  async requests(facts: ServerFacts): Promise<Requests | null> {
    const params = { timeout: 0, lag: 0, files: [], directories: [], pid: facts.pid };
    const now = await this.#rpc?.call("examine", params, Examined);
    const network = await this.#rpc?.call("arrived", { pid: facts.pid }, Arrived);
    if (!now?.ok || !network?.ok) return null;
    return { served: now.value.served, connections: network.value.connections };
  }

  async close(): Promise<void> {
    await this.#rpc?.close();
    this.#rpc = null;
  }

  async #look(
    rpc: Rpc,
    { timeout, lag, files, directories, choice }: Examine,
    signal: AbortSignal,
    pid?: number,
  ): Promise<Result<ServerFacts | Stranger>> {
    const root = this.#target.serverPid;
    const params = {
      ...{ timeout, lag, files, directories },
      ...(pid === undefined ? {} : { pid }),
      ...(root === null ? {} : { root }),
      ...(choice.master === null ? {} : { match: choice.master }),
      ...(choice.coverageDir === null ? {} : { coverage_dir: choice.coverageDir }),
    };
    return await rpc.call("examine", params, Either, { signal });
  }

  async #arrived(pid: number): Promise<readonly string[]> {
    const answer = await this.#rpc?.call("arrived", { pid }, Arrived);
    return answer?.ok ? answer.value.from : [];
  }
}

export class TestsExaminer {
  readonly #runner: Runner;
  readonly #command: TestCommand;
  #rpc: Rpc | null = null;

  constructor(target: Target, program: Program, command: TestCommand, log: Log) {
    this.#runner = new Runner(target, program, command, log);
    this.#command = command;
  }

  async open(signal: AbortSignal): Promise<Result<void>> {
    const opened = await this.#runner.open(signal);
    if (!opened.ok) return opened;
    this.#rpc = opened.value;
    return ok(undefined);
  }

  async examine(signal: AbortSignal): Promise<Result<TestsFacts>> {
    if (this.#rpc === null)
      return fail(failure("tests-lost", "The runner is not connected.", "Run gunicov doctor again."));
    return await this.#rpc.call("examine", programOf(this.#command), TestsExamined, { signal });
  }

  /** Null: lets go of the last one. */
  async knock(address: Address | null): Promise<{ from: string | null; refused: string | null }> {
    const { host, port } = address ?? { host: null, port: null };
    const answer = await this.#rpc?.call("knock", { host, port }, Knocked);
    if (answer?.ok) return answer.value;
    return { from: null, refused: answer ? answer.failure.message : "the runner is not connected" };
  }

  async close(): Promise<void> {
    await this.#runner.close();
  }
}
