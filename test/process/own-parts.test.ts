/** kill -9 of each process that gunicov has, in each phase: it recovers or says so, the next save is whole again, Ctrl-C ends all. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { FactType } from "../support/facts.ts";
import { remove, until } from "../support/machine.ts";
import { type Cycle, Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

/** Its analysis takes a while, and its boot. */
const BIG = Array.from({ length: 3000 }, (_, n) => `def f${n}(x):\n    if x:\n        return ${n}\n`).join(
  "\n",
);
const APP = `import time
import big
time.sleep(0.7)

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`;
const TESTS = `import os, time, urllib.request

def test_hello():
    assert urllib.request.urlopen(os.environ["URL"], timeout=10).read() == b"hello"
    time.sleep(1)
`;
const CONFIG = `import time
workers = 2
def worker_exit(server, worker):
    time.sleep(0.7)
`;

const PHASES: Readonly<Record<string, FactType | null>> = {
  idle: null,
  restarting: "server.restarting",
  testing: "tests.started",
  flushing: "tests.finished",
  collecting: "coverage.complete",
};
const PARTS = ["helper", "a fork of the helper's", "runner", "guard", "master"] as const;
type Part = (typeof PARTS)[number];

const opened: { session: Session; directory: string }[] = [];
afterEach(async () => {
  for (const { session, directory } of opened.splice(0)) {
    await session.kill();
    await remove(directory);
  }
});

async function open(): Promise<{ session: Session; save: () => Promise<void> }> {
  const files = {
    "app.py": APP,
    "big.py": BIG,
    "gunicorn.conf.py": CONFIG,
    "tests/test_app.py": TESTS,
    ".coveragerc": "[run]\nbranch = true\n[report]\ninclude = app.py,big.py\n",
  };
  const directory = await project({ files, more: 'source = ["."]' });
  const session = new Session(["watch", "--json", "--local"], directory);
  opened.push({ session, directory });
  let saves = 0;
  const save = async () => {
    saves += 1;
    // Loaded and analysed anew each time.
    await writeFile(join(directory, "big.py"), `${BIG}\n# ${saves}\n`);
  };
  return { session, save };
}

async function pidOf(session: Session, part: Part): Promise<number | null> {
  const all = (await session.processes()).map((one) => ({ pid: Number.parseInt(one, 10), command: one }));
  const oldest = (words: string) => all.find(({ command }) => command.includes(words))?.pid ?? null;
  switch (part) {
    case "helper":
      return oldest("gunicov_helper.py");
    case "a fork of the helper's": {
      const helper = oldest("gunicov_helper.py");
      const forks = all.filter(({ pid, command }) => command.includes("gunicov_helper.py") && pid !== helper);
      return forks[0]?.pid ?? null;
    }
    case "runner":
      return oldest("gunicov_runner.py");
    case "guard":
      return oldest("guard.py");
    case "master": {
      const guard = oldest("guard.py");
      for (const { pid, command } of all) {
        if (command.includes("app:app") && pid !== guard && (await parentOf(pid)) === guard) return pid;
      }
      return null;
    }
  }
}

/** The first cycle from this number on that was not cancelled. */
async function finished(session: Session, number: number): Promise<Cycle> {
  for (;;) {
    const cycle = await session.next();
    if (cycle.number >= number && cycle.finished.outcome !== "cancelled") return cycle;
  }
}

async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  return Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
}

async function kill(session: Session, part: Part): Promise<boolean> {
  const pid = await pidOf(session, part);
  if (pid !== null) process.kill(pid, "SIGKILL");
  return pid !== null;
}

describe.each(PARTS)("kill -9: %s", (part) => {
  test("in each phase: the next saves give the whole total again; Ctrl-C ends all", {
    timeout: 240_000,
  }, async () => {
    const { session, save } = await open();
    const first = (await session.next()).report();
    expect(first.complete).toBe(true);
    for (const [phase, fact] of Object.entries(PHASES)) {
      const { seq } = session;
      if (fact !== null) await save();
      const meant = fact === null ? session.cycles : (await session.fact(fact, seq)).cycle;
      const killed =
        part === "a fork of the helper's"
          ? await until("a fork", () => kill(session, part), 5).catch(() => false)
          : await kill(session, part);
      expect(killed || part === "a fork of the helper's", phase).toBe(true);
      if (fact !== null) {
        const cycle = await finished(session, meant);
        const report = cycle.of("report")[0];
        // Whatever became of it: a report that is called complete is whole.
        if (report?.complete) expect(report.totals, phase).toEqual(first.totals);
        else expect(cycle.finished.outcome, phase).not.toBe("passed");
      } else if (part === "guard" || part === "master") {
        await session.fact("server.lost", seq);
      }
      await save();
      const cycle = await finished(session, meant + 1);
      expect(cycle.of("error"), phase).toEqual([]);
      expect(cycle.report().reasons, phase).toEqual([]);
      expect(cycle.report(), phase).toMatchObject({ complete: true, totals: first.totals });
    }
    await kill(session, part);
    session.signal("SIGINT");
    expect(await session.ended()).toBe(0);
    await until("the end of every process", async () => (await session.processes()).length === 0);
  });
});
