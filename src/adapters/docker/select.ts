/** Which container is meant: a compose service's, or one by name. */
import type Docker from "dockerode";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

export type Selector = { readonly service: string } | { readonly container: string };

const SERVICE = "com.docker.compose.service";
const DIRECTORY = "com.docker.compose.project.working_dir";
const NUMBER = "com.docker.compose.container-number";
const ONE_OFF = "com.docker.compose.oneoff";

/** Compose's identity of a container, which outlives its id and its name. */
const IDENTITY = ["com.docker.compose.project", SERVICE, NUMBER] as const;

export function selectorName(selector: Selector): string {
  return "service" in selector ? `service ${selector.service}` : `container ${selector.container}`;
}

export type Labels = Readonly<Record<string, string>>;

/**
 * Whether an event of the engine speaks of the container that is meant. `known`: the labels of the one that was selected
 * last, by which a service is told from those of other projects; null: none yet.
 */
export function isMeant(selector: Selector, attributes: Labels, id: string, known: Labels | null): boolean {
  if ("service" in selector) {
    if (attributes[SERVICE] !== selector.service || isOneOff(attributes)) return false;
    return known === null || IDENTITY.every((label) => attributes[label] === known[label]);
  }
  return attributes.name === selector.container || id.startsWith(selector.container);
}

/** What `docker compose run` makes has its service's labels, but is not the service. */
function isOneOff(labels: Labels): boolean {
  return labels[ONE_OFF]?.toLowerCase() === "true";
}

/** The container that is meant, where it runs. */
export async function selectContainer(
  docker: Docker,
  selector: Selector,
  root: string,
): Promise<Result<Docker.ContainerInfo>> {
  const found = await findContainer(docker, selector, root);
  if (!found.ok || found.value.State === "running") return found;
  return fail(notRunning(selector, found.value));
}

/** The container that is meant, running or not. `root` (the project's, absolute) tells between projects with a service of that name. */
export async function findContainer(
  docker: Docker,
  selector: Selector,
  root: string,
): Promise<Result<Docker.ContainerInfo>> {
  const all = await docker.listContainers({ all: true });
  const found =
    "service" in selector ? ofService(all, selector.service, root) : ofName(all, selector.container);
  const [first, second] = found;
  if (first && second && !sameService(first, second)) return fail(ambiguous(selector, found));
  return first ? ok(first) : fail(missing(selector, all));
}

function ofName(all: readonly Docker.ContainerInfo[], name: string): readonly Docker.ContainerInfo[] {
  const exact = all.filter((info) => info.Names.includes(`/${name}`) || info.Id === name);
  return exact.length > 0 ? exact : all.filter((info) => name.length >= 4 && info.Id.startsWith(name));
}

/** Running ones first, then by number: a service may be scaled. */
function ofService(
  all: readonly Docker.ContainerInfo[],
  service: string,
  root: string,
): readonly Docker.ContainerInfo[] {
  const labelled = all.filter((info) => info.Labels[SERVICE] === service && !isOneOff(info.Labels));
  const near = labelled.filter((info) => isAbove(info.Labels[DIRECTORY], root));
  const chosen = near.length > 0 ? near : labelled;
  const rank = (info: Docker.ContainerInfo) =>
    (info.State === "running" ? 0 : 1e6) + Number(info.Labels[NUMBER] ?? 1);
  return chosen.toSorted((a, b) => rank(a) - rank(b));
}

function isAbove(directory: string | undefined, root: string): boolean {
  return (
    directory !== undefined && (root === directory || root.startsWith(`${directory.replace(/\/$/, "")}/`))
  );
}

function sameService(a: Docker.ContainerInfo, b: Docker.ContainerInfo): boolean {
  return a.Labels[SERVICE] !== undefined && a.Labels[DIRECTORY] === b.Labels[DIRECTORY];
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

function missing(selector: Selector, all: readonly Docker.ContainerInfo[]) {
  const running = all.filter((info) => info.State === "running");
  const names = running
    .map((info) => ("service" in selector ? info.Labels[SERVICE] : nameOf(info)))
    .filter(Boolean);
  const there = names.length > 0 ? `Running: ${[...new Set(names)].join(", ")}.` : "No container is running.";
  const start =
    "service" in selector ? ` Start it (docker compose up -d ${selector.service}) or name another.` : "";
  return failure("no-service", `There is no ${selectorName(selector)}.`, `${there}${start}`);
}

/** The name as people type it. */
export function nameOf(info: Docker.ContainerInfo): string {
  return (info.Names[0] ?? info.Id.slice(0, 12)).replace(/^\//, "");
}
