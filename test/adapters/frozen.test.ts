/** A paused container answers nothing and ends nothing: whoever waits for something in it must not wait for ever. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connectDocker } from "../../src/adapters/docker/connect.ts";
import { DockerTarget } from "../../src/adapters/docker/target.ts";
import { loadProgram } from "../../src/adapters/helper/program.ts";
import { RunnerTests } from "../../src/adapters/helper/tests.ts";
import { container, type OwnContainer } from "../support/container.ts";
import { projectsOf } from "../support/projects.ts";

const NEVER = new AbortController().signal;

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("a container that is paused in a run", () => {
  let own: OwnContainer;
  let tests: RunnerTests;
  const command = ["sleep", "60"];

  beforeAll(async () => {
    own = await container({ command: ["sleep", "infinity"] });
    const target = new DockerTarget(
      () => connectDocker(),
      { container: own.name },
      projectsOf({ container: own.name }, "/"),
    );
    const all = {
      command,
      cwd: null,
      user: null,
      junit: [],
      env: () => ({}),
      timeout: 100,
      warm: true,
      order: "pytest" as const,
    };
    tests = new RunnerTests(target, await loadProgram("gunicov_runner"), all);
    expect(await tests.open(NEVER)).toMatchObject({ ok: true });
  });
  afterAll(async () => {
    await tests?.close();
    await own?.remove();
  });

  test("ends the run as lost, and once it goes on the next one works", async () => {
    const run = tests.run([], () => {}, NEVER);
    await own.docker("pause");
    expect(await run).toMatchObject({
      ok: false,
      failure: { kind: "tests-lost", message: expect.stringContaining("paused") },
    });
    await own.docker("unpause");
    command.splice(0, 2, "true");
    expect(await tests.run([], () => {}, NEVER)).toMatchObject({ ok: true, value: { passed: 1 } });
  });
});
