/** Looks at the tests: their place, their command, what it collects, where their requests go. */
import { type ServerExaminer, TestsExaminer } from "../../adapters/helper/examiner.ts";
import { loadProgram } from "../../adapters/helper/program.ts";
import type { TestCommand } from "../../adapters/helper/test-command.ts";
import { RunnerTests } from "../../adapters/helper/tests.ts";
import type { Settings } from "../../config/settings.ts";
import type { ServerFacts, TestsFacts } from "../../ports/examination.ts";
import type { Log } from "../../ports/log.ts";
import type { Target } from "../../ports/target.ts";
import { type Finding, failed, type LineId, notNeeded, unknown } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { collectionLine, pytestLine, ranLine, reached, requestsLine, testsLine } from "../tests.ts";
import type { LookAtServer } from "./server.ts";

/** How many addresses are tried. */
const MOST = 4;

export interface TestsLook {
  readonly settings: Settings;
  readonly target: Target;
  readonly command: TestCommand;
  readonly log: Log;
  readonly findings: Findings;
  /** One test is to be run. */
  readonly run: boolean;
}

export class LookAtTests {
  readonly #look: TestsLook;
  #examiner: TestsExaminer | null = null;
  #facts: TestsFacts | null = null;

  constructor(look: TestsLook) {
    this.#look = look;
  }

  get facts(): TestsFacts | null {
    return this.#facts;
  }

  /** Tells all lines about the tests but whether their requests reach the server. */
  async tell(signal: AbortSignal): Promise<void> {
    const { target, command, log, findings } = this.#look;
    const examiner = new TestsExaminer(target, await loadProgram("gunicov_runner"), command, log);
    this.#examiner = examiner;
    const opened = await examiner.open(signal);
    if (!opened.ok) {
      const line = lineOf(opened.failure.kind);
      findings.add(failed(line, opened.failure));
      findings.block(["tests", "pytest", "collection", "requests"], line);
      return;
    }
    const examined = await examiner.examine(signal);
    if (!examined.ok) {
      findings.add(failed("tests", examined.failure));
      findings.block(["pytest", "collection", "requests"], "tests");
      return;
    }
    this.#facts = examined.value;
    findings.add(
      testsLine(examined.value, target.name),
      pytestLine(examined.value),
      collectionLine(examined.value),
    );
  }

  /** Whether a connection from where they run arrives at the server. */
  async tellRequests(server: LookAtServer, signal: AbortSignal): Promise<void> {
    const { settings, findings } = this.#look;
    if (!settings.tests.requests) {
      findings.add(notNeeded("requests", "requests = false: these tests need no server"));
      return;
    }
    const [tests, facts] = [this.#facts, server.facts];
    if (facts === null) findings.block(["requests"], "gunicorn");
    if (tests === null || facts === null || this.#examiner === null || server.examiner === null) return;
    const [first] = tests.tests;
    if (this.#look.run && first !== undefined) {
      findings.add(await this.#runOne(first, facts, server.examiner, signal));
      return;
    }
    const addresses = tests.addresses.slice(0, MOST);
    const knocks = await server.examiner.knock(this.#examiner, facts.pid, addresses);
    findings.add(requestsLine(facts, knocks));
  }

  /** Runs one test, as a cycle would, and looks whether a request comes. */
  async #runOne(
    test: string,
    facts: ServerFacts,
    server: ServerExaminer,
    signal: AbortSignal,
  ): Promise<Finding> {
    if (facts.busy !== null) {
      return unknown("requests", "another gunicov is measuring: a test now would be in its report");
    }
    const { target, command, log } = this.#look;
    await this.#examiner?.close();
    this.#examiner = null;
    const tests = new RunnerTests(target, await loadProgram("gunicov_runner"), command, log);
    try {
      const before = await server.requests(facts);
      const opened = await tests.open(signal);
      const ran = opened.ok ? await tests.run([test], () => {}, signal) : opened;
      if (!ran.ok) return failed("requests", ran.failure);
      return ranLine(test, reached(facts, before, await server.requests(facts)), facts);
    } finally {
      await tests.close();
    }
  }

  async close(): Promise<void> {
    await this.#examiner?.close();
  }
}

/** pytest's own refusals are of its line. */
function lineOf(kind: string): LineId {
  return kind === "no-plugin" || kind === "usage" ? "pytest" : "tests";
}
