/** What goes wrong in a cycle, and how that cycle must be named. Rows are those of docs/reliability.md. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fact } from "../../../src/core/fact.ts";
import { APP, CONFIG, type Files, fatal, tests } from "./files.ts";

/** The facts of one cycle. */
export class CycleFacts {
  readonly #facts: readonly Fact[];
  /** The files that have started a cycle of the turn; files of one save may come apart on a busy machine, as two cycles. */
  readonly changed: readonly string[];

  constructor(facts: readonly Fact[], turn = facts) {
    this.#facts = facts;
    this.changed = turn.flatMap((one) => (one.type === "cycle.started" ? one.files : []));
  }

  of<T extends Fact["type"]>(type: T): readonly Extract<Fact, { type: T }>[] {
    return this.#facts.filter((one): one is Extract<Fact, { type: T }> => one.type === type);
  }

  get exitCode(): number | undefined {
    return this.of("cycle.finished")[0]?.exit_code;
  }

  /** Passed, with a report that is whole. */
  get good(): boolean {
    return this.exitCode === 0 && this.of("report")[0]?.complete === true;
  }

  /** One worker is named as lost, for this cause, and the report is not called complete. */
  lost(cause: string): boolean {
    const [incomplete] = this.of("coverage.incomplete");
    const causes = incomplete?.lost.map((worker) => worker.cause) ?? [];
    return this.exitCode === 4 && causes.join() === cause && this.of("report")[0]?.complete === false;
  }

  /** The cycle ended with this kind of error; its text has these words. */
  error(kind: string, words = ""): boolean {
    const [error] = this.of("error");
    const text = `${error?.message}\n${error?.detail ?? ""}`;
    return error?.kind === kind && text.includes(words) && this.of("report").every((one) => !one.complete);
  }

  /** A test that did not pass says these words. */
  test(outcome: "failed" | "error", words: string): boolean {
    const all = this.of("test.finished").filter((one) => one.outcome === outcome);
    return this.exitCode === 1 && all.some((one) => `${one.message}\n${one.output}`.includes(words));
  }
}

/** What a fault may do while its cycle runs. */
export interface Hands {
  write(files: Files): Promise<void>;
  untilTesting(): Promise<void>;
  killRunner(): Promise<void>;
  /** SIGHUP to gunicorn's master, as somebody else sends it. */
  reload(): Promise<void>;
  /** The server's container is started anew. */
  startAnew(): Promise<void>;
  /** A second container of the server's service comes up for a while. */
  scale(): Promise<void>;
}

export interface Fault {
  readonly row: 3 | 4 | 7 | 8 | 9;
  /** What differs from the good files. */
  readonly files: Files;
  readonly during?: (hands: Hands) => Promise<void>;
  readonly named: (facts: CycleFacts) => boolean;
}

const SOURCE = "source/app.py";
const TEST = "test/test_soak.py";
const CONF = "source/conf.py";

function boot(text: string, words: string): Fault {
  return { row: 8, files: { [SOURCE]: text }, named: (facts) => facts.error("boot-error", words) };
}

/** The server's own log and database, written in its directory as it serves. */
async function ownFiles({ write, untilTesting }: Hands): Promise<void> {
  await untilTesting();
  for (let number = 1; number <= 10; number += 1) {
    await write({
      "source/server.log": `line ${Math.random()}\n`,
      "source/data.sqlite3": `${Math.random()}`,
    });
    await sleep(100);
  }
}

