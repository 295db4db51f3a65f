/** The compose project of a directory: what compose says of its files, and what its containers say where they run. */
import { realpathSync } from "node:fs";
import { dirname, relative } from "node:path";
import { type Failure, failure } from "../core/failure.ts";
import type { ProjectFiles, RunningContainer, Survey } from "../ports/survey.ts";
import { nameOf, servicesOf } from "./compose-document.ts";
import type { ComposeFiles } from "./compose-find.ts";
import type { ComposeProject, ComposeService } from "./compose-project.ts";
import { readCompose } from "./compose-yaml.ts";

/** A service as its files have it, with the container in which it runs. */
export interface ServiceView {
  readonly service: ComposeService;
  /** Null: it does not run, or no engine answers. */
  readonly container: RunningContainer | null;
}

export interface ComposeView {
  readonly project: ComposeProject;
  readonly services: readonly ServiceView[];
  /** Names of the projects that run from this directory. */
  readonly running: readonly string[];
  readonly missing: readonly Failure[];
  /** Whether an engine answers at all. */
  readonly engine: boolean;
}

/** `containers`: all that run; null: no engine answers. `project`: the one that is meant; null: not said. */
export async function readProject(
  found: ComposeFiles,
  files: ProjectFiles,
  survey: Survey,
  containers: readonly RunningContainer[] | null,
  meant: string | null,
): Promise<ComposeView> {
  const { document, readBy, missing } = await read(found, files, survey);
  const ours = (containers ?? []).filter((one) => isOf(one, found));
  const running = [...new Set(ours.flatMap(({ compose }) => compose?.project ?? []))].toSorted();
  const name = meant ?? (running.length === 1 ? (running[0] ?? null) : null);
  const named = name ?? found.env.COMPOSE_PROJECT_NAME ?? nameOf(document);
  const there = ours.filter(({ compose }) => name === null || compose?.project === name);
  const services = servicesOf(document, found.directory);
  const project = { files: found.files, directory: found.directory, name: named || null, services, readBy };
  return {
    project: { ...project, services: [...services, ...unlisted(services, there)] },
    services: [...services, ...unlisted(services, there)].map((service) => ({
      service,
      container: there.find(({ compose }) => compose?.service === service.name) ?? null,
    })),
    running,
    missing,
    engine: containers !== null,
  };
}

async function read(found: ComposeFiles, files: ProjectFiles, survey: Survey) {
  const answer = await survey.compose(found.directory, found.usual ? [] : found.files);
  if (answer.type === "read") {
    return { document: plainDollars(answer.read.document), readBy: answer.read.by, missing: [] };
  }
  const said = answer.type === "refused" ? [refused(found, answer.message)] : [];
  try {
    return { document: readCompose(found.files, files, found.env), readBy: "the YAML itself", missing: said };
  } catch (error) {
    const message = `The compose file can't be read: ${error instanceof Error ? error.message : String(error)}.`;
    return {
      document: {},
      readBy: "nothing",
      missing: said.length > 0 ? said : [failure("config", message, "Correct it there.")],
    };
  }
}

/** Compose prints a dollar as `$$`, as its files have it. */
function plainDollars(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$$", "$");
  if (Array.isArray(value)) return value.map(plainDollars);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainDollars(one)]));
}

function refused({ files: [first = "compose.yaml"] }: ComposeFiles, message: string): Failure {
  const fix = "Correct it there; `docker compose config` says the same.";
  return failure("config", `Compose can't read ${first}: ${message.split("\n")[0] ?? ""}`, fix, message);
}

/** Made from one of these files, or in their directory. */
function isOf({ compose }: RunningContainer, found: ComposeFiles): boolean {
  if (compose === null) return false;
  const files = found.files.map(real);
  const from = compose.files
    .filter((path) => path.startsWith("/") || compose.directory !== "")
    .map((path) => real(path.startsWith("/") ? path : `${compose.directory}/${path}`));
  return (
    from.some((path) => files.includes(path)) ||
    // An empty path is the working directory to realpath: labels that tell nothing mean no directory.
    (from.length === 0 && compose.directory !== "" && real(compose.directory) === real(found.directory))
  );
}

/** Of a project that runs with more files than these. */
function unlisted(
  services: readonly ComposeService[],
  running: readonly RunningContainer[],
): readonly ComposeService[] {
  const names = new Set(services.map(({ name }) => name));
  return running.flatMap((container) => {
    const name = container.compose?.service ?? "";
    if (names.has(name)) return [];
    names.add(name);
    return [asService(name, container)];
  });
}

function asService(name: string, container: RunningContainer): ComposeService {
  return {
    ...{
      name,
      image: container.image,
      build: null,
      command: null,
      entrypoint: null,
      workingDir: container.workingDir,
    },
    ...{ volumes: container.mounts, env: Object.keys(container.env), ports: container.ports, profiles: [] },
    gunicornArgs: container.env.GUNICORN_CMD_ARGS ?? null,
    pythonPath: container.env.PYTHONPATH ?? null,
  };
}

/** What the container sees of the host: as it runs, else as the files say. */
export function mountsOf({ service, container }: ServiceView): readonly { host: string; inside: string }[] {
  return container?.mounts ?? service.volumes;
}

/** `compose.yaml:12`, where a service says a key; the file alone where the line can't be told. */
export function placeOf(project: ComposeProject, service: string, key: string, files: ProjectFiles): string {
  // The last file wins.
  for (const path of project.files.toReversed()) {
    const line = lineOf(files.text(path) ?? "", service, key);
    if (line !== null) return `${relative(files.root, path) || path}:${line}`;
  }
  const [first = ""] = project.files;
  return relative(files.root, first) || first;
}

function lineOf(text: string, service: string, key: string): number | null {
  const lines = text.split("\n");
  const head = new RegExp(`^(\\s+)["']?${service.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["']?:`);
  const start = lines.findIndex((line) => head.test(line));
  if (start < 0) return null;
  const depth = /^\s*/.exec(lines[start] ?? "")?.[0].length ?? 0;
  for (let index = start + 1; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (line.trim() === "" || /^\s*#/.test(line)) continue;
    if ((/^\s*/.exec(line)?.[0].length ?? 0) <= depth) return null;
    if (line.trimStart().startsWith(`${key}:`)) return index + 1;
  }
  return null;
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return `${realpathSync(dirname(path))}/${path.split("/").at(-1)}`;
    } catch {
      return path;
    }
  }
}
