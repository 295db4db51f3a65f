/** An engine on fakes, in a project of one file and two tests. */
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { Paths } from "../../src/adapters/helper/paths.ts";
import type { Phase } from "../../src/core/cycle/state.ts";
import type { Fact, FactBody } from "../../src/core/fact.ts";
import { ONCE, type Policy, WATCH } from "../../src/core/policy.ts";
import { ok } from "../../src/core/result.ts";
import { Engine } from "../../src/engine/engine.ts";
import { faultsOf } from "../support/facts.ts";
import {
  FakeAlso,
  FakeChanges,
  FakeClock,
  FakeProject,
  FakePublisher,
  FakeTarget,
  FakeWatcher,
} from "../support/fake-host.ts";
import { FakeLog } from "../support/fake-log.ts";
import { FakeServer } from "../support/fake-server.ts";
import { FakeTests } from "../support/fake-tests.ts";

export const ROOT = "/project";
export const APP = `${ROOT}/app.py`;
export const SOURCE = "a = 1\nb = 2\n";

export class Harness {
  readonly clock = new FakeClock();
  readonly watcher = new FakeWatcher();
  readonly target = new FakeTarget();
  readonly testsTarget = new FakeTarget();
  readonly server = new FakeServer(ROOT, { "app.py": SOURCE });
  readonly operations = this.server.operations;
  readonly tests = new FakeTests(
    [
      { id: "t.py::one", outcome: "passed" },
      { id: "t.py::two", outcome: "passed" },
    ],
    this.operations,
  );
  readonly project = new FakeProject(ROOT);
  readonly publisher = new FakePublisher(this.operations);
  readonly changes = new FakeChanges();
  readonly also = new FakeAlso(this.operations);
  readonly log = new FakeLog();
  readonly engine: Engine;
  readonly facts: Fact[] = [];
  /** Null while it runs. */
  exit: number | null = null;

  constructor(policy: Policy) {
    this.tests.onTest = () => this.server.request();
    const desktop = { open: async () => ok(undefined) };
    const files = { hash: async (path: string) => this.#hash(path) };
    const { clock, watcher, target, testsTarget, server, tests, publisher } = this;
    const { project } = this;
    const paths = new Paths(ROOT, () => []);
    const alsoWatcher = new FakeWatcher();
    const adapters = { clock, watcher, alsoWatcher, target, testsTarget, server, tests, publisher };
    const ports = {
      ...adapters,
      changes: this.changes,
      also: this.also,
      desktop,
      files,
      project,
      paths,
      log: this.log,
    };
    this.engine = new Engine(ports, policy);
    this.engine.onFact((fact) => this.facts.push(fact));
    void this.engine.ended.then((code) => {
      this.exit = code;
    });
  }

  static watching(policy: Partial<Policy> = {}): Harness {
    return new Harness({ ...WATCH, ...policy });
  }

  static once(policy: Partial<Policy> = {}): Harness {
    return new Harness({ ...ONCE, ...policy });
  }

  get phase(): Phase {
    return this.engine.getSnapshot().state.phase;
  }

  get types(): readonly string[] {
    return this.facts.map((fact) => fact.type);
  }

  of<T extends FactBody["type"]>(type: T): readonly (Fact & { type: T })[] {
    return this.facts.filter((fact): fact is Fact & { type: T } => fact.type === type);
  }

  /** Lets everything go on that can go on by itself; timers only where time is let pass. */
  async settle(): Promise<void> {
    for (let count = 0; count < 20; count += 1) await turn();
  }

  /** Lets a quiet period go by too, so that what is due begins. */
  async run(): Promise<void> {
    await this.settle();
    this.clock.pass(60);
    await this.settle();
  }

  /** Starts it, and lets its first cycle come to its end. */
  async start(): Promise<this> {
    this.engine.start();
    await this.run();
    return this;
  }

  /** A save: new bytes, and the watcher tells. */
  save(text: string): void {
    this.server.files.set("app.py", text);
    this.watcher.change(APP);
  }

  /** What is wrong with the facts so far as a sequence. */
  get faults(): readonly string[] {
    return faultsOf(this.facts as Parameters<typeof faultsOf>[0], this.exit !== null);
  }

  #hash(path: string): string | null {
    const text = this.server.files.get(path.slice(ROOT.length + 1));
    return text === undefined ? null : createHash("sha256").update(text).digest("hex");
  }
}