async function burst({ write }: Hands): Promise<void> {
  for (let number = 1; number <= 25; number += 1) {
    await write({ [SOURCE]: `${APP}# burst ${number}\n` });
    await sleep(20);
  }
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  "worker killed": {
    row: 4,
    files: { [TEST]: fatal("/kill") },
    named: (facts) => facts.lost("killed by SIGKILL"),
  },
  "worker timed out": {
    row: 4,
    files: { [TEST]: fatal("/hang"), [CONF]: `${CONFIG}\ntimeout = 3\n` },
    named: (facts) => facts.lost("timeout"),
  },
  "os._exit": { row: 4, files: { [TEST]: fatal("/exit") }, named: (facts) => facts.lost("os._exit(1)") },
  "out of memory": {
    row: 4,
    files: { [TEST]: fatal("/eat") },
    named: (facts) => facts.lost("out of memory"),
  },
  recycling: {
    row: 4,
    files: { [CONF]: `${CONFIG}\nmax_requests = 2\n` },
    named: (facts) => facts.good && (facts.of("coverage.complete")[0]?.expected ?? 0) > 2,
  },
  SyntaxError: {
    row: 8,
    files: { [SOURCE]: `${APP}\ndef broken(:\n` },
    named: (facts) => facts.error("check-failed", "app.py"),
  },
  "not UTF-8": {
    row: 8,
    files: { "source/extra.py": "\xff" },
    named: (facts) => facts.error("check-failed", "extra.py"),
  },
  ImportError: boot(`import not_there\n${APP}`, "No module named 'not_there'"),
  "no app": boot(APP.replace("def app", "def application"), "Failed to find attribute 'app'"),
  "sys.exit at import": boot(`import sys\n\nsys.exit(3)\n${APP}`, "SystemExit"),
  "deleted module": {
    row: 8,
    files: { "source/extra.py": null },
    named: (facts) => facts.error("boot-error", "No module named 'extra'"),
  },
  "config error": {
    row: 8,
    files: { [CONF]: `${CONFIG}\nraise RuntimeError("soaked")\n` },
    named: (facts) => facts.good && facts.of("warning").some(({ message }) => message.includes("soaked")),
  },
  "reload from outside": {
    row: 4,
    files: { [TEST]: tests('import time\ntime.sleep(3)\nassert get("/") == 200') },
    during: async ({ untilTesting, reload }) => {
      await untilTesting();
      await reload();
    },
    // Each generation's workers are in it, or it says that they are not.
    named: (facts) =>
      facts.good || (facts.exitCode === 4 && facts.of("report").every((one) => !one.complete)),
  },
  "coverage's configuration": {
    row: 3,
    files: { "source/coverage.rc": "[run]\nsource = /app/source\nomit =\n    */conf.py\n    */extra.py\n" },
    named: (facts) => {
      const [report] = facts.of("report");
      const there = report?.files.some(({ path }) => path.endsWith("extra.py"));
      return facts.good && there === false && report?.totals.num_branches === undefined;
    },
  },
  "the server's own files": {
    row: 8,
    files: { [TEST]: tests("import time\ntime.sleep(2)") },
    during: ownFiles,
    named: (facts) => facts.good && !facts.changed.some((path) => /server\.log|sqlite3/.test(path)),
  },
  "slow import": {
    row: 8,
    files: { [SOURCE]: `import time\n\ntime.sleep(5)\n${APP}` },
    named: (facts) => facts.good,
  },
  "slow start": {
    row: 7,
    files: {},
    during: async ({ startAnew }) => await startAnew(),
    named: (facts) => facts.good,
  },
  "a second replica": {
    row: 7,
    files: { [TEST]: tests("import time\ntime.sleep(4)") },
    during: async ({ untilTesting, scale }) => {
      await untilTesting();
      await scale();
    },
    named: (facts) =>
      facts.exitCode === 4 && facts.of("report").some(({ reasons }) => reasons.join().includes("2 replicas")),
  },
  "burst of saves": { row: 8, files: {}, during: burst, named: (facts) => facts.good },
  "hanging test": {
    row: 9,
    files: { [TEST]: tests("import time\ntime.sleep(120)") },
    named: (facts) => facts.error("tests-timeout", "test_fault"),
  },
  "crashed xdist worker": {
    row: 9,
    files: { [TEST]: tests("os._exit(7)") },
    named: (facts) => facts.test("failed", "crashed"),
  },
  "collection error": {
    row: 9,
    files: { [TEST]: `import not_there\n${tests()}` },
    named: (facts) => facts.test("error", "No module named 'not_there'"),
  },
  "runner killed": {
    row: 9,
    files: { [TEST]: tests("import time\ntime.sleep(120)") },
    during: async ({ untilTesting, killRunner }) => {
      await untilTesting();
      await killRunner();
    },
    named: (facts) => facts.error("tests-lost"),
  },
  "flood of output": {
    row: 9,
    files: { [TEST]: tests('for _ in range(20_000):\n    print("x" * 1000)') },
    named: (facts) => facts.good,
  },
};
