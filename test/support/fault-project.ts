/** A small project under `gunicov watch --json`, in which one fault follows another: each good save must give the whole total. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { Report } from "./facts.ts";
import { untilBooted } from "./generations.ts";
import { localRecords } from "./local-place.ts";
import { remove, run, until } from "./machine.ts";
import { type Cycle, Session } from "./session.ts";
import { type Choices, project } from "./small-project.ts";

const APP = `from web.words import greeting


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/nowhere":
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    body = greeting(path).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

const WORDS = `def greeting(path):
    if path == "/":
        return "hello"
    if path == "/loud":
        return "HELLO"
    return "who?"
`;

const TEST = `import os
import urllib.request


def get(path):
    return urllib.request.urlopen(os.environ["URL"] + path, timeout=10).read()


def test_hello():
    assert get("/") == b"hello"


def test_loud():
    assert get("/loud") == b"HELLO"
`;

export class FaultProject {
  readonly directory: string;
  readonly session: Session;
  #totals: Report["totals"] | null = null;

  private constructor(directory: string, session: Session) {
    this.directory = directory;
    this.session = session;
  }

  /** Starts it, and lets its first cycle, a good one, come to its end. `gunicorn`: more of its arguments; `prepare`: before it all; `calm`: false where it will not be. */
  static async open(
    gunicorn: readonly string[] = [],
    choices: Choices = {},
    prepare: (directory: string) => Promise<void> = async () => {},
    calm = true,
  ): Promise<FaultProject> {
    const server = ["gunicorn", "--bind", "127.0.0.1:{port}", "-w", "2", ...gunicorn, "web.app:app"];
    const files = {
      "web/__init__.py": "",
      "web/app.py": APP,
      "web/words.py": WORDS,
      "gunicorn.conf.py": "threads = 1\n",
      ".coveragerc": "[run]\nbranch = true\nsource = web\n",
      "tests/test_app.py": TEST,
      ...choices.files,
    };
    const more = `source = ["web", "gunicorn.conf.py"]\n${choices.more ?? ""}`;
    const directory = await project({ server, ...choices, more, files });
    await prepare(directory);
    const opened = new FaultProject(directory, new Session(["watch", "--json", "--local"], directory));
    try {
      if (calm) await opened.good();
    } catch (error) {
      await opened.close();
      throw error;
    }
    return opened;
  }

  at(path: string): string {
    return join(this.directory, path);
  }

  /** Writes a file; gives its text from before. */
  async save(path: string, text: string | Uint8Array): Promise<string> {
    const before = await readFile(this.at(path), "utf8");
    await writeFile(this.at(path), text);
    return before;
  }

  /** The next cycle that was not cancelled: what comes as several changes may start more than one. */
  async next(): Promise<Cycle> {
    for (;;) {
      const cycle = await this.session.next();
      if (cycle.finished.outcome !== "cancelled") return cycle;
    }
  }

  /** The next one, which must be a good one with the total that all good ones have, by the same server. */
  async good(): Promise<Cycle> {
    const cycle = await this.next();
    this.expectGood(cycle);
    return cycle;
  }

  expectGood(cycle: Cycle): void {
    expect(cycle.finished, JSON.stringify(cycle.of("error"))).toMatchObject({
      outcome: "passed",
      exit_code: 0,
    });
    const report = cycle.report();
    expect(report).toMatchObject({ complete: true, partial: false, reasons: [] });
    this.#totals ??= report.totals;
    expect(report.totals).toEqual(this.#totals);
    // One server from the first to the last.
    const found = this.session.facts.filter(
      (fact) => fact.type === "server.back" || fact.type === "server.lost",
    );
    expect(found).toHaveLength(1);
  }

  /** Passes over all cycles so far; the last one must be a good one. */
  async skipToRest(): Promise<void> {
    const last = this.session.cycles;
    for (;;) {
      const cycle = await this.session.next();
      if (cycle.number < last) continue;
      this.expectGood(cycle);
      return;
    }
  }

  /** Waits until the workers that the last cycle has started have booted: an earlier save restarts once more. */
  async booted(): Promise<void> {
    const exec = (argv: readonly string[]) => run(argv, { cwd: this.directory });
    await untilBooted({ exec, records: () => localRecords(this.directory) });
  }

  /** Waits until no cycle is under way and nothing has been said for so many ms. */
  async calm(ms: number): Promise<void> {
    let [seq, since] = [this.session.seq, Date.now()];
    await until(
      `${ms} ms of silence`,
      () => {
        if (this.session.seq !== seq || this.session.busy) [seq, since] = [this.session.seq, Date.now()];
        return Date.now() - since > ms;
      },
      120,
    );
  }

  /** The next cycle, which must end with this error and exit code, without a report. */
  async bad(kind: string, exit: number): Promise<Cycle> {
    const cycle = await this.next();
    expect(cycle.finished).toMatchObject({ outcome: exit === 1 ? "failed" : "error", exit_code: exit });
    expect(cycle.of("error")).toMatchObject([{ kind }]);
    return cycle;
  }

  async close(): Promise<void> {
    await this.session.kill();
    await remove(this.directory);
  }
}
