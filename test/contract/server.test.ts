import { mkdtemp, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe } from "vitest";
import { connectDocker } from "../../src/adapters/docker/connect.ts";
import { DockerTarget } from "../../src/adapters/docker/target.ts";
import { Paths } from "../../src/adapters/helper/paths.ts";
import { HOOK_PATH, loadProgram } from "../../src/adapters/helper/program.ts";
import { HelperServer } from "../../src/adapters/helper/server.ts";
import { LocalServerTarget } from "../../src/adapters/process/server.ts";
import type { Target } from "../../src/ports/target.ts";
import { container } from "../support/container.ts";
import { FakeServer } from "../support/fake-server.ts";
import { remove, run } from "../support/machine.ts";
import { projectsOf } from "../support/projects.ts";
import { project } from "../support/small-project.ts";
import { APP, type ServerSubject, serverContract } from "./server.ts";

const WORKERS = 2;
/** Short where a time is waited out, in seconds. */
const TIMES = { start: 60, mount: 0.3, restart: 20, flush: 20 };

/** Kills the helper: it is a child of the process that is named (in a container of 0, one outside). */
const KILL_HELPER = `import os, sys
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        command = open(f"/proc/{pid}/cmdline").read()
        parent = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1]
    except OSError:
        continue
    if "gunicov_helper.py" in command and "KILL" not in command and parent == sys.argv[1]:
        os.kill(int(pid), 9)
# KILL`;

async function helper(target: Target, root: string): Promise<HelperServer> {
  const paths = new Paths(root, () => target.mappings);
  return new HelperServer(target, await loadProgram("gunicov_helper"), paths, () => [root], TIMES);
}

async function local(): Promise<ServerSubject> {
  const root = await project({ files: { "app.py": APP } });
  const target = new LocalServerTarget({
    command: ["gunicorn", "-w", `${WORKERS}`, "--bind", "127.0.0.1:{port}", "app:app"],
    cwd: root,
    port: 0,
    env: {},
    hook: HOOK_PATH,
    makeScratch: () => mkdtemp(join(root, "scratch-")),
  });
  const server = await helper(target, root);
  return {
    server,
    root,
    workers: WORKERS,
    write: (text) => writeFile(join(root, "app.py"), text),
    request: async () => void (await (await fetch(`http://127.0.0.1:${target.port}/`)).text()),
    cut: async () => void (await run(["python3", "-c", KILL_HELPER, `${process.pid}`])),
    close: async () => {
      await server.close();
      await remove(root);
    },
  };
}

/** A container whose own path for the project is another one than the host's. */
async function inContainer(): Promise<ServerSubject> {
  const root = await project({ files: { "app.py": APP } });
  await run(["chmod", "755", root]);
  const own = await container({
    command: ["gunicorn", "-w", `${WORKERS}`, "--bind", "127.0.0.1:8000", "app:app"],
    options: [
      ...["-v", `${root}:/srv/project:ro`, "-w", "/srv/project"],
      ...["-v", `${dirname(HOOK_PATH)}:/hook:ro`, "-e", "GUNICORN_CMD_ARGS=-c /hook/gunicov_hook.py"],
      ...["-e", "GUNICOV_USER_CONFIG="],
    ],
  });
  const target = new DockerTarget(
    () => connectDocker(),
    { container: own.name },
    projectsOf({ container: own.name }, root),
  );
  const server = await helper(target, root);
  const get = "import urllib.request as r; r.urlopen('http://127.0.0.1:8000').read()";
  return {
    server,
    root,
    workers: WORKERS,
    write: (text) => writeFile(join(root, "app.py"), text),
    request: async () => void (await run(["docker", "exec", own.name, "python3", "-c", get])),
    cut: async () => void (await run(["docker", "exec", own.name, "python3", "-c", KILL_HELPER, "0"])),
    close: async () => {
      await server.close();
      await own.remove();
      await remove(root);
    },
  };
}

async function fake(): Promise<ServerSubject> {
  const server = new FakeServer("/project", { "app.py": APP });
  return {
    server,
    root: server.root,
    workers: server.workers,
    write: async (text) => void server.files.set("app.py", text),
    request: async () => server.request(),
    cut: null,
    close: async () => {},
  };
}

serverContract("FakeServer", fake);
serverContract("HelperServer on this machine", local);
describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in Docker", () => {
  serverContract("HelperServer in a container", inContainer);
});
