/** The tests through their injected runner. */
import * as v from "valibot";
import { failure } from "../../core/failure.ts";
import { fastPathsFact } from "../../core/fast-paths.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { testsMissing } from "../../core/tests-missing.ts";
import { type Log, NO_LOG } from "../../ports/log.ts";
import type { Say } from "../../ports/say.ts";
import type { Target } from "../../ports/target.ts";
import type { TestRun, Tests } from "../../ports/tests.ts";
import { HeldRun, type Hold } from "./held-run.ts";
import { Paths } from "./paths.ts";
import type { Program } from "./program.ts";
import { asTests, Runner } from "./runner.ts";
import { Doubt, Go, type Ran, Run, Said, Test, TestsSummary, Total } from "./schema.ts";
import { programOf, type TestCommand } from "./test-command.ts";
import { shownPlace } from "./test-place.ts";

const SECOND = 1000;

export class RunnerTests implements Tests {
  readonly #runner: Runner;
  readonly #command: TestCommand;
  /** What was said of the command; once is enough. */
  readonly #said = new Set<string>();
  /** Of the tests' place; null: places stay as the runner tells them. */
  readonly #paths: Paths | null;
  /** The run that waits for the server. */
  #held: HeldRun | null = null;

  constructor(
    target: Target,
    program: Program,
    command: TestCommand,
    log: Log = NO_LOG,
    root: string | null = null,
  ) {
    this.#paths = root === null ? null : new Paths(root, () => target.mappings);
    this.#runner = new Runner(target, program, command, log);
    this.#command = command;
  }

  async open(signal: AbortSignal): Promise<Result<void>> {
    const opened = await this.#runner.open(signal);
    return opened.ok ? ok(undefined) : opened;
  }

  async ready(signal: AbortSignal): Promise<Result<void>> {
    return await this.#runner.ready(signal);
  }

  begin(select: readonly string[], signal: AbortSignal): void {
    if (!this.#command.warm) return;
    this.#held = new HeldRun(this.#key(select), signal, this.#held, (hold) => this.#start(select, hold));
  }

  async drop(): Promise<void> {
    await this.#held?.end();
    this.#held = null;
  }

  async run(select: readonly string[], say: Say, signal: AbortSignal): Promise<Result<TestRun>> {
    const doubts: string[] = [];
    const onEvent = (event: Record<string, unknown>) => {
      const said = v.safeParse(Said, event);
      const doubt = v.safeParse(Doubt, event);
      if (said.success) this.#note(said.output.message, say);
      else if (doubt.success) doubts.push(doubt.output.message);
      else this.#tell(event, say);
    };
    const known = await this.#known(select, signal);
    if (!known.ok) return known;
    const words = this.#command.command.join(" ");
    if (!this.#runner.isPytest && select.length > 0 && select.join() !== words) {
      this.#note(`“${words}” can't run some of its tests alone: all of it runs.`, say);
    }
    const result = await this.#runOrBeginAnew(select, onEvent, signal);
    if (!result.ok) return result;
    const { missing, fast_paths: fastPaths } = result.value;
    if (this.#runner.isPytest) say(fastPathsFact(fastPaths));
    if (missing.length > 0) say({ type: "warning", message: testsMissing(missing) });
    return whole(result.value, doubts);
  }

  async #runOrBeginAnew(
    select: readonly string[],
    onEvent: Hold["onEvent"],
    signal: AbortSignal,
  ): Promise<Result<Ran>> {
    const first = await this.#runFirst(select, onEvent, signal);
    if (first.ok || first.failure.kind !== "stale") return first;
    // An installed package has changed under the runner, which keeps such packages imported.
    const reopened = await this.open(signal);
    return reopened.ok ? await this.#start(select, { signal, onEvent }) : reopened;
  }

  /** The command is known to the runner. What was begun for something else goes first: it has the runner. */
  async #known(select: readonly string[], signal: AbortSignal): Promise<Result<void>> {
    if (this.#held?.isOf(this.#key(select))) return ok(undefined);
    await this.drop();
    const connected = await this.#runner.connected(signal);
    return connected.ok ? ok(undefined) : connected;
  }

  async #runFirst(
    select: readonly string[],
    onEvent: Hold["onEvent"],
    signal: AbortSignal,
  ): Promise<Result<Ran>> {
    const begun = this.#held;
    if (begun === null) return await this.#start(select, { signal, onEvent });
    const result = await begun.go(onEvent, signal);
    this.#held = null;
    // The runner had gone before, and nobody had looked: it is started again.
    const gone = !result.ok && result.failure.kind === "tests-lost" && begun.silent && !signal.aborted;
    return gone ? await this.#start(select, { signal, onEvent }) : result;
  }

  /** Sends the runner's request `run`; with `started` it waits before its first test. */
  async #start(
    select: readonly string[],
    { signal, onEvent, started }: Omit<Hold, "started"> & Partial<Hold>,
  ): Promise<Result<Ran>> {
    const connected = await this.#runner.connected(signal);
    if (!connected.ok) return connected;
    const rpc = connected.value;
    const { timeout, junit, warm, order } = this.#command;
    const all = this.#runner.isPytest ? select : [];
    const hold = started !== undefined;
    const params = { ...programOf(this.#command), select: all, timeout, junit, warm, order, hold };
    const sent = (target: number) => started?.(() => void rpc.call("go", { target }, Go));
    const result = await rpc.call("run", params, Run, { signal, onEvent, sent });
    this.#runner.ended();
    return result.ok ? result : fail(asTests(result.failure));
  }

  async close(): Promise<void> {
    await this.drop();
    await this.#runner.close();
  }

  #tell(event: Record<string, unknown>, say: Say): void {
    const paths = this.#paths;
    tell(event, say, (place, cwd) => (paths === null ? place : shownPlace(place, cwd, paths)));
  }

  #note(message: string, say: Say): void {
    if (this.#said.has(message)) return;
    this.#said.add(message);
    say({ type: "note", message });
  }

  #key(select: readonly string[]): string {
    return JSON.stringify([select, programOf(this.#command)]);
  }
}

/** With another exit code than 0, no failure to show for it, and no test that reported its outcome to the end, some did not run. */
function whole(run: Ran, doubts: readonly string[]): Result<TestRun> {
  if (run.exit_code === 0 || run.failed + run.errors > 0 || run.ended !== null) return ok({ ...run, doubts });
  const message = `The tests ended early, with exit code ${run.exit_code}.`;
  return fail(failure("crashed", message, "Read what they printed below.", run.output));
}

/** A place as reports have it, of one from `cwd`. */
type Shown = (place: string, cwd: string | null) => string;

function tell(event: Record<string, unknown>, say: Say, shown: Shown): void {
  const total = v.safeParse(Total, event);
  if (total.success) say({ type: "tests.started", total: total.output.total });
  const summary = v.safeParse(TestsSummary, event);
  if (summary.success) {
    const { warnings, more, sections, cwd } = summary.output;
    const placed = warnings.map((warning) => ({ ...warning, place: shown(warning.place, cwd) }));
    say({ type: "tests.told", warnings: placed, more, sections });
  }
  const test = v.safeParse(Test, event);
  if (!test.success) return;
  const { test: id, outcome, ms, message, place, output, started, ended } = test.output;
  const { setup_ms, teardown_ms, xfail, cwd } = test.output;
  const times = { started: started * SECOND, ended: ended * SECOND };
  say({
    type: "test.finished",
    id,
    outcome,
    ms,
    message,
    place: shown(place, cwd),
    output,
    ...times,
    setup_ms,
    teardown_ms,
    xfail,
  });
}
