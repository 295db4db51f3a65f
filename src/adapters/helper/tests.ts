/** The tests through their injected runner. */
import * as v from "valibot";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Say } from "../../ports/server.ts";
import type { Target } from "../../ports/target.ts";
import type { TestRun, Tests } from "../../ports/tests.ts";
import { Begun, type Hold } from "./begun.ts";
import type { Program } from "./program.ts";
import { Rpc } from "./rpc.ts";
import { Go, Prepare, Run, Said, Test, Told, Total } from "./schema.ts";

export interface TestCommand {
  readonly command: readonly string[];
  /** Working directory in the target; null: the target's own. */
  readonly cwd: string | null;
  /** User to run as, `uid`, `name` or `uid:gid`; null: the target's own. */
  readonly user: string | null;
  /** Known only once the server is there (its port, say). */
  readonly env: () => Readonly<Record<string, string>>;
  /** JUnit XML that it writes where it is not pytest: paths or patterns. */
  readonly junit: readonly string[];
  /** Seconds that a whole run may take. */
  readonly timeout: number;
  /** False: pytest is started anew for each run, and nothing is begun before its time. */
  readonly warm: boolean;
  /** "failed-first": the files of tests that failed lately go first. */
  readonly order: "pytest" | "failed-first";
}

const SECOND = 1000;

export class RunnerTests implements Tests {
  readonly #target: Target;
  readonly #program: Program;
  readonly #command: TestCommand;
  #rpc: Rpc | null = null;
  /** It was opened, and not closed since. */
  #wanted = false;
  /** The command is pytest, of which a selection can be run. */
  #isPytest = true;
  /** What was said of the command; once is enough. */
  readonly #said = new Set<string>();
  /** The run that waits for the server. */
  #begun: Begun | null = null;

  constructor(target: Target, program: Program, command: TestCommand) {
    this.#target = target;
    this.#program = program;
    this.#command = command;
    target.onLifecycle((event) => {
      if (event.type === "lost") this.#rpc?.lose(event.failure);
    });
  }

