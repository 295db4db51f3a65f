/** Which compose project is meant: many have a service of that name, and one directory can be several projects. */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import type Docker from "dockerode";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import {
  DIRECTORY,
  FILES,
  isOneOff,
  type Labels,
  ofName,
  PROJECT,
  SERVICE,
  type Selector,
} from "./labels.ts";

const COMPOSE_FILES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/** What decides, in this order: a name; the project of a container that is named; the directory. */
export interface Scope {
  /** The project's root: where its configuration lies, or the working directory. */
  readonly root: string;
  /** There is a configuration: then a compose file may lie below the root, too. */
  readonly configured: boolean;
  /** As the user named it; null: not. */
  readonly project: string | null;
  /** Where the server is, and where the tests are. */
  readonly places: readonly Selector[];
}

type All = readonly Docker.ContainerInfo[];

export class ProjectChoice {
  readonly #scope: Scope;
  #chosen: string | null;

  constructor(scope: Scope) {
    this.#scope = scope;
    this.#chosen = scope.project;
  }

  /** The project of a service, the same for the whole session. Null: no project has such a service. */
  choose(all: All, service: string): Result<string | null> {
    if (this.#chosen !== null) return ok(this.#chosen);
    const named = this.#ofNamedContainers(all);
    const chosen = named === null ? this.#byDirectory(all, service) : ok(named);
    if (chosen.ok) this.#chosen = chosen.value;
    return chosen;
  }

  #ofNamedContainers(all: All): string | null {
    const names = this.#scope.places.flatMap((place) => ("container" in place ? [place.container] : []));
    const projects = names.flatMap((name) => ofName(all, name).map((info) => info.Labels[PROJECT]));
    return projects.find((project) => project !== undefined) ?? null;
  }

  #byDirectory(all: All, service: string): Result<string | null> {
    const services = this.#scope.places.flatMap((place) => ("service" in place ? [place.service] : []));
    const having = projectsWith(all, service);
    const near = this.#nearest(all, having);
    // The tests' container is in the project that is meant: one without it is another.
    const whole = near.filter((project) => services.every((one) => projectsWith(all, one).includes(project)));
    const [first, ...more] = whole.length > 0 ? whole : near;
    if (first !== undefined) return more.length === 0 ? ok(first) : fail(several(service, [first, ...more]));
    return having.length === 0 ? ok(null) : fail(strange(service, having, this.#scope.root));
  }

  /** Those of the root's own directory, or of the nearest above it; of some below it where there is none. */
  #nearest(all: All, projects: readonly string[]): readonly string[] {
    const root = real(this.#scope.root);
    const own = composeDirectory(root);
    const depth = (directory: string) => {
      if (holds(directory, root)) return own === null || holds(own, directory) ? directory.length : -1;
      return this.#scope.configured && holds(root, directory) ? 0 : -1;
    };
    const depths = projects.map((project) => {
      const its = all.filter((info) => projectOf(info.Labels) === project);
      return Math.max(-1, ...its.flatMap((info) => directoriesOf(info.Labels)).map(depth));
    });
    const least = Math.max(0, ...depths);
    return projects.filter((_, index) => depths[index] === least);
  }
}

/** Names of the projects that have such a service, running or not. */
export function projectsWith(all: All, service: string): readonly string[] {
  const found = all.filter((info) => info.Labels[SERVICE] === service && !isOneOff(info.Labels));
  return [...new Set(found.map((info) => projectOf(info.Labels)))].toSorted();
}

export function projectOf(labels: Labels): string {
  return labels[PROJECT] ?? "";
}

/** Where a project was started: its directory, and those of its files. (Compose v1 tells some of these relative.) */
function directoriesOf(labels: Labels): readonly string[] {
  const files = (labels[FILES] ?? "").split(",").filter((file) => file.startsWith("/"));
  const directory = labels[DIRECTORY];
  return [...(directory ? [directory] : []), ...files.map((file) => dirname(file))].map(real);
}

/** Where compose would find its file from here: the nearest directory that has one. Null: none has. */
function composeDirectory(root: string): string | null {
  for (let directory = root; ; directory = dirname(directory)) {
    if (COMPOSE_FILES.some((name) => existsSync(join(directory, name)))) return directory;
    if (directory === dirname(directory)) return null;
  }
}

function holds(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory.replace(/\/$/, "")}/`);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

const HOW = 'Name the one that is meant: --project NAME, or project = "NAME" under [tool.gunicov.server].';

function several(service: string, projects: readonly string[]): Failure {
  const names = projects.join(", ");
  return failure(
    "which-project",
    `This directory is several compose projects with a service ${service}: ${names}.`,
    HOW,
  );
}

function strange(service: string, projects: readonly string[], root: string): Failure {
  const message = `No compose project of ${root} has a service ${service}; others have: ${projects.join(", ")}.`;
  return failure("which-project", message, `${HOW} Or run gunicov in its directory.`);
}
