/** First tables of projects with containers; what is made has names of its own. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { environment, run } from "../support/machine.ts";
import { coldContained } from "./cold-contained.ts";
import { ComposeProject, composeCommand, type Env } from "./compose.ts";
import { baseImage, type Contained, cached, layOutContained, postgresImage } from "./contained.ts";
import { type FirstTable, PATH } from "./first-table.ts";
import { commandsOf, follow } from "./page.ts";

export class Containers {
  readonly #name: string;
  readonly #compose: readonly string[];
  readonly #env: Env;

  private constructor(name: string, compose: readonly string[], env: Env) {
    this.#name = name;
    this.#compose = compose;
    this.#env = env;
  }

  static async open(): Promise<Containers> {
    const name = `gunicov-test-${randomBytes(5).toString("hex")}`;
    const env = environment({ ...(await baseImage()), PATH, TAG: name, DOCKER_BUILDKIT: "0" });
    return new Containers(name, await composeCommand(env), env);
  }

  /** In a new directory in `place`, with what the wheel has installed in `tool`. The layers of the image are in the engine's cache. */
  async firstTable(example: Contained, place: string, tool: string): Promise<FirstTable> {
    const directory = join(place, example.title);
    await mkdir(directory, { recursive: true });
    // Its name is that of the compose project.
    const project = join(directory, `${this.#name}-${example.title}`);
    await layOutContained(example, project);
    const postgres = example.settings.length === 0 ? {} : { POSTGRES_IMAGE: await postgresImage() };
    const env = { ...this.#env, ...postgres };
    await cached(example, env);
    const commands = await commandsOf(example.section);
    const containers = new ComposeProject(this.#compose, project, [example.file], null, env);
    const close = () => containers.down();
    const report = join(directory, "report.json");
    try {
      if (example.runs) await containers.compose("up", "-d");
      return {
        typed: await follow(commands, project, tool, env, report),
        report,
        cold: async () => {
          const image = await containers.inspect(await containers.container(example.service), "{{.Image}}");
          return await coldContained(example, this.#compose, project, image, join(directory, "cold"), env);
        },
        directory: join(project, example.directory),
        close,
      };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Takes the images' names away: their layers stay in the cache. */
  async close(): Promise<void> {
    const format = "{{.Repository}}:{{.Tag}}";
    const images = (await run(["docker", "images", "--format", format])).split("\n");
    for (const image of images.filter((one) => one.includes(this.#name))) await run(["docker", "rmi", image]);
  }
}
