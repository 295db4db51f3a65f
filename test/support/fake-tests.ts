/** Tests in memory: a list of outcomes. */

import type { Outcome } from "../../src/core/fact.ts";
import { type Failure, failure } from "../../src/core/failure.ts";
import { fastPathsFact } from "../../src/core/fast-paths.ts";
import { fail, ok, type Result } from "../../src/core/result.ts";
import { testsMissing } from "../../src/core/tests-missing.ts";
import type { Say } from "../../src/ports/say.ts";
import type { TestRun, Tests } from "../../src/ports/tests.ts";
import { Operations } from "./operations.ts";

const PLAIN = { setup_ms: 0, teardown_ms: 0, xfail: null };

export interface FakeTest {
  readonly id: string;
  readonly outcome: Outcome;
  /** First line of what went wrong; empty where nothing did. */
  readonly message?: string;
}

export class FakeTests implements Tests {
  readonly operations: Operations;
  all: readonly FakeTest[];
  /** Why they can't be run, while that is so. */
  missing: Failure | null = null;
  /** How their command ends though they pass. */
  ended: string | null = null;
  /** Why others may ask the server, too. */
  doubts: readonly string[] = [];
  /** Called before each test's outcome is told: here they would speak to the server. */
  onTest: () => void = () => {};
  #open = false;

  /** `operations`: those of a fake server, to have one log of both. */
  constructor(all: readonly FakeTest[], operations = new Operations()) {
    this.all = all;
    this.operations = operations;
  }

  open(signal: AbortSignal): Promise<Result<void>> {
    return this.operations.run("open tests", signal, async () => {
      this.#open = this.missing === null;
      return this.missing ? fail(this.missing) : ok(undefined);
    });
  }

  async ready(): Promise<Result<void>> {
    return this.missing && this.#open ? fail(this.missing) : ok(undefined);
  }

  begin(): void {}

  async drop(): Promise<void> {}

  async run(select: readonly string[], say: Say, signal: AbortSignal): Promise<Result<TestRun>> {
    if (!this.#open) return fail(failure("tests-lost", "The test runner is not connected.", "Press a."));
    return await this.operations.run("run tests", signal, async () => {
      const chosen = this.all.filter(({ id }) => select.length === 0 || select.includes(id));
      if (chosen.length === 0)
        return fail(failure("no-tests", "No tests were collected.", "Check the paths."));
      say({ type: "tests.started", total: chosen.length });
      const gone = select.filter((id) => !chosen.some((test) => test.id === id));
      if (gone.length > 0) say({ type: "warning", message: testsMissing(gone) });
      for (const test of chosen) this.#tell(test, say);
      say(fastPathsFact({ "tests.warm": null }));
      const count = (outcome: Outcome) => chosen.filter((test) => test.outcome === outcome).length;
      return ok({
        passed: count("passed"),
        failed: count("failed"),
        errors: count("error"),
        skipped: count("skipped"),
        ms: chosen.length,
        output: "",
        ended: this.ended,
        doubts: this.doubts,
      });
    });
  }

  async close(): Promise<void> {
    this.operations.log.push("tests closed");
    this.#open = false;
  }

  #tell({ id, outcome, message = "" }: FakeTest, say: Say): void {
    this.onTest();
    const place = message === "" ? "" : `${id.split("::")[0]}:1`;
    const times = { ms: 1, started: 1_700_000_000_000, ended: 1_700_000_000_001 };
    say({ type: "test.finished", id, outcome, message, place, output: message, ...times, ...PLAIN });
  }
}
