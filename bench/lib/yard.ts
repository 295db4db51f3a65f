/** All that a bench makes outside itself, under one label, so that it can be found and removed again. */
import { randomBytes } from "node:crypto";
import { execa } from "execa";
import { demoImage } from "../../test/support/container.ts";
import { environment, ROOT, remove, run } from "../../test/support/machine.ts";
import { copyDemo } from "../../test/support/place.ts";

/** As the demo's compose file runs both of its containers. */
const AS_IN_COMPOSE = ["--read-only", "--tmpfs", "/tmp"];

export interface Running {
  readonly name: string;
  /** The copy of demo/ whose source and tests are mounted. */
  readonly demo: string;
  /** Words for `docker run` before the image's name. */
  readonly options?: readonly string[];
  readonly command: readonly string[];
}

export class Yard {
  readonly #id = `gunicov-bench-${randomBytes(5).toString("hex")}`;
  readonly #image: string;
  /** What is being made or has been: a copy, a container on its way. */
  readonly #copies: Promise<string>[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #closers: (() => Promise<unknown>)[] = [];
  #closed: Promise<void> | null = null;

  private constructor(image: string) {
    this.#image = image;
  }

  /** A network of its own, no containers. */
  static async open(): Promise<Yard> {
    const yard = new Yard(await demoImage());
    await run(["docker", "network", "create", "--label", yard.#label, yard.#id]);
    return yard;
  }

  get #label(): string {
    return `gunicov.bench=${this.#id}`;
  }

  /** Name of a container of this bench; on its network also its address. */
  name(suffix: string): string {
    return `${this.#id}-${suffix}`;
  }

  /** A copy of the repository's demo, in a directory of its own. Gives the path of its demo/. */
  async copy(): Promise<string> {
    this.#refuseWhenClosed();
    const copying = copyDemo();
    this.#copies.push(copying);
    return `${await copying}/demo`;
  }

  /** Makes something that `close` ends, before the containers are removed; the newest first. */
  keep<T>(make: () => T, close: (made: T) => Promise<unknown>): T {
    this.#refuseWhenClosed();
    const made = make();
    this.#closers.unshift(() => close(made));
    return made;
  }

  /** `docker run -d` of the demo's image. */
  async start(what: Running): Promise<void> {
    this.#refuseWhenClosed();
    await this.#track(run(["docker", "run", "-d", "--init", ...this.#words(what)]));
  }

  /** Removes a container of this bench, with what runs in it. */
  async remove(suffix: string): Promise<void> {
    await docker("rm", "-f", this.name(suffix));
  }

  /** `docker run --rm` of the demo's image, to its end. Gives the exit code, and what it printed. */
  async once(what: Running): Promise<{ code: number; output: string }> {
    this.#refuseWhenClosed();
    const running = execa("docker", ["run", "--rm", ...this.#words(what)], {
      cwd: ROOT,
      env: environment(),
      extendEnv: false,
      stdin: "ignore",
      reject: false,
      all: true,
    });
    const { exitCode, all } = await this.#track(running);
    return { code: exitCode ?? -1, output: all };
  }

  async #track<T>(running: Promise<T>): Promise<T> {
    this.#underWay.add(running);
    try {
      return await running;
    } finally {
      this.#underWay.delete(running);
    }
  }

  #words({ name, demo, options = [], command }: Running): readonly string[] {
    const mounts = ["source", "test"].flatMap((part) => ["-v", `${demo}/${part}:/app/${part}:ro`]);
    const ours = ["--label", this.#label, "--network", this.#id, "--name", this.name(name)];
    return [...ours, ...AS_IN_COMPOSE, ...mounts, ...options, this.#image, ...command];
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new Error("the bench is ending");
  }

  /** Removes all of it, however far it got. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    for (const close of this.#closers) await close().catch(() => {});
    await this.#removeContainers();
    // Another one may still have been on its way.
    await Promise.allSettled(this.#underWay);
    await this.#removeContainers();
    await docker("network", "rm", this.#id);
    for (const copy of await Promise.allSettled(this.#copies)) {
      if (copy.status === "fulfilled") await remove(copy.value);
    }
  }

  async #removeContainers(): Promise<void> {
    const ids = await docker("ps", "-aq", "--filter", `label=${this.#label}`);
    if (ids !== "") await docker("rm", "-f", ...ids.split("\n"));
  }
}

/** In a process group of its own, so that a second Ctrl-C does not end the tidying; fails in silence. */
async function docker(...words: readonly string[]): Promise<string> {
  const options = { stdin: "ignore", reject: false, detached: true } as const;
  return (await execa("docker", words, options)).stdout;
}
