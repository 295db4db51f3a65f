/** Each step of the cycle as calls of ports: input in, settled out, nothing decided about what comes next. */
import type { StepInput, StepOutput } from "../core/effect.ts";
import type { Settled } from "../core/event.ts";
import type { CheckFailure, TestResult, Xfail } from "../core/fact.ts";
import { type Failure, failure } from "../core/failure.ts";
import type { Result } from "../core/result.ts";
import type { Say } from "../ports/say.ts";
import type { ChangedFile } from "../ports/server.ts";
import { failed, type StepContext } from "./step-context.ts";
import { writeReports } from "./write-reports.ts";

/** Runs one step to its end. Aborted, it still waits until what it started is dead. */
export async function runStep(input: StepInput, context: StepContext): Promise<Settled> {
  switch (input.step) {
    case "checking":
      return await check(input.files, input.mustRestart, context);
    case "restarting":
      return await restart(context);
    case "testing":
      return await test(input.select, context);
    case "flushing":
      return settled(await context.ports.server.flush(context.say, context.signal), (flush) => ({
        step: "flushing",
        ...flush,
      }));
    case "collecting":
      return settled(
        await context.ports.server.collect(input.flush, input.partial, context.say, context.signal),
        (report) => ({ step: "collecting", report }),
      );
    case "reporting":
      return await writeReports(input.report, context);
  }
}

function settled<T>(result: Result<T>, output: (value: T) => StepOutput): Settled {
  return result.ok ? { status: "done", output: output(result.value) } : failed(result.failure);
}

async function check(files: readonly string[], mustRestart: boolean, context: StepContext): Promise<Settled> {
  const { server } = context.ports;
  const changed = await hashAll(files, context);
  // At once: one way to the helper is all that is waited for.
  const [checked, freshness, ready] = await Promise.all([
    changed.length > 0 ? server.check(changed, context.signal) : null,
    mustRestart ? null : server.freshness(files, context.signal),
    context.ports.tests.ready(context.signal),
  ]);
  if (checked !== null) {
    if (!checked.ok) return failed(checked.failure);
    if (checked.value.failures.length > 0) return notCompiled(checked.value.failures, context);
    for (const one of checked.value.unloaded) context.say({ type: "warning", message: holdsUpNothing(one) });
    if (checked.value.lagging.length > 0) return lagging(checked.value.lagging);
  }
  if (!ready.ok) return failed(ready.failure);
  if (freshness === null) {
    const output = restartBecause("what its workers run is not known yet");
    return { status: "done", output };
  }
  return settled(freshness, ({ fresh, why, generation }) => ({
    step: "checking",
    restart: !fresh,
    why,
    generation,
  }));
}

function restartBecause(why: string): StepOutput {
  return { step: "checking", restart: true, why, generation: 0 };
}

async function hashAll(files: readonly string[], context: StepContext): Promise<readonly ChangedFile[]> {
  return await Promise.all(
    files.map(async (path) => ({ path, sha256: await context.ports.files.hash(path) })),
  );
}

function notCompiled(failures: readonly CheckFailure[], context: StepContext): Settled {
  context.say({ type: "check.failed", failures });
  const message = describe(failures);
  return failed(
    failure("check-failed", message, "Fix it and save; the server goes on with its last good code."),
  );
}

function holdsUpNothing(failure: CheckFailure): string {
  return `${describe([failure])}. No worker loads this file: it holds up nothing.`;
}

function describe(failures: readonly CheckFailure[]): string {
  const [first] = failures;
  const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : "";
  if (!first) return "A changed file does not compile.";
  const place = first.line === null ? first.path : `${first.path}:${first.line}`;
  return `${place}: ${first.message}${more}`;
}

function lagging(paths: readonly string[]): Settled {
  const message = `The server still sees older bytes of ${paths.join(", ")}.`;
  return failed(
    failure("mount-lag", message, "Check that the directory is mounted into the server; then press a."),
  );
}

async function restart(context: StepContext): Promise<Settled> {
  const result = await context.ports.server.restart(context.say, context.signal);
  if (!result.ok) return failed(result.failure);
  const { generation, workers, bootErrors, configError, reads, coverage, ms } = result.value;
  context.reads(reads);
  const [first] = bootErrors;
  if (first) {
    context.say({ type: "server.boot-error", traceback: first.traceback, workers: bootErrors.length });
    const message = `The new code does not start: ${lastLine(first.traceback)}`;
    const fix = context.once ? "Fix it, and run again." : "Fix it and save; the server lives on.";
    return failed(failure("boot-error", message, fix, first.traceback));
  }
  if (configError !== null) {
    const message = `gunicorn's config file fails, its last good settings stay: ${lastLine(configError)}`;
    context.say({ type: "warning", message });
  }
  const settings = coverage === undefined ? {} : { coverage };
  context.say({ type: "server.ready", generation, workers, ms, restarted: true, ...settings });
  return { status: "done", output: { step: "restarting" } };
}

function lastLine(traceback: string): string {
  return traceback.trimEnd().split("\n").at(-1)?.trim() ?? "";
}

async function test(select: readonly string[], context: StepContext): Promise<Settled> {
  const ran = new Set<string>();
  const expected = new Map<string, Xfail | null>();
  const count = (which: Xfail) => [...expected.values()].filter((one) => one === which).length;
  const say: Say = (fact) => {
    if (fact.type === "test.finished") {
      if (wasCarriedOut(fact)) ran.add(fact.id);
      expected.set(fact.id, fact.xfail);
    }
    context.say(fact);
  };
  return settled(await context.ports.tests.run(select, say, context.signal), (run) => ({
    step: "testing",
    ran: ran.size,
    passed: run.passed,
    failed: run.failed,
    errors: run.errors,
    skipped: run.skipped,
    xfailed: count("xfailed"),
    xpassed: count("xpassed"),
    ended: run.ended === null ? null : endedBadly(run.ended, run.output),
    doubts: run.doubts,
  }));
}

/** All tests passed, and whoever ran them says no: coverage of the tests' own that is too low, say. */
function endedBadly(message: string, output: string): Failure {
  const fix = "Read what it printed. The coverage of the server is whole all the same.";
  return failure("tests-ended", message, fix, output);
}

/** A file that can't be collected is reported as a test, by its path, and runs none. */
function wasCarriedOut({ id, outcome }: TestResult): boolean {
  return outcome !== "skipped" && (outcome !== "error" || id.includes("::"));
}
