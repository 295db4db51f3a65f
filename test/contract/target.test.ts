import { mkdtemp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { connectDocker } from "../../src/adapters/docker/connect.ts";
import { DockerTarget } from "../../src/adapters/docker/target.ts";
import { LocalServerTarget } from "../../src/adapters/process/server.ts";
import { ProcessTarget } from "../../src/adapters/process/target.ts";
import { composeLabels, container } from "../support/container.ts";
import { FakeLog } from "../support/fake-log.ts";
import { processesWith, remove, run, temporaryDirectory } from "../support/machine.ts";
import { projectsOf } from "../support/projects.ts";
import { CONTAINER_SECRET, type Subject, targetContract } from "./target.ts";

/** A server of which nothing is known but that it writes a log: it says what appears in its directory as `say-…`. */
const SERVER = `import os, sys, time
said = set(os.listdir())
while not os.path.exists("die"):
    for name in sorted(os.listdir()):
        if name.startswith("say-") and name not in said:
            said.add(name)
            print(open(name).read(), end="", flush=True)
    time.sleep(0.02)
os.unlink("die")
sys.exit(3)
`;

async function serverDirectory(): Promise<string> {
  const directory = await temporaryDirectory("target");
  await writeFile(join(directory, "server.py"), SERVER);
  return directory;
}

/** Under another name first: the server must not read half of it. */
function sayer(directory: string): (text: string) => Promise<void> {
  let count = 0;
  return async (text) => {
    count += 1;
    await writeFile(join(directory, "next"), text);
    await run(["mv", join(directory, "next"), join(directory, `say-${count}`)]);
  };
}

async function processTarget(): Promise<Subject> {
  const directory = await temporaryDirectory("target");
  return {
    target: new ProcessTarget(directory),
    directory,
    say: null,
    stop: null,
    start: null,
    left: async () => [],
    close: () => remove(directory),
  };
}

async function localServer(): Promise<Subject> {
  const directory = await serverDirectory();
  const target = new LocalServerTarget({
    command: ["python3", "server.py"],
    cwd: directory,
    port: 0,
    env: { GUNICOV_TEST_SERVER: directory },
    hook: "/nowhere/hook.py",
    makeScratch: () => mkdtemp(join(directory, "scratch-")),
  });
  return {
    target,
    directory,
    say: sayer(directory),
    stop: () => writeFile(join(directory, "die"), ""),
    start: null,
    left: async () => [
      ...(await processesWith("GUNICOV_TEST_SERVER", directory)),
      ...(await readdir(directory)).filter((name) => name.startsWith("scratch-")),
    ],
    close: async () => {
      await target.close();
      await remove(directory);
    },
  };
}

async function dockerContainer(): Promise<Subject> {
  const directory = await serverDirectory();
  // By its labels, as a service of compose is found: it may come back under another id.
  const service = directory.split("/").at(-1) ?? "";
  const options = [
    ...composeLabels(service, directory),
    "-v",
    `${directory}:/work`,
    "-w",
    "/work",
    "-u",
    "0",
    "-e",
    `CONTAINER_TOKEN=${CONTAINER_SECRET}`,
  ];
  const own = await container({ command: ["python3", "server.py"], options });
  const log = new FakeLog();
  const target = new DockerTarget(
    () => connectDocker(),
    { service },
    projectsOf({ service }, directory),
    log,
  );
  return {
    target,
    log,
    directory,
    say: sayer(directory),
    stop: async () => void (await own.docker("kill")),
    start: async () => void (await own.docker("start")),
    // The container is not ours: it stays.
    left: async () =>
      (await own.docker("inspect", "--format={{.State.Running}}")) === "true" ? [] : ["it was stopped"],
    close: async () => {
      await own.remove();
      await remove(directory);
    },
  };
}

targetContract("ProcessTarget", processTarget);
targetContract("LocalServerTarget", localServer);
describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in Docker", () => {
  targetContract("DockerTarget", dockerContainer);
});
