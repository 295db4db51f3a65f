/** Single containers of the demo's image, as somebody else's that gunicov finds. */
import { randomBytes } from "node:crypto";
import { ROOT, run } from "./machine.ts";

/** What the image that bin/test has built is called (bin/lib/docker.sh). */
export async function demoImage(): Promise<string> {
  const inputs = await run(["bash", "-c", '. "$1/bin/setup" && demo_inputs', "bash", ROOT]);
  return `gunicov-demo:${inputs.trim()}`;
}

export interface ContainerOptions {
  readonly command: readonly string[];
  /** Words for `docker run` before the image's name. */
  readonly options?: readonly string[];
  /** Made but not started. */
  readonly stopped?: boolean;
}

export interface OwnContainer {
  readonly name: string;
  docker(...words: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

/** Starts (or only makes) a container that removes nothing of anybody else's. */
export async function container({ command, options = [], stopped }: ContainerOptions): Promise<OwnContainer> {
  const name = `gunicov-test-${randomBytes(5).toString("hex")}`;
  const how = stopped ? ["create"] : ["run", "-d"];
  await run(["docker", ...how, "--init", "--name", name, ...options, await demoImage(), ...command]);
  return {
    name,
    docker: (verb = "inspect", ...words) => run(["docker", verb, name, ...words]),
    remove: async () => void (await run(["docker", "rm", "-f", name])),
  };
}

/** Labels as compose sets them, for `docker run`. */
export function composeLabels(service: string, directory: string): readonly string[] {
  return [
    "--label",
    `com.docker.compose.service=${service}`,
    "--label",
    `com.docker.compose.project.working_dir=${directory}`,
    "--label",
    "com.docker.compose.container-number=1",
  ];
}
