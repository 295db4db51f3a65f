/** What compose writes on the containers that it makes, and how containers are named. */
import type Docker from "dockerode";

export type Selector = { readonly service: string } | { readonly container: string };
export type Labels = Readonly<Record<string, string>>;

export const SERVICE = "com.docker.compose.service";
export const PROJECT = "com.docker.compose.project";
export const NUMBER = "com.docker.compose.container-number";
export const DIRECTORY = "com.docker.compose.project.working_dir";
export const FILES = "com.docker.compose.project.config_files";
const ONE_OFF = "com.docker.compose.oneoff";

/**
 * The labels of a container, with compose's only where compose has made it: the images that it builds have its project and
 * service on them, too, and whatever else is made of such an image (docker run) inherits these. It numbers its containers alone.
 */
export function ownLabels(labels: Labels): Labels {
  if (labels[NUMBER] !== undefined) return labels;
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !name.startsWith("com.docker.compose.")),
  );
}

/** The engine's containers, with their own labels; `all`: also those that do not run. */
export async function listContainers(docker: Docker, all: boolean): Promise<readonly Docker.ContainerInfo[]> {
  const listed = await docker.listContainers({ all });
  return listed.map((info) => ({ ...info, Labels: ownLabels(info.Labels) }));
}

/** What `docker compose run` makes has its service's labels, but is not the service. */
export function isOneOff(labels: Labels): boolean {
  return labels[ONE_OFF]?.toLowerCase() === "true";
}

/** Containers by name or id, or by an id's beginning. */
export function ofName(all: readonly Docker.ContainerInfo[], name: string): readonly Docker.ContainerInfo[] {
  const exact = all.filter((info) => info.Names.includes(`/${name}`) || info.Id === name);
  return exact.length > 0 ? exact : all.filter((info) => name.length >= 4 && info.Id.startsWith(name));
}

/** Whether these are two containers of one service: replicas of each other. */
export function isReplica(one: Labels, other: Labels): boolean {
  const service = one[SERVICE];
  if (service === undefined || isOneOff(one) || isOneOff(other)) return false;
  return service === other[SERVICE] && one[PROJECT] === other[PROJECT] && one[NUMBER] !== other[NUMBER];
}

/** `web-2`, as compose counts. */
export function replicaName(labels: Labels): string {
  return `${labels[SERVICE]}-${labels[NUMBER] ?? 1}`;
}
