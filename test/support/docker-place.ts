import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT, remove, run, until } from "./machine.ts";
import { copyDemo, type Place } from "./place.ts";
import { Session } from "./session.ts";

/** What bin/lib/docker.sh calls itself with: the tag of the image that bin/test has built. */
async function imageTag(): Promise<string> {
  return (await run(["bash", "-c", '. "$1/bin/setup" && demo_inputs', "bash", ROOT])).trim();
}

async function composeCommand(): Promise<readonly string[]> {
  const v2 = await run(["docker", "compose", "version"]).then(
    () => true,
    () => false,
  );
  return v2 ? ["docker", "compose"] : ["docker-compose"];
}

/** A compose project of its own with the demo's compose file, beside the demo's own and other tests'. */
export class Project {
  readonly directory: string;
  readonly name = `gunicov-test-${randomBytes(5).toString("hex")}`;
  readonly #compose: readonly string[];
  /** The words of this machine's compose. */
  get program(): readonly string[] {
    return this.#compose;
  }

  /** What compose needs to know in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly #files: readonly string[];

  private constructor(
    directory: string,
    compose: readonly string[],
    env: Record<string, string>,
    files: string[],
  ) {
    this.directory = directory;
    this.#compose = compose;
    this.env = env;
    this.#files = files;
  }

  /**
   * Copies the demo and starts its containers. `measured`: gunicov's hook is loaded in the server. `override`: a
   * second compose file, as text. `prepare` changes the copy before that.
   */
  static async start(
    measured: boolean,
    override?: string,
    prepare: (directory: string) => Promise<void> = async () => {},
  ): Promise<Project> {
    const directory = await copyDemo();
    await prepare(directory);
    const files = ["-f", join(directory, "docker-compose.yaml")];
    if (override !== undefined) {
      const file = join(directory, "override.yaml");
      await writeFile(file, override);
      files.push("-f", file);
    }
    const env = { GUNICOV: measured ? "1" : "0", GUNICOV_DEMO_INPUTS: await imageTag() };
    const project = new Project(directory, await composeCommand(), env, files);
    await project.compose("up", "-d", "--no-build");
    return project;
  }

  async compose(...words: readonly string[]): Promise<string> {
    const project = words[0] === "-p" ? [] : ["-p", this.name];
    const argv = [...this.#compose, ...this.#files, ...project, ...words];
    return await run(argv, { cwd: this.directory, env: this.env });
  }

  /** Id of a service's container. */
  async container(service: string): Promise<string> {
    return (await this.compose("ps", "-q", service)).trim();
  }

  async down(): Promise<void> {
    await this.compose("down", "--timeout", "2", "--volumes");
    await remove(this.directory);
  }
}

/** Command lines of the processes in a container. */
export async function processesIn(container: string): Promise<readonly string[]> {
  const [, ...lines] = (await run(["docker", "top", container, "-eo", "pid,args"])).split("\n");
  return lines.map((line) => line.trim().replace(/^\d+\s+/, "")).toSorted();
}

export interface DockerPlace extends Place {
  readonly project: Project;
  /** Ids of the containers of the server and of the tests. */
  readonly server: string;
  readonly tests: string;
}

/** A copy of the demo in two containers of its own. */
export async function dockerPlace(override?: string): Promise<DockerPlace> {
  const project = await Project.start(true, override);
  const [server, tests] = [await project.container("server"), await project.container("tests")];
  await until("two workers", async () => (await processesIn(server)).filter(isGunicorn).length === 3);
  // gunicorn's own processes are not gunicov's, and an old worker may be on its way out at any time.
  const others = async () =>
    [await processesIn(server), await processesIn(tests)].flat().filter((command) => !isGunicorn(command));
  const before = await others();
  const sessions: Session[] = [];
  const demo = join(project.directory, "demo");
  return {
    demo,
    project,
    server,
    tests,
    watch: async (passed = []) => {
      const session = new Session(["watch", "--json", "--service", "server", "--", ...passed], demo);
      sessions.push(session);
      return session;
    },
    exec: (argv) => run(["docker", "exec", server, ...argv]),
    records: async () => "/tmp/gunicov",
    leftovers: async (session) => [...(await session.processes()), ...added(before, await others())],
    close: async () => {
      for (const session of sessions) await session.kill();
      await project.down();
    },
  };
}

function isGunicorn(command: string): boolean {
  return command.includes("gunicorn");
}

/** What is in `now` more often than in `before`. */
function added(before: readonly string[], now: readonly string[]): readonly string[] {
  const rest = [...before];
  return now.filter((one) => {
    const index = rest.indexOf(one);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}
