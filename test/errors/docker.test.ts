/** What goes wrong at once with a server in a container. */
import { afterAll, beforeAll, describe, test } from "vitest";
import { composeLabels, container, type OwnContainer } from "../support/container.ts";
import { ROOT, remove } from "../support/machine.ts";
import { project } from "../support/small-project.ts";
import { type Expected, expectError } from "./expect.ts";

const SERVICE_ONLY = { "gunicov.toml": '[tool.gunicov.server]\nservice = "api"\n' };

const PLAIN = ["-e", "GUNICOV=0", "-v", `${ROOT}/demo/source:/app/source:ro`];

describe("without an engine", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await project({ files: SERVICE_ONLY });
  });
  afterAll(() => remove(directory));

  const none: Expected = { kind: "no-engine", exit: 3, message: /No Docker engine answers/, fix: /--local/ };

  test.each([
    { env: { DOCKER_HOST: "unix:///nowhere.sock" }, message: /at unix:\/\/\/nowhere\.sock \(ENOENT\)/ },
    { env: { DOCKER_HOST: "tcp://127.0.0.1:1" }, message: /at tcp:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/ },
  ])("$env", async ({ env, message }) => {
    await expectError(["run"], directory, { ...none, message }, env);
  });

  test("behind ssh", async () => {
    const ssh = { ...none, message: /An engine behind ssh \(ssh:\/\/host\) is not/, fix: /ssh -NL/ };
    await expectError(["run"], directory, ssh, { DOCKER_HOST: "ssh://host" });
  });

  test("of a context that is not there", async () => {
    const context = {
      ...none,
      message: /The Docker context elsewhere can't be read/,
      fix: /docker context ls/,
    };
    await expectError(["run"], directory, context, { DOCKER_CONTEXT: "elsewhere" });
  });
});

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("with an engine", () => {
  let directory: string;
  let idle: OwnContainer;
  let plain: OwnContainer;
  let stopped: OwnContainer;

  beforeAll(async () => {
    directory = await project({ files: SERVICE_ONLY });
    const labels = (service: string) => ({ options: composeLabels(service, directory) });
    [idle, plain, stopped] = await Promise.all([
      container({ command: ["sleep", "infinity"], ...labels("idle") }),
      // The image's own start, but not in test mode.
      container({ command: ["./start.sh"], options: PLAIN }),
      container({ command: ["sleep", "infinity"], stopped: true, ...labels("stopped") }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([idle, plain, stopped].map((one) => one?.remove()));
    await remove(directory);
  });

  test("no such service", () =>
    expectError(["run"], directory, {
      kind: "no-service",
      exit: 3,
      message: /There is no service api\./,
      fix: /Running: .*idle.*docker compose up -d api/,
    }));

  test("no such container", () =>
    expectError(["run", "--container", "nobody"], directory, {
      kind: "no-service",
      exit: 3,
      message: /There is no container nobody\./,
      fix: new RegExp(`Running: .*${plain.name}`),
    }));

  test("the service is not running", () =>
    expectError(["run", "--service", "stopped"], directory, {
      kind: "server-lost",
      exit: 3,
      message: new RegExp(`Container ${stopped.name} is not running \\(Created\\)`),
      fix: /docker compose up -d stopped/,
    }));

  test("the container is not running", () =>
    expectError(["run", "--container", stopped.name], directory, {
      kind: "server-lost",
      exit: 3,
      message: /is not running/,
      fix: new RegExp(`docker start ${stopped.name}`),
    }));

  test("no gunicorn runs in it", () =>
    expectError(["run", "--service", "idle"], directory, {
      kind: "no-gunicorn",
      exit: 3,
      message: /no gunicorn/i,
      fix: /[Ss]tart/,
    }));

  test("its gunicorn has no hook", () =>
    expectError(["run", "--container", plain.name], directory, {
      kind: "no-hook",
      exit: 2,
      message: new RegExp(`gunicorn \\(pid \\d+, container ${plain.name}\\) runs without gunicov's hook`),
      fix: /gunicov_hook\.py .*GUNICORN_CMD_ARGS=/,
    }));
});
