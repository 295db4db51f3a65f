import { describe } from "vitest";
import { connectDocker } from "../../src/adapters/docker/connect.ts";
import { DockerTarget } from "../../src/adapters/docker/target.ts";
import { loadProgram } from "../../src/adapters/helper/program.ts";
import { RunnerTests } from "../../src/adapters/helper/tests.ts";
import { ProcessTarget } from "../../src/adapters/process/target.ts";
import type { Target } from "../../src/ports/target.ts";
import { container } from "../support/container.ts";
import { FakeTests } from "../support/fake-tests.ts";
import { processesWith, remove, run } from "../support/machine.ts";
import type { Held } from "../support/operations.ts";
import { projectsOf } from "../support/projects.ts";
import { project } from "../support/small-project.ts";
import { FILE, SLOW_FILE, SLOW_SOURCE, SOURCE, type TestsSubject, testsContract } from "./tests.ts";

const MARK = "GUNICOV_TEST_RUN";

/** The runner on a target; `processes`: those that have the run's mark in their environment. */
async function runner(target: Target, mark: string, processes: () => Promise<readonly string[]>) {
  const command = ["pytest", "-p", "no:cacheprovider", FILE];
  const env = () => ({ [MARK]: mark });
  const tests = new RunnerTests(target, await loadProgram("gunicov_runner"), {
    command,
    cwd: null,
    user: null,
    junit: [],
    env,
    timeout: 60,
    warm: true,
    order: "pytest",
  });
  return {
    tests,
    choose: (file: string) => void command.splice(-1, 1, file),
    loseCommand: () => void command.splice(0, 1, "pytesd"),
    running: async () => (await processes()).length > 0,
    left: processes,
  };
}

/** Kills the runner, not its child: it is a child of the process that is named (in a container of 0, one outside). */
const KILL_RUNNER = `import os, sys
for pid in filter(str.isdigit, os.listdir("/proc")):
    try:
        command = open(f"/proc/{pid}/cmdline").read()
        parent = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1]
    except OSError:
        continue
    if "gunicov_runner.py" in command and "KILL" not in command and parent == sys.argv[1]:
        os.kill(int(pid), 9)
# KILL`;

async function files(): Promise<string> {
  return await project({ files: { [FILE]: SOURCE, [SLOW_FILE]: SLOW_SOURCE } });
}

async function local(): Promise<TestsSubject> {
  const root = await files();
  const real = await runner(new ProcessTarget(root), root, () => processesWith(MARK, root));
  return {
    ...real,
    cut: async () => void (await run(["python3", "-c", KILL_RUNNER, `${process.pid}`])),
    close: async () => {
      await real.tests.close();
      // A runner that was killed could end its child, but not what that had started.
      for (const line of await processesWith(MARK, root)) process.kill(Number.parseInt(line, 10), "SIGKILL");
      await remove(root);
    },
  };
}

async function inContainer(): Promise<TestsSubject> {
  const root = await files();
  await run(["chmod", "755", root]);
  const options = ["-v", `${root}:/srv/project:ro`, "-w", "/srv/project", "-e", "PYTHONDONTWRITEBYTECODE=1"];
  const own = await container({ command: ["sleep", "infinity"], options });
  const target = new DockerTarget(
    () => connectDocker(),
    { container: own.name },
    projectsOf({ container: own.name }, root),
  );
  const search = `grep -lz '^${MARK}=' /proc/[0-9]*/environ 2>/dev/null; true`;
  const processes = async () => {
    const found = await run(["docker", "exec", own.name, "sh", "-c", search]);
    return found.split("\n").filter((line) => line !== "");
  };
  const real = await runner(target, root, processes);
  return {
    ...real,
    cut: async () => void (await run(["docker", "exec", own.name, "python3", "-c", KILL_RUNNER, "0"])),
    close: async () => {
      await real.tests.close();
      await own.remove();
      await remove(root);
    },
  };
}

async function fake(): Promise<TestsSubject> {
  const outcomes = [
    { id: `${FILE}::test_passes`, outcome: "passed" },
    { id: `${FILE}::test_fails`, outcome: "failed", message: "assert 2 == 3" },
    { id: `${FILE}::test_has_an_error`, outcome: "error", message: "RuntimeError: no fixture today" },
    { id: `${FILE}::test_is_skipped`, outcome: "skipped" },
  ] as const;
  const tests = new FakeTests(outcomes);
  const { operations } = tests;
  let held: Held | null = null;
  return {
    tests,
    // What is held dies some time after it was told to.
    choose: (file) => {
      held = file === SLOW_FILE ? operations.hold("run tests") : null;
    },
    loseCommand: () => {
      tests.missing = { kind: "no-command", message: "There is no pytesd.", fix: "Install it." };
    },
    running: async () => {
      if (operations.alive === 0 || held === null) return false;
      const dying = held;
      setTimeout(() => dying.release(), 30);
      return true;
    },
    cut: null,
    left: async () => Array.from({ length: operations.alive }, () => "a run"),
    close: async () => {},
  };
}

testsContract("FakeTests", fake);
testsContract("RunnerTests on this machine", local);
describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in Docker", () => {
  testsContract("RunnerTests in a container", inContainer);
});
