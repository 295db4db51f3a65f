/** Containers that run, as far as they tell what is served in them. */
import type Docker from "dockerode";
import type { ImageSaid, RunningContainer } from "../../ports/survey.ts";
import { DIRECTORY, FILES, isOneOff, listContainers, PROJECT, SERVICE } from "./labels.ts";
import { bindMounts } from "./mounts.ts";
import { nameOf } from "./select.ts";

export async function runningContainers(docker: Docker): Promise<readonly RunningContainer[]> {
  const all = await listContainers(docker, false);
  const ours = all.filter(({ Labels }) => Labels[PROJECT] !== undefined && !isOneOff(Labels));
  const read = await Promise.all(ours.map((info) => look(docker, info).catch(() => null)));
  return read.filter((one) => one !== null);
}

async function look(docker: Docker, info: Docker.ContainerInfo): Promise<RunningContainer> {
  const container = docker.getContainer(info.Id);
  const [inspected, processes] = await Promise.all([container.inspect(), processesOf(container)]);
  const { Labels } = info;
  return {
    name: nameOf(info),
    image: info.Image,
    compose: {
      project: Labels[PROJECT] ?? "",
      service: Labels[SERVICE] ?? "",
      directory: Labels[DIRECTORY] ?? "",
      files: (Labels[FILES] ?? "").split(",").filter((file) => file !== ""),
    },
    processes,
    mounts: bindMounts(inspected),
    env: variables(inspected.Config.Env),
    workingDir: inspected.Config.WorkingDir || "/",
    ports: info.Ports.flatMap(({ PublicPort, PrivatePort }) =>
      PublicPort === undefined ? [] : [{ published: PublicPort, target: PrivatePort }],
    ),
  };
}

async function processesOf(container: Docker.Container): Promise<readonly string[]> {
  const { Titles, Processes } = (await container.top()) as { Titles: string[]; Processes: string[][] };
  const at = Titles.findIndex((title) => /^(CMD|COMMAND)$/.test(title));
  return Processes.flatMap((row) => row[at] ?? []);
}

/** What an image says of itself; null: it is not there. */
export async function imageSaid(docker: Docker, name: string): Promise<ImageSaid | null> {
  // A name with an unset variable in it is none, and the engine's library throws for it.
  if (!/^[\w.:/@-]+$/.test(name)) return null;
  const found = await docker
    .getImage(name)
    .inspect()
    .catch(() => null);
  if (found === null) return null;
  const { Entrypoint, Cmd, Env } = found.Config;
  return { command: [[Entrypoint ?? []].flat(), [Cmd ?? []].flat()].flat(), env: variables(Env) };
}

function variables(all: readonly string[] | null | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (all ?? []).map((one) => [one.split("=")[0] ?? "", one.slice(one.indexOf("=") + 1)]),
  );
}
