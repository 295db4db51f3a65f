/** Where the tests run: by `docker exec` as their command, in the server's own container, in one of their own for each run. */
import { rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Project, processesIn } from "../support/docker-place.ts";
import { run, until } from "../support/machine.ts";
import { type Cycle, Session } from "../support/session.ts";

const SLOW = "import subprocess\n\ndef test_slow():\n    subprocess.run(['sleep', '4321'])\n";
const variables = (ofCommand: string, cwd: string) => `import os

def test_variables():
    assert (os.environ["OF_CONFIG"], os.environ["OF_COMMAND"], os.getcwd()) == ("1", "${ofCommand}", "${cwd}")
    assert os.environ["XY_URL"] == "http://server:8000"
`;

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("tests in a container", () => {
  let project: Project;
  let demo: string;
  let session: Session | null = null;
  beforeAll(async () => {
    project = await Project.start(true);
    demo = join(project.directory, "demo");
  });
  afterEach(async () => {
    await session?.kill();
    session = null;
    for (const name of ["slow", "a_red", "b_slow"])
      await rm(join(demo, `test/test_${name}.py`), { force: true });
  });
  afterAll(() => project?.down());

  /** Watches with these tests; the port of a local server is nobody's here, and leaves XY_URL as it is. */
  async function watch(tests: string, ofCommand = "2", cwd = "/app/test"): Promise<Session> {
    const config = `[tool.gunicov.server]
service = "server"
source = ["source"]
[tool.gunicov.tests]
source = ["test"]
env = { OF_CONFIG = "1", OF_COMMAND = "1", XY_URL = "http://127.0.0.1:{port}" }
${tests}
`;
    await writeFile(join(demo, "gunicov.toml"), config);
    await writeFile(join(demo, "test/test_variables.py"), variables(ofCommand, cwd));
    session = new Session(["watch", "--json"], demo, project.env);
    return session;
  }

  async function cancelled(in_: Session, container: string): Promise<void> {
    const sleeping = async () => (await processesIn(container)).some((line) => line.includes("sleep 4321"));
    const slow = join(demo, "test/test_slow.py");
    await writeFile(slow, SLOW);
    await until("the slow test", sleeping);
    await unlink(slow);
    expect((await in_.next()).finished.outcome).toBe("cancelled");
    expect(await sleeping()).toBe(false);
    expect((await in_.next()).finished.outcome).toBe("passed");
    expect((await processesIn(container)).filter((line) => line.includes("pytest"))).toEqual([]);
  }

  test("by docker exec: its options and tests.env hold, and a cancelled run does not live on", async () => {
    const container = await project.container("tests");
    const words = ["docker", "exec", "-it", "-w", "/app/test", "-e", "OF_COMMAND=2", container];
    const in_ = await watch(`command = ${JSON.stringify([...words, "pytest", "-p", "no:cacheprovider"])}`);
    const cycle = await in_.next();
    expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(cycle.of("test.finished").length).toBeGreaterThan(5);
    await cancelled(in_, container);
    expect(await in_.stop()).toBe(0);
  });

  /** Ids of the containers that gunicov has made. */
  async function made(): Promise<readonly string[]> {
    const labels = ["dev.gunicov.run", `com.docker.compose.project=${project.name}`];
    const ids = await run([
      "docker",
      "ps",
      "-aq",
      ...labels.flatMap((label) => ["--filter", `label=${label}`]),
    ]);
    return ids.split("\n").filter(Boolean);
  }
  const ownPytest = ["pytest", "-n", "0", "-p", "no:cacheprovider"];

  const expectPassed = (cycle: Cycle) => {
    const said = JSON.stringify(cycle.of("error"));
    expect(cycle.finished, said).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(cycle.of("test.finished").length).toBeGreaterThan(5);
    expect(cycle.report().complete).toBe(true);
  };

  test("in a container of its own for each run: each test is reported, and nothing stays after a run, a cancel, an end", async () => {
    const [red, slow] = [join(demo, "test/test_a_red.py"), join(demo, "test/test_b_slow.py")];
    await writeFile(red, "def test_red():\n    assert 1 + 1 == 3\n");
    await writeFile(slow, SLOW);
    const words = `command = ${JSON.stringify(ownPytest)}`;
    const in_ = await watch(`service = "tests"\nrun = "compose-run"\n${words}`, "1", "/app");
    const [container = ""] = await until("the slow test", sleepers, 90);
    const failed = () =>
      in_.facts.flatMap((fact) => (fact.type === "test.finished" && fact.outcome === "failed" ? [fact] : []));
    // It is told while the next one runs.
    await until("the failing test", () => failed().length > 0);
    expect(failed()[0]?.message).toContain("assert (1 + 1) == 3");
    expect(failed()[0]?.place).toMatch(/test_a_red\.py:2$/);
    await unlink(slow);
    await unlink(red);
    const outcomes = [await in_.next()];
    while (outcomes.at(-1)?.finished.outcome === "cancelled") outcomes.push(await in_.next());
    expect(outcomes.length).toBeGreaterThan(1);
    expectPassed(outcomes.at(-1) as Cycle);
    expect(await made()).not.toContain(container);
    await until("the container's end", async () => (await made()).length === 0, 60);
    await writeFile(slow, SLOW);
    await until("the slow test", sleepers, 90);
    expect(await in_.stop()).toBe(0);
    expect(await made()).toEqual([]);
  });

  test("in a container of its own, by compose run as the command: its options and tests.env hold", async () => {
    const compose = [...project.program, "-f", "../docker-compose.yaml", "-p", project.name];
    const options = ["run", "--no-deps", "-e", "OF_COMMAND=2", "-w", "/app/test"];
    const in_ = await watch(`command = ${JSON.stringify([...compose, ...options, "tests", ...ownPytest])}`);
    expectPassed(await in_.next());
    expect(await in_.stop()).toBe(0);
    expect(await made()).toEqual([]);
  });

  test("a service that compose does not have is named, and nothing is made", async () => {
    const in_ = await watch('service = "nope"\nrun = "compose-run"');
    const cycle = await in_.next();
    expect(cycle.of("error")).toMatchObject([
      {
        kind: "no-service",
        message: "Compose has no service nope.",
        fix: expect.stringContaining("config --services"),
      },
    ]);
    expect(await made()).toEqual([]);
  });

  /** The containers in which the slow test is; null: it is in none. */
  async function sleepers(): Promise<readonly string[] | null> {
    const found = await made();
    const lines = await Promise.all(found.map((id) => processesIn(id).catch(() => [])));
    return lines.flat().some((line) => line.includes("sleep 4321")) ? found : null;
  }

  test("in the server's own container, by compose exec: its processes are no workers", async () => {
    const words = [
      "docker",
      "compose",
      "exec",
      "-T",
      "-e",
      "OF_COMMAND=2",
      "-e",
      "XY_URL=http://server:8000",
    ];
    const more = ["-w", "/app/test", "server", "pytest", "-n", "0", "-p", "no:cacheprovider"];
    const in_ = await watch(`command = ${JSON.stringify([...words, ...more])}`);
    const cycle = await in_.next();
    expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(cycle.report().complete).toBe(true);
    await cancelled(in_, await project.container("server"));
    expect(await in_.stop()).toBe(0);
  });
});
