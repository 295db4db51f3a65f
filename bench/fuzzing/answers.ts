/** What the helper and the runner say, read by the client: every call settles, with a value or a failure in words. */

import * as v from "valibot";
import { Paths } from "../../src/adapters/helper/paths.ts";
import { Rpc } from "../../src/adapters/helper/rpc.ts";
import { Find, Hello } from "../../src/adapters/helper/schema.ts";
import { HelperServer } from "../../src/adapters/helper/server.ts";
import { RunnerTests } from "../../src/adapters/helper/tests.ts";
import { isFailureKind } from "../../src/core/failure.ts";
import type { Result } from "../../src/core/result.ts";
import { ANSWERS, ERROR, EVENTS, HELLO } from "./corpus.ts";
import { lineFrom, mutateValue } from "./mutate.ts";
import { type Input, inProcess } from "./part.ts";
import { type Answer, type Asked, PeerTarget } from "./peer.ts";
import type { Random } from "./random.ts";

const TIMES = { start: 1, restart: 60, flush: 60, mount: 5 };

const PROGRAM = { name: "gunicov_helper", source: "pass\n" } as const;
const SIGNAL = new AbortController().signal;
const FLUSH = {
  ...{ generation: 3, generations: [3], expected: 2, written: 2, lost: [], reasons: [], requests: 1 },
  ...{ reached: true, address: null, notes: [] },
};
/** A peer is used for so many calls. */
const CALLS = 200;

export const answers = inProcess(async () => {
  let desk: Desk | null = null;
  return (random) => {
    if (desk === null || desk.calls > CALLS) desk = new Desk(random);
    const used = desk;
    return random.chance(0.05) ? greeting(random) : used.call();
  };
});

/** A first line, and then the end. */
function greeting(random: Random) {
  const line = lineFrom([HELLO], random);
  const target = new PeerTarget(
    { greeting: () => ({ lines: [line], end: true }), answer: () => ({ lines: [] }) },
    random,
  );
  const attempt = async () => {
    const started = await Rpc.start(target, PROGRAM, ["python3"]);
    check(started);
    if (started.ok && !v.is(Hello, started.value.hello)) throw new Error("that is no hello");
    if (started.ok) await started.value.close();
  };
  return { input: line.toString("latin1"), attempt };
}

/** A helper and a runner of whom one call after the other is answered badly. */
class Desk {
  calls = 0;
  readonly #random: Random;
  readonly #server: HelperServer;
  readonly #tests: RunnerTests;
  readonly #target: PeerTarget;
  #lines: Uint8Array[] = [];
  #opened: Promise<void> | null = null;
  /** While it is being opened all goes well. */
  #honest = true;
  #told: unknown[] = [];

  constructor(random: Random) {
    this.#random = random;
    const greeting = () => ({ lines: [Buffer.from(JSON.stringify(HELLO))] });
    this.#target = new PeerTarget({ greeting, answer: (asked) => this.#answer(asked) }, random);
    const paths = new Paths("/home/me/app", () => this.#target.mappings);
    this.#server = new HelperServer(this.#target, PROGRAM, paths, () => ["/home/me/app"], TIMES);
    const command = {
      command: ["pytest"],
      cwd: null,
      user: null,
      junit: [],
      env: () => ({}),
      timeout: 5,
      warm: true,
      order: "pytest" as const,
    };
    this.#tests = new RunnerTests(this.#target, PROGRAM, command);
  }

  call(): Input {
    this.calls += 1;
    const self = this;
    return {
      get input() {
        return self.#lines.map((line) => Buffer.from(line).toString("latin1")).join("\n");
      },
      attempt: async () => {
        this.#opened ??= this.#open();
        await this.#opened;
        this.#lines = [];
        this.#told = [];
        const [call, after] = this.#random.pick(this.#kinds());
        const result = await call();
        check(result);
        if (result.ok) after(result.value);
        // Facts are sent on as they are: they must be what the types say.
        JSON.stringify(this.#told);
      },
    };
  }

  async #open(): Promise<void> {
    check(await this.#server.find(SIGNAL));
    check(await this.#tests.open(SIGNAL));
    this.#honest = false;
  }

  #kinds(): readonly (readonly [() => Promise<Result<unknown>>, (value: unknown) => void])[] {
    const say = (fact: unknown) => void this.#told.push(fact);
    const files = [{ path: "/home/me/app/a.py", sha256: null }];
    const fine = () => {};
    return [
      [() => this.#server.check(files, SIGNAL), fine],
      [() => this.#server.freshness(["/home/me/app/a.py"], SIGNAL), fine],
      [() => this.#server.restart(say, SIGNAL), fine],
      [() => this.#server.flush(say, SIGNAL), fine],
      [() => this.#server.collect(FLUSH, false, say, SIGNAL), fine],
      [() => this.#server.html(SIGNAL), namesAreInside],
      [() => this.#server.export(SIGNAL), fine],
      [() => this.#server.source("a.py"), isText],
      [() => this.#tests.run([], say, SIGNAL), fine],
      [() => this.#find(), fine],
    ];
  }

  async #find(): Promise<Result<unknown>> {
    const started = await Rpc.start(this.#target, PROGRAM, ["python3"]);
    if (!started.ok) return started;
    const found = await started.value.call("find", {}, Find);
    await started.value.close();
    return found;
  }

  #answer({ id, do: action }: Asked): Answer {
    const known = action in ANSWERS ? (action as keyof typeof ANSWERS) : null;
    const good = { id, ok: known === null ? {} : ANSWERS[known] };
    const last = Buffer.from(JSON.stringify(good));
    // A second helper is looked for honestly: what is tried here is the calls, not the patience of the search.
    if (this.#honest || action === "prune" || action === "prepare") return { lines: [last] };
    if (action === "find" && this.#random.chance(0.5)) return { lines: [last] };
    const random = this.#random;
    const events = EVENTS.map((event) => ({ id, ...event }));
    const error = { id, error: ERROR };
    const count = 1 + random.below(4);
    const lines: Buffer[] = [];
    for (let index = 0; index < count; index += 1) {
      if (random.chance(0.4)) lines.push(lineFrom(events, random));
      else if (random.chance(0.2)) lines.push(lineFrom([error, HELLO], random));
      else lines.push(Buffer.from(JSON.stringify({ id, ok: mutateValue(good.ok, random) })));
    }
    this.#lines.push(...lines);
    // Where none of them has settled it, this does.
    return { lines: [...lines, last] };
  }
}

function check(result: Result<unknown>): void {
  if (result.ok) return;
  const { kind, message, fix } = result.failure;
  const sound = isFailureKind(kind) && typeof message === "string" && typeof fix === "string";
  if (!sound) throw new Error(`no failure: ${JSON.stringify(result.failure)}`);
}

function namesAreInside(value: unknown): void {
  for (const { path } of value as readonly { path: string }[]) {
    if (path.startsWith("/") || path.split("/").includes("..")) throw new Error(`a file named ${path}`);
  }
}

function isText(value: unknown): void {
  if (typeof value !== "string") throw new Error(`source is ${typeof value}`);
}
