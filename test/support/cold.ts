/**
 * The cold way: plain gunicorn measured by coverage.py's own means (its .pth starts it in every process where
 * COVERAGE_PROCESS_START is set), stopped by SIGTERM so that exit handlers write. Nothing of python/ is loaded.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { freePort } from "../../src/adapters/process/port.ts";
import { coverageJson, type JsonReport } from "./coverage-py.ts";
import { Project } from "./docker-place.ts";
import { environment, run, until } from "./machine.ts";
import type { Place } from "./place.ts";

const PYTEST = ["pytest", "-n", "2", "-q"];

/** coverage.py's settings for the server: the demo's own, and a data file for each process. */
function settings(directory: string): string {
  return `[run]\nbranch = true\nsource = source\nparallel = true\ndata_file = ${directory}/.coverage\n`;
}

/** A cold run of the demo's copy on this machine. gunicov must not be running on it. */
export async function coldLocal(place: Place): Promise<JsonReport> {
  const directory = join(dirname(place.demo), "cold");
  await mkdir(directory);
  await writeFile(join(directory, "rc"), settings(directory));
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn("./start.sh", {
    cwd: place.demo,
    env: environment({ COVERAGE_PROCESS_START: join(directory, "rc"), XY_BIND: address }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.on("data", (chunk) => {
    log += chunk;
  });
  const closed = once(server, "close");
  try {
    await until("the cold server", () => booted(log));
    await run(PYTEST, { cwd: place.demo, env: { XY_URL: `http://${address}` } });
  } finally {
    server.kill("SIGTERM");
    await closed;
  }
  if (server.exitCode !== 0) throw new Error(`the cold server ended with ${server.exitCode}:\n${log}`);
  return await coverageJson(place.exec, directory);
}

/** No request is sent to find out: nothing but the tests may send one. */
function booted(log: string): boolean {
  return log.split("Booting worker").length === 3;
}

/** A cold run in containers. The hook that lies in the image is covered up: nothing can load it. */
export async function coldDocker(): Promise<JsonReport> {
  const project = await Project.start(false, OVERRIDE, async (directory) => {
    // The server runs as a user of its own.
    await mkdir(join(directory, "cold"));
    await chmod(join(directory, "cold"), 0o777);
    await writeFile(join(directory, "cold", "rc"), settings("/cold"));
  });
  try {
    const server = await project.container("server");
    const tests = await project.container("tests");
    await until("the cold server", async () => booted(await logOf(server)));
    await run(["docker", "exec", tests, ...PYTEST]);
    await project.compose("stop", "--timeout", "20", "server");
    const code = (await run(["docker", "inspect", "--format", "{{.State.ExitCode}}", server])).trim();
    if (code !== "0") throw new Error(`the cold server ended with ${code}:\n${await logOf(server)}`);
    return await coverageJson((argv) => run(["docker", "exec", tests, ...argv]), "/cold");
  } finally {
    await project.down();
  }
}

async function logOf(container: string): Promise<string> {
  return await run(["sh", "-c", 'docker logs "$1" 2>&1', "sh", container]);
}

// The data must outlive the server's container, and be readable in the other one, which has the same paths.
const OVERRIDE = `
services:
  server:
    environment:
      COVERAGE_PROCESS_START: /cold/rc
    volumes: &cold
      - ./cold:/cold
      - /dev/null:/app/gunicov_hook.py:ro
  tests:
    volumes: *cold
`;
