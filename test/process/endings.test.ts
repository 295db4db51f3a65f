/** Ctrl-C in each phase of a cycle, and what else may befall gunicov itself: nothing stays behind. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { environment, ROOT, remove, run, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

/** Slow to compile, to analyse and to write a page of: each step with it takes long enough to be met. */
const BIG = Array.from(
  { length: 3000 },
  (_, n) => `def f${n}(x):\n    if x:\n        return ${n}\n    return x\n\n`,
).join("");

const APP = `import os, time
import big
while os.path.exists("endless"): time.sleep(0.05)
if os.path.exists("slow"): time.sleep(1.5)

def app(environ, start_response):
    if environ["PATH_INFO"] == "/slow": time.sleep(30)
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`;

const TESTS = `import os, socket, time, urllib.request

def test_hello():
    assert urllib.request.urlopen(os.environ["URL"]).read() == b"hello"

def test_sleeps():
    time.sleep(60)

def test_leaves_a_request():
    host, port = os.environ["URL"].removeprefix("http://").split(":")
    socket.create_connection((host, int(port))).sendall(b"GET /slow HTTP/1.0\\r\\n\\r\\n")
    time.sleep(0.3)
`;

let directory: string;
let place: string;
let before: readonly string[];
const sessions: Session[] = [];

/** Every file of the project but gunicov's own, and all that was made in the temporary directory and at home. */
async function files(): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true });
  return found.filter((path) => !/^project\/(\.gunicov(\/|$)|slow$|endless$)/.test(path)).toSorted();
}

function start(...args: readonly string[]): Session {
  const temporary = join(directory, "tmp");
  const session = new Session(args, place, {
    TMPDIR: temporary,
    HOME: join(directory, "home"),
    PYTHONDONTWRITEBYTECODE: "1",
  });
  sessions.push(session);
  return session;
}

async function nothingIsLeft(session: Session): Promise<void> {
  await until("the end of every process", async () => (await session.processes()).length === 0);
  expect(await files()).toEqual(before);
}

beforeAll(async () => {
  const made = await project({
    files: { "app.py": APP, "big.py": BIG, "tests/test_app.py": TESTS },
    tests: ["pytest", "-p", "no:cacheprovider", "tests"],
  });
  directory = `${made}-whole`;
  place = join(directory, "project");
  await mkdir(directory);
  await run(["mv", made, place]);
  for (const name of ["tmp", "home"]) await mkdir(join(directory, name));
  before = await files();
});
afterEach(async () => {
  for (const name of ["slow", "endless"]) await remove(join(place, name));
  for (const session of sessions.splice(0)) await session.kill();
});
afterAll(() => remove(directory));

describe("Ctrl-C", () => {
  const HELLO = ["--", "-k", "hello"];

  /** Sends it as soon as a fact has come, and gives the phases that the cycle had. */
  const interrupted = async (session: Session, type: Parameters<Session["fact"]>[0]) => {
    await session.fact(type, 0);
    session.signal("SIGINT");
    expect(await session.ended()).toBe(130);
    const last = session.facts.at(-1);
    if (last?.type !== "cycle.finished") throw new Error(`the last fact is ${JSON.stringify(last)}`);
    await nothingIsLeft(session);
    return { phase: Object.keys(last.phases).at(-1), outcome: last.outcome, exit: last.exit_code };
  };

  test("while the server is being looked for", async () => {
    await writeFile(join(place, "slow"), "");
    const session = start("run", "--json", "--local", ...HELLO);
    await until("the server", async () =>
      (await session.processes()).some((one) => one.includes("guard.py")),
    );
    session.signal("SIGINT");
    expect(await session.ended()).toBe(130);
    expect(session.facts.map(({ type }) => type)).toEqual(["note"]);
    await nothingIsLeft(session);
  });

  test("while checking", async () => {
    const session = start("watch", "--json", "--local", ...HELLO);
    await session.next();
    const { seq } = session;
    await writeFile(join(place, "big.py"), `${BIG}\n`);
    await session.fact("cycle.started", seq);
    session.signal("SIGINT");
    expect(await session.ended()).toBe(0);
    const last = session.facts.at(-1);
    expect(last).toMatchObject({ type: "cycle.finished", outcome: "cancelled", cycle: 2 });
    expect(Object.keys(last?.type === "cycle.finished" ? last.phases : {})).toEqual(["checking"]);
    await nothingIsLeft(session);
  });

  test("while restarting", async () => {
    await writeFile(join(place, "slow"), "");
    const session = start("run", "--json", "--local", ...HELLO);
    expect(await interrupted(session, "server.restarting")).toEqual({
      phase: "restarting",
      outcome: "cancelled",
      exit: 130,
    });
  });

  test("while testing", async () => {
    const session = start("run", "--json", "--local", "--", "-k", "sleeps");
    const told = await interrupted(session, "tests.started");
    expect(told).toEqual({ phase: "testing", outcome: "cancelled", exit: 130 });
  });

  test("while flushing", async () => {
    const session = start("run", "--json", "--local", "--", "-k", "leaves");
    const told = await interrupted(session, "tests.finished");
    expect(told).toEqual({ phase: "flushing", outcome: "cancelled", exit: 130 });
  });

  test("while collecting", async () => {
    const session = start("run", "--json", "--local", ...HELLO);
    const told = await interrupted(session, "coverage.complete");
    expect(told).toEqual({ phase: "collecting", outcome: "cancelled", exit: 130 });
  });

  test("while reporting: what is being written is written to its end", async () => {
    const session = start("run", "--json", "--local", "--report", "html=.gunicov/pages", ...HELLO);
    await session.fact("report", 0);
    session.signal("SIGINT");
    expect(await session.ended()).toBe(130);
    expect(session.facts.at(-1)).toMatchObject({ type: "cycle.finished" });
    await nothingIsLeft(session);
    expect(await readdir(join(place, ".gunicov", "pages"))).toContain("index.html");
  });

  test("twice, while new workers never boot: ends at once, and the server with it", async () => {
    const session = start("watch", "--json", "--local", ...HELLO);
    await session.next();
    await writeFile(join(place, "endless"), "");
    await writeFile(join(place, "app.py"), `${APP}\n`);
    await session.fact("server.restarting", session.seq);
    const began = performance.now();
    await until("the end", async () => {
      session.signal("SIGINT");
      return (await session.processes()).length === 0;
    });
    // The restart alone would be waited for until its own time limit.
    expect(performance.now() - began).toBeLessThan(20_000);
    await nothingIsLeft(session);
  });
});

describe("streams", () => {
  test("stdout closed by its reader", async () => {
    const session = start("watch", "--json", "--local", "--", "-k", "sleeps");
    await session.fact("tests.started", 0);
    session.closeOutput();
    // The next fact meets it.
    await writeFile(join(place, "app.py"), `${APP}\n\n`);
    expect(await session.ended()).toBe(0);
    await nothingIsLeft(session);
  });

  test("started without stdin", async () => {
    const gunicov = [process.execPath, join(ROOT, "bin", "gunicov"), "run", "--local", "--", "-k", "hello"];
    const shell = ["sh", "-c", 'exec "$@" <&-', "sh"];
    const text = await run([...shell, ...gunicov], { cwd: place, env: environment() });
    expect(text).toContain("1 passed");
  });
});
