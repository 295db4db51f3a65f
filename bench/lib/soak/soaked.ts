/** The soak's server and tests in containers, with gunicov on them. */
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fact } from "../../../src/core/fact.ts";
import { run, until } from "../../../test/support/machine.ts";
import { Watching } from "../watching.ts";
import type { Yard } from "../yard.ts";
import { CycleFacts, type Fault } from "./faults.ts";
import { type Figures, figures, look } from "./figures.ts";
import { agesOf, type Files, goodFiles, SLOTS_FILE, slotOf, slotsIn } from "./files.ts";

const CYCLE_LIMIT = 180; // seconds; a hang, on any machine
const QUIET = 500; // ms without a cycle: what was saved has been seen
const TESTS_LIMIT = 15; // seconds, gunicov's own
const MEMORY = "300m";
const SLOW_START = 4; // seconds from the container's start to gunicorn's

/** The master is the process that is called gunicorn whose parent is none. */
const RELOAD = `
import glob, os, signal
parents = {}
for path in glob.glob("/proc/[0-9]*"):
    try:
        argv = open(path + "/cmdline", "rb").read().split(b"\\0")
        if any(word.endswith(b"/gunicorn") for word in argv[:2]):
            stat = open(path + "/stat").read().rpartition(") ")[2].split()
            parents[int(os.path.basename(path))] = int(stat[1])
    except OSError:
        pass
os.kill(next(pid for pid, parent in parents.items() if parent not in parents), signal.SIGHUP)
`;

/** What one turn came to. */
export interface Turn {
  readonly facts: CycleFacts;
  /** The last cycle's totals and tables as text; null where its report is not complete. */
  readonly total: string | null;
  /** Reports called complete that lack a worker. */
  readonly lost: number;
}

export class Soaked {
  readonly #yard: Yard;
  readonly #demo: string;
  readonly #watching: Watching;
  #written: Files;
  #stamp = 0;

  private constructor(yard: Yard, demo: string, watching: Watching, written: Files) {
    this.#yard = yard;
    this.#demo = demo;
    this.#watching = watching;
    this.#written = written;
  }

  /** Starts all of it; the first cycle is over. */
  static async start(yard: Yard): Promise<Soaked> {
    const demo = await yard.copy();
    const files = goodFiles(0);
    for (const part of ["source", "test", "witness"]) {
      await rm(join(demo, part), { recursive: true, force: true });
      await mkdir(join(demo, part));
    }
    await chmod(join(demo, "witness"), 0o777);
    await save(demo, files);
    await writeFile(join(demo, "gunicov.toml"), settings(yard));
    await Promise.all([startServer(yard, demo), startTests(yard, demo)]);
    const watching = yard.keep(
      () => new Watching(demo),
      (one) => one.stop(),
    );
    // The server takes its time.
    await watching.next("cycle.finished", 0, ({ exit_code }) => exit_code === 0);
    return new Soaked(yard, demo, watching, files);
  }

