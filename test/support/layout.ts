/** Servers in containers of every kind, with the demo's tests beside them: what layouts.test.ts runs on. */
import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { demoImage } from "./container.ts";
import { ROOT, remove, run, until } from "./machine.ts";
import { copyDemo } from "./place.ts";
import { type Cycle, Session } from "./session.ts";

/** Targets of test/docker/layouts/Dockerfile. */
export type Image = "base" | "pytest-cov" | "setproctitle" | "no-shell" | "busybox";

export interface Layout {
  readonly image?: Image;
  /** Words for `docker run`. */
  readonly options?: readonly string[];
  readonly entrypoint?: string;
  readonly command: readonly string[];
  /** gunicov's hook is in the server's environment; by default it is. */
  readonly hook?: boolean;
  /** gunicov is started at once, not when the workers are there. */
  readonly early?: boolean;
  /** The container is restarted before that. */
  readonly restart?: boolean;
  /** Lines of the [tool.gunicov.server] table. */
  readonly config?: readonly string[];
}

export interface Outcome {
  readonly cycle: Cycle;
  readonly code: number | null;
  /** What `docker top` and the data files say afterwards. */
  readonly processes: readonly string[];
  readonly server: string;
  exec(argv: readonly string[]): Promise<string>;
}

/** A network with the tests' container, in which one server after the other is started. */
export class Layouts {
  readonly #id = `gunicov-test-${randomBytes(5).toString("hex")}`;
  readonly #directory: string;
  readonly #demo: string;

  private constructor(directory: string, demoTag: string) {
    this.#directory = directory;
    this.#demo = demoTag;
  }

  static async open(): Promise<Layouts> {
    const layouts = new Layouts(await copyDemo(), await demoImage());
    await run(["docker", "network", "create", layouts.#id]);
    const words = ["--name", layouts.#tests, "-e", "XY_URL=http://server:8000", "--init", "--tmpfs", "/tmp"];
    await layouts.#start([...words, ...layouts.#mounts, layouts.#demo, "sleep", "infinity"]);
    return layouts;
  }

  async close(): Promise<void> {
    await run(["docker", "rm", "-f", this.#tests]);
    await run(["docker", "network", "rm", this.#id]);
    await remove(this.#directory);
  }

  get #tests(): string {
    return `${this.#id}-tests`;
  }

  get #mounts(): readonly string[] {
    const demo = join(this.#directory, "demo");
    return ["-v", `${demo}/source:/app/source:ro`, "-v", `${demo}/test:/app/test:ro`];
  }

  async #start(words: readonly string[]): Promise<void> {
    await run(["docker", "run", "-d", "--network", this.#id, ...words]);
  }

  /** Builds the image (once on a machine, for each image of the demo). */
  async #image(target: Image): Promise<string> {
    const name = `gunicov-layouts:${target}-${this.#demo.split(":")[1]}`;
    const there = await run(["docker", "image", "inspect", name]).catch(() => null);
    const context = join(ROOT, "test", "docker", "layouts");
    const words = ["--build-arg", `DEMO=${this.#demo}`, "--target", target, "-t", name, context];
    if (there === null) await run(["docker", "build", "-q", ...words], { env: { DOCKER_BUILDKIT: "0" } });
    return name;
  }

  /** Starts a server, has `look` at it and at what `gunicov run` does, and removes it again. */
  async with<T>(layout: Layout, look: (gunicov: (...lines: string[]) => Promise<Outcome>) => Promise<T>) {
    const { image = "base", options = [], command, entrypoint, hook = true, config = [] } = layout;
    const { early = false, restart = false } = layout;
    const server = `${this.#id}-server`;
    const env = hook ? ["-e", "GUNICORN_CMD_ARGS=-c /app/gunicov_hook.py"] : [];
    const start = entrypoint === undefined ? [] : ["--entrypoint", entrypoint];
    const words = ["--name", server, "--network-alias", "server", "--tmpfs", "/tmp", ...env, ...this.#mounts];
    await this.#start([...words, ...start, ...options, await this.#image(image), ...command]);
    try {
      const booted = async () => (await logOf(server)).split("Booting worker").length >= 3;
      if (!early || restart) await until("the workers", booted);
      if (restart) await run(["docker", "restart", "-t", "2", server]);
      return await look((...lines) => this.#run(server, [...config, ...lines]));
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await logOf(server)}`, { cause: error });
    } finally {
      await run(["docker", "rm", "-f", server]);
    }
  }

  async #run(server: string, config: readonly string[]): Promise<Outcome> {
    const project = join(this.#directory, "demo");
    const lines = [`container = "${server}"`, 'source = ["source"]', ...config];
    const tests = [`container = "${this.#tests}"`, 'command = ["pytest", "-q"]', 'source = ["test"]'];
    const text = ["[tool.gunicov.server]", ...lines, "[tool.gunicov.tests]", ...tests, ""].join("\n");
    await mkdir(join(project, ".gunicov"), { recursive: true });
    await writeFile(join(project, "gunicov.toml"), text);
    const session = new Session(["run", "--json"], project);
    try {
      const cycle = await session.next();
      const code = await session.ended();
      return {
        cycle,
        code,
        server,
        processes: await processes(server),
        exec: (argv) => run(["docker", "exec", server, ...argv]),
      };
    } finally {
      await session.kill();
      await rm(join(project, "gunicov.toml"));
    }
  }
}

async function logOf(container: string): Promise<string> {
  return await run(["sh", "-c", 'docker logs "$1" 2>&1', "sh", container]);
}

async function processes(container: string): Promise<readonly string[]> {
  const [, ...lines] = (await run(["docker", "top", container, "-eo", "pid,args"])).split("\n");
  return lines.map((line) => line.trim().replace(/^\d+\s+/, ""));
}
