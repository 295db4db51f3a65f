/** From a project with containers, without gunicov, to the table of a cold run: the wheel, and the commands of docs/start. */
import { randomBytes } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { environment, remove, run, temporaryDirectory } from "../support/machine.ts";
import { coldContained } from "./cold-contained.ts";
import { expectColdRun } from "./compare.ts";
import { ComposeProject, composeCommand } from "./compose.ts";
import { baseImage, CONTAINED, cached, layOutContained, postgresImage } from "./contained.ts";
import { commandsOf, follow } from "./page.ts";
import { installedWheel } from "./python.ts";

/** In ms: where an engine has none of the images, all of them are built at once. */
const LONG = { timeout: 600_000 };

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("an example in containers", LONG, () => {
  let place = "";
  let bin = "";
  /** Nothing of the repository's own is on the PATH. */
  let env: Record<string, string>;
  let compose: readonly string[];
  /** In names of compose projects and images. */
  const own = `gunicov-test-${randomBytes(5).toString("hex")}`;

  beforeAll(async () => {
    place = await temporaryDirectory("containers");
    bin = await installedWheel(join(place, "tool"));
    const base = await baseImage();
    env = environment({ ...base, PATH: "/usr/local/bin:/usr/bin:/bin", TAG: own, DOCKER_BUILDKIT: "0" });
    compose = await composeCommand(env);
  });

  afterAll(async () => {
    // Their names only: the layers stay in the cache.
    const format = "{{.Repository}}:{{.Tag}}";
    const images = (await run(["docker", "images", "--format", format])).split("\n");
    for (const image of images.filter((one) => one.includes(own))) await run(["docker", "rmi", image]);
    await remove(place);
  });

  test.concurrent.each(CONTAINED)("$title: the page's commands give a cold run's table", async (example) => {
    const { file, service, state } = example;
    const name = example.title.replace(/\W+/g, "-").toLowerCase();
    const directory = join(place, name);
    const project = join(directory, `${own}-${name}`);
    await mkdir(directory);
    await layOutContained(example, project);
    const settings = example.settings.length === 0 ? {} : { POSTGRES_IMAGE: await postgresImage() };
    const its = { ...env, ...settings };
    await cached(example, its);
    const commands = await commandsOf(example.section);
    const containers = new ComposeProject(compose, project, [file], null, its);
    try {
      if (commands.length === 1) await containers.compose("up", "-d"); // as people have it before
      const report = join(directory, "report.json");
      const typed = await follow(commands, project, bin, its, report);
      expect(typed.code, typed.said).toBe(0);
      const states = [...typed.said.matchAll(/^TOTAL(?: \((\w+)\))? /gm)].map(([, said = null]) => said);
      expect(states, typed.said).toEqual([state]);
      const image = await containers.inspect(await containers.container(service), "{{.Image}}");
      const cold = await coldContained(example, compose, project, image, join(directory, "cold"), its);
      await expectColdRun(report, cold, join(project, example.directory));
    } finally {
      await containers.down();
    }
  });
});
