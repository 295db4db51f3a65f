/** Which container is meant: a compose service's, or one by name. */
import type Docker from "dockerode";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import {
  isOneOff,
  isReplica,
  type Labels,
  listContainers,
  NUMBER,
  ofName,
  PROJECT,
  replicaName,
  SERVICE,
  type Selector,
} from "./labels.ts";
import { type ProjectChoice, projectOf, projectsWith } from "./project.ts";

export type { Labels, Selector } from "./labels.ts";

/** Compose's identity of a container, which outlives its id and its name. */
const IDENTITY = [PROJECT, SERVICE, NUMBER] as const;

export function selectorName(selector: Selector): string {
  return "service" in selector ? `service ${selector.service}` : `container ${selector.container}`;
}

/**
 * Whether an event of the engine speaks of the container that is meant. `known`: the labels of the one that was selected
 * last, by which a service is known from those of other projects; null: none yet.
 */
export function isMeant(selector: Selector, attributes: Labels, id: string, known: Labels | null): boolean {
  if ("service" in selector) {
    if (attributes[SERVICE] !== selector.service || isOneOff(attributes)) return false;
    return known === null || IDENTITY.every((label) => attributes[label] === known[label]);
  }
  return attributes.name === selector.container || id.startsWith(selector.container);
}

/** The container that is meant, where it runs. */
export async function selectContainer(
  docker: Docker,
  selector: Selector,
  projects: ProjectChoice,
): Promise<Result<Docker.ContainerInfo>> {
  const found = await findContainer(docker, selector, projects);
  if (!found.ok || found.value.State === "running") return found;
  return fail(notRunning(selector, found.value));
}

/** The container that is meant, running or not. `projects` tells between projects with a service of that name. */
export async function findContainer(
  docker: Docker,
  selector: Selector,
  projects: ProjectChoice,
): Promise<Result<Docker.ContainerInfo>> {
  const all = await listContainers(docker, true);
  if ("service" in selector) return ofService(all, selector, projects);
  const found = ofName(all, selector.container);
  const [first, second] = found;
  if (first && second) return fail(ambiguous(selector, found));
  return first ? ok(first) : fail(missing(selector, all, null));
}

/** Running ones first, then by number: a service may be scaled. */
function ofService(
  all: readonly Docker.ContainerInfo[],
  selector: Selector & { service: string },
  projects: ProjectChoice,
): Result<Docker.ContainerInfo> {
  const project = projects.choose(all, selector.service);
  if (!project.ok) return project;
  const found = all.filter(
    ({ Labels }) =>
      Labels[SERVICE] === selector.service && !isOneOff(Labels) && projectOf(Labels) === project.value,
  );
  const rank = (info: Docker.ContainerInfo) =>
    (info.State === "running" ? 0 : 1e6) + Number(info.Labels[NUMBER] ?? 1);
  const [first] = found.toSorted((a, b) => rank(a) - rank(b));
  return first ? ok(first) : fail(missing(selector, all, project.value));
}

/** The other containers of its service that may serve too, as `web-2`. */
export async function replicasOf(docker: Docker, known: Labels): Promise<readonly string[]> {
  const all = await listContainers(docker, false);
  return all.filter(({ Labels }) => isReplica(known, Labels)).map(({ Labels }) => replicaName(Labels));
}

function ambiguous(selector: Selector, found: readonly Docker.ContainerInfo[]) {
  const names = found.map((info) => nameOf(info)).join(", ");
  return failure(
    "no-service",
    `Several containers are a ${selectorName(selector)}: ${names}.`,
    "Name one with --container.",
  );
}

/** Why the selected container can't be used: it is not running. */
function notRunning(selector: Selector, info: Docker.ContainerInfo): Failure {
  if (info.State === "paused") {
    const message = `Container ${nameOf(info)} is paused.`;
    return failure("server-lost", message, `Unpause it: docker unpause ${nameOf(info)}`);
  }
  const start =
    "service" in selector ? `docker compose up -d ${selector.service}` : `docker start ${nameOf(info)}`;
  const look = info.State === "exited" ? `Read why (docker logs ${nameOf(info)}) and start it` : "Start it";
  return failure(
    "server-lost",
    `Container ${nameOf(info)} is not running (${info.Status}).`,
    `${look}: ${start}`,
  );
}

function missing(selector: Selector, all: readonly Docker.ContainerInfo[], project: string | null) {
  const running = all.filter((info) => info.State === "running");
  const of = project === null || !("service" in selector) ? "" : ` in the compose project ${project}`;
  const others = of === "" || !("service" in selector) ? [] : projectsWith(all, selector.service);
  const names = running
    .filter((info) => of === "" || projectOf(info.Labels) === project)
    .map((info) => ("service" in selector ? info.Labels[SERVICE] : nameOf(info)))
    .filter(Boolean);
  const there = names.length > 0 ? `Running: ${[...new Set(names)].join(", ")}.` : "No container is running.";
  const elsewhere = others.length > 0 ? ` Projects that have one: ${others.join(", ")} (--project).` : "";
  const start =
    "service" in selector ? ` Start it (docker compose up -d ${selector.service}) or name another.` : "";
  return failure("no-service", `There is no ${selectorName(selector)}${of}.`, `${there}${elsewhere}${start}`);
}

/** The name as people type it. */
export function nameOf(info: Docker.ContainerInfo): string {
  return (info.Names[0] ?? info.Id.slice(0, 12)).replace(/^\//, "");
}
