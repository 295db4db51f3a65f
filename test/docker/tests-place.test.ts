/** Where the tests run: by `docker exec` as their command, in the server's own container. */
import { unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Project, processesIn } from "../support/docker-place.ts";
import { until } from "../support/machine.ts";
import { Session } from "../support/session.ts";

const SLOW = "import subprocess\n\ndef test_slow():\n    subprocess.run(['sleep', '4321'])\n";
const VARIABLES = `import os

def test_variables():
    assert (os.environ["OF_CONFIG"], os.environ["OF_COMMAND"], os.getcwd()) == ("1", "2", "/app/test")
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
  });
  afterAll(() => project?.down());

  /** Watches with these tests; the port of a local server is nobody's here, and leaves XY_URL as it is. */
  async function watch(tests: string): Promise<Session> {
    const config = `[tool.gunicov.server]
service = "server"
source = ["source"]
[tool.gunicov.tests]
source = ["test"]
env = { OF_CONFIG = "1", OF_COMMAND = "1", XY_URL = "http://127.0.0.1:{port}" }
${tests}
`;
    await writeFile(join(demo, "gunicov.toml"), config);
    await writeFile(join(demo, "test/test_variables.py"), VARIABLES);
    session = new Session(["watch", "--json"], demo);
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