  /** One save of good files, or of what a fault makes of them, until all that it led to is over. */
  async turn(fault: Fault | null): Promise<Turn> {
    const { mark } = this.#watching;
    this.#stamp += 1;
    const files = { ...goodFiles(this.#stamp), ...stamped(fault?.files ?? {}, this.#stamp) };
    await this.#write(files);
    await fault?.during?.({
      write: (files) => this.#write(files),
      untilTesting: () => this.#untilTesting(mark),
      killRunner: () => this.#killRunner(),
      reload: () => this.#reload(),
      startAnew: () => this.#startAnew(),
      scale: () => this.#scale(),
    });
    if (fault?.during) await this.#write(files);
    await this.#untilStill(mark);
    return await this.#judge(this.#watching.facts.slice(mark));
  }

  async #write(files: Files): Promise<void> {
    const changed = Object.entries(files).filter(([path, text]) => this.#written[path] !== text);
    this.#written = { ...this.#written, ...files };
    await save(this.#demo, Object.fromEntries(changed));
  }

  async #untilTesting(mark: number): Promise<void> {
    const started = await this.#watching.next("tests.started", mark);
    await this.#watching.next("test.finished", this.#watching.facts.indexOf(started));
  }

  async #killRunner(): Promise<void> {
    const tests = this.#yard.name("tests");
    const runner = await look(tests, "gunicov_runner");
    if (!runner) throw new Error("there is no runner to kill");
    await run(["docker", "exec", tests, "python3", "-c", `import os; os.kill(${runner[0]}, 9)`]);
  }

  async #reload(): Promise<void> {
    await run(["docker", "exec", this.#yard.name("server"), "python3", "-c", RELOAD]);
  }

  async #scale(): Promise<void> {
    const options = asService(this.#yard, 2);
    await this.#yard.start({ name: "second", demo: this.#demo, options, command: ["sleep", "infinity"] });
    await run(["docker", "rm", "-f", this.#yard.name("second")]);
  }

  /** The cycle that the save has begun is over, or was never to be: what counts is the one after the start. */
  async #startAnew(): Promise<void> {
    const { mark } = this.#watching;
    await run(["docker", "restart", "--time", "5", this.#yard.name("server")]);
    await this.#watching.next("server.back", mark);
  }

  /** A cycle that was not cancelled is over, and no other one has started for a while. */
  async #untilStill(mark: number): Promise<void> {
    let still = performance.now();
    await until(
      "the cycle's end",
      () => {
        const over = this.#watching.facts
          .slice(mark)
          .some((one) => one.type === "cycle.finished" && one.outcome !== "cancelled");
        if (this.#watching.busy || !over) still = performance.now();
        return performance.now() - still > QUIET;
      },
      CYCLE_LIMIT,
    );
  }

  async #judge(facts: readonly Fact[]): Promise<Turn> {
    const ended = facts.filter((one) => one.type === "cycle.finished" && one.outcome !== "cancelled");
    const number = ended.at(-1)?.cycle;
    const cycle = new CycleFacts(
      facts.filter((one) => one.cycle === number),
      facts,
    );
    const [report] = cycle.of("report");
    const notes = await readFile(join(this.#demo, "witness", "notes"), "utf8");
    const complete = new CycleFacts(facts).of("report").filter((one) => one.complete);
    return {
      facts: cycle,
      total: report?.complete ? JSON.stringify([report.totals, others(report)]) : null,
      lost: complete.filter((one) => lacksWorker(one, notes)).length,
    };
  }

  async figures(): Promise<Figures> {
    return await figures(this.#watching.pid, this.#yard.name("server"), this.#yard.name("tests"));
  }

  /** Ends gunicov; gives the command lines of what it has left in the containers. */
  async end(): Promise<readonly string[]> {
    await this.#watching.stop();
    const left = async () =>
      (await Promise.all(["server", "tests"].map((name) => processes(this.#yard.name(name))))).flat();
    for (let tries = 0; tries < 20 && (await left()).length > 0; tries += 1) await sleep(250);
    return await left();
  }
}

type Report = Extract<Fact, { type: "report" }>;

function lacksWorker(report: Report, notes: string): boolean {
  const ages = report.generations.flatMap((generation) => agesOf(notes, generation));
  const there = slotsIn(report.files.find(({ path }) => path === SLOTS_FILE)?.executed_lines ?? []);
  return ages.length === 0 || !ages.every((age) => there.has(slotOf(age)));
}

/** The file of the workers' own lines has other lines each time. */
function others(report: Report): Report["files"] {
  return report.files.filter(({ path }) => path !== SLOTS_FILE);
}

/** Each with a comment of its own at its end: the same fault twice in a row is a change too. */
function stamped(files: Files, stamp: number): Files {
  const own = Object.entries(files).map(([path, text]) => [path, text && `${text}\n# ${stamp}\n`]);
  return Object.fromEntries(own) as Files;
}

/** Each in one step: of a file that is emptied first and written later, as a busy machine may have it, both are saves. */
async function save(demo: string, files: Files): Promise<void> {
  const unfinished = `${demo}-unfinished`; // beside it, where nothing is watched
  for (const [path, text] of Object.entries(files)) {
    if (text === null) {
      await rm(join(demo, path));
      continue;
    }
    await writeFile(unfinished, Buffer.from(text, "latin1"));
    await rename(unfinished, join(demo, path));
  }
}

function settings(yard: Yard): string {
  return `[tool.gunicov.server]
container = "${yard.name("server")}"
source = ["source"]

[tool.gunicov.tests]
container = "${yard.name("tests")}"
source = ["test"]
command = ["pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "test"]
timeout = ${TESTS_LIMIT}
`;
}

async function startServer(yard: Yard, demo: string): Promise<void> {
  const env = [
    "GUNICORN_CMD_ARGS=-c /app/gunicov_hook.py",
    "GUNICOV_USER_CONFIG=/app/source/conf.py",
    "GUNICOV_COVERAGE_CONFIG=/app/source/coverage.rc",
  ].flatMap((one) => ["-e", one]);
  const limits = ["--memory", MEMORY, "--memory-swap", MEMORY];
  await yard.start({
    name: "server",
    demo,
    options: [...env, ...limits, ...asService(yard, 1), "-v", `${demo}/witness:/witness`],
    command: ["sh", "-c", `sleep ${SLOW_START}; exec gunicorn -b 0.0.0.0:8000 --pythonpath source app:app`],
  });
}

/** Compose's labels of a service's container. */
function asService(yard: Yard, number: number): readonly string[] {
  const labels = {
    project: yard.name("soak"),
    service: "web",
    "container-number": `${number}`,
    oneoff: "False",
  };
  return Object.entries(labels).flatMap(([key, value]) => ["--label", `com.docker.compose.${key}=${value}`]);
}

async function startTests(yard: Yard, demo: string): Promise<void> {
  const options = ["-e", `URL=http://${yard.name("server")}:8000`];
  await yard.start({ name: "tests", demo, options, command: ["sleep", "infinity"] });
}

/** gunicov's own, and what has come of them. */
async function processes(container: string): Promise<readonly string[]> {
  const [, ...lines] = (await run(["docker", "top", container, "-eo", "pid,args"])).split("\n");
  const commands = lines.map((line) => line.trim().replace(/^\d+\s+/, ""));
  return commands.filter((one) => /python|pytest/.test(one) && !/gunicorn/.test(one));
}
