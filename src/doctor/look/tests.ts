/** Looks at the tests: their place, their command, what it collects, where their requests go. */
import { TestsExaminer } from "../../adapters/helper/examiner.ts";
import { loadProgram } from "../../adapters/helper/program.ts";
import type { TestCommand } from "../../adapters/helper/test-command.ts";
import type { Settings } from "../../config/settings.ts";
import type { TestsFacts } from "../../ports/examination.ts";
import type { Log } from "../../ports/log.ts";
import type { Target } from "../../ports/target.ts";
import { failed, type LineId, notNeeded } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { collectionLine, pytestLine, requestsLine, testsLine } from "../tests.ts";
import type { LookAtServer } from "./server.ts";

/** How many addresses are tried. */
const MOST = 4;

export interface TestsLook {
  readonly settings: Settings;
  readonly target: Target;
  readonly command: TestCommand;
  readonly log: Log;
  readonly findings: Findings;
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
  async tellRequests(server: LookAtServer): Promise<void> {
    const { settings, findings } = this.#look;
    if (!settings.tests.requests) {
      findings.add(notNeeded("requests", "requests = false: these tests need no server"));
      return;
    }
    const [tests, facts] = [this.#facts, server.facts];
    if (facts === null) findings.block(["requests"], "gunicorn");
    if (tests === null || facts === null || this.#examiner === null || server.examiner === null) return;
    const addresses = tests.addresses.slice(0, MOST);
    const knocks = await server.examiner.knock(this.#examiner, facts.pid, addresses);
    findings.add(requestsLine(facts, knocks));
  }

  async close(): Promise<void> {
    await this.#examiner?.close();
  }
}

/** pytest's own refusals are of its line. */
function lineOf(kind: string): LineId {
  return kind === "no-plugin" || kind === "usage" ? "pytest" : "tests";
}