  async open(signal: AbortSignal): Promise<Result<void>> {
    this.#wanted = true;
    await this.#rpc?.close();
    this.#rpc = null;
    const opened = await this.#target.open(signal);
    if (!opened.ok) return fail(asTests(opened.failure));
    const first = await Rpc.start(this.#target, this.#program, ["python3", "python"], this.#as());
    if (!first.ok) return fail(asTests(first.failure));
    this.#rpc = first.value;
    const prepared = await first.value.call("prepare", this.#what(), Prepare);
    if (!prepared.ok) return prepared;
    const { interpreter, pytest } = prepared.value;
    this.#isPytest = pytest;
    if (interpreter === null || interpreter === first.value.hello.executable) return ok(undefined);
    await first.value.close();
    const again = await Rpc.start(this.#target, this.#program, [interpreter], this.#as());
    if (!again.ok) return fail(asTests(again.failure));
    this.#rpc = again.value;
    const confirmed = await again.value.call("prepare", this.#what(), Prepare);
    return confirmed.ok ? ok(undefined) : confirmed;
  }

  begin(select: readonly string[], signal: AbortSignal): void {
    if (!this.#command.warm || !this.#wanted) return;
    this.#begun = new Begun(this.#key(select), signal, this.#begun, (hold) => this.#start(select, hold));
  }

  async drop(): Promise<void> {
    await this.#begun?.end();
    this.#begun = null;
  }

  async run(select: readonly string[], say: Say, signal: AbortSignal): Promise<Result<TestRun>> {
    const onEvent = (event: Record<string, unknown>) => {
      const said = v.safeParse(Said, event);
      if (said.success) this.#note(said.output.message, say);
      else tell(event, say);
    };
    const words = this.#command.command.join(" ");
    if (!this.#isPytest && select.length > 0 && select.join() !== words) {
      this.#note(`“${words}” can't run some of its tests alone: all of it runs.`, say);
    }
    const first = await this.#runFirst(select, onEvent, signal);
    if (first.ok || first.failure.kind !== "stale") return first;
    // An installed package has changed under the runner, which keeps such packages imported.
    const reopened = await this.open(signal);
    return reopened.ok ? await this.#start(select, { signal, onEvent }) : reopened;
  }

  async #runFirst(
    select: readonly string[],
    onEvent: Hold["onEvent"],
    signal: AbortSignal,
  ): Promise<Result<TestRun>> {
    const begun = this.#begun;
    if (begun === null || !begun.isOf(this.#key(select))) {
      await this.drop();
      return await this.#start(select, { signal, onEvent });
    }
    const result = await begun.go(onEvent, signal);
    this.#begun = null;
    // The runner had gone before, and nobody had looked: it is started anew.
    const gone = !result.ok && result.failure.kind === "tests-lost" && begun.silent && !signal.aborted;
    return gone ? await this.#start(select, { signal, onEvent }) : result;
  }

  /** Sends the runner's request `run`; with `started` it waits before its first test. */
  async #start(
    select: readonly string[],
    { signal, onEvent, started }: Omit<Hold, "started"> & Partial<Hold>,
  ): Promise<Result<TestRun>> {
    const connected = await this.#connected(signal);
    if (!connected.ok) return connected;
    const rpc = connected.value;
    const { timeout, junit, warm, order } = this.#command;
    const all = this.#isPytest ? select : [];
    const hold = started !== undefined;
    const params = { ...this.#what(), select: all, timeout, junit, warm, order, hold };
    const sent = (target: number) => started?.(() => void rpc.call("go", { target }, Go));
    const result = await rpc.call("run", params, Run, { signal, onEvent, sent });
    return result.ok ? whole(result.value) : fail(asTests(result.failure));
  }

  async close(): Promise<void> {
    this.#wanted = false;
    await this.drop();
    await this.#rpc?.close();
    this.#rpc = null;
    await this.#target.close();
  }

  /** The runner; started anew where it was lost, because its container may be there again. */
  async #connected(signal: AbortSignal): Promise<Result<Rpc>> {
    if (this.#wanted && (this.#rpc === null || this.#rpc.lost !== null)) {
      const reopened = await this.open(signal);
      if (!reopened.ok) return reopened;
    }
    if (this.#rpc !== null) return ok(this.#rpc);
    return fail(failure("tests-lost", "The test runner is not connected.", "Press a to look for it again."));
  }

  #note(message: string, say: Say): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    say({ type: "note", message });
  }

  #as(): { readonly user?: string } {
    const { user } = this.#command;
    return user === null ? {} : { user };
  }

  #key(select: readonly string[]): string {
    return JSON.stringify([select, this.#what()]);
  }

  #what(): object {
    const { command, cwd, env } = this.#command;
    return { command, env: env(), ...(cwd === null ? {} : { cwd }) };
  }
}

/** With another exit code than 0, no failure to show for it, and no test that told its outcome to the end, some did not run. */
function whole(run: v.InferOutput<typeof Run>): Result<TestRun> {
  if (run.exit_code === 0 || run.failed + run.errors > 0 || run.ended !== null) return ok(run);
  const message = `The tests ended early, with exit code ${run.exit_code}.`;
  return fail(failure("crashed", message, "Read what they printed below.", run.output));
}

function tell(event: Record<string, unknown>, say: Say): void {
  const total = v.safeParse(Total, event);
  if (total.success) say({ type: "tests.started", total: total.output.total });
  const told = v.safeParse(Told, event);
  if (told.success) {
    const { warnings, more, sections } = told.output;
    say({ type: "tests.told", warnings, more, sections });
  }
  const test = v.safeParse(Test, event);
  if (!test.success) return;
  const { test: id, outcome, ms, message, place, output, started, ended } = test.output;
  const { setup_ms, teardown_ms, xfail } = test.output;
  const times = { started: started * SECOND, ended: ended * SECOND };
  say({
    type: "test.finished",
    id,
    outcome,
    ms,
    message,
    place,
    output,
    ...times,
    setup_ms,
    teardown_ms,
    xfail,
  });
}

/** The same failures under the names of the tests' side. */
function asTests(why: Failure): Failure {
  if (why.kind === "server-lost") return { ...why, kind: "tests-lost" };
  if (why.kind === "timeout") return { ...why, kind: "tests-timeout" };
  return why;
}
