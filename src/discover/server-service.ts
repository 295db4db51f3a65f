/** Which service of a compose project runs gunicorn. */
import { join, relative } from "node:path";
import type { ProjectFiles, Survey } from "../ports/survey.ts";
import { type ComposeView, placeOf, type ServiceView } from "./compose.ts";
import type { ComposeService } from "./compose-project.ts";
import { imageStart } from "./dockerfile.ts";
import {
  gunicornAt,
  gunicornStarts,
  isGunicornProcess,
  type ReadScript,
  type Start,
} from "./gunicorn-command.ts";
import { scriptsOf } from "./scripts.ts";
import { wordsOf } from "./words.ts";

export interface ServerService {
  readonly view: ServiceView;
  readonly why: string;
  /** gunicorn's command lines: those that its files may lead to, or the one that runs. Empty: only known that it runs there. */
  readonly starts: readonly Start[];
}

/** Those that run gunicorn: what runs now before what only the files say. */
export async function serverServices(
  view: ComposeView,
  files: ProjectFiles,
  survey: Survey,
): Promise<readonly ServerService[]> {
  const found: ServerService[] = [];
  for (const one of view.services) {
    const server = (await inContainer(one, view, files)) ?? (await byFiles(one, view, files, survey));
    if (server !== null) found.push(server);
  }
  const runs = ({ view: { container } }: ServerService) => (container === null ? 1 : 0);
  return found.toSorted((a, b) => runs(a) - runs(b) || unpublished(a) - unpublished(b));
}

function unpublished({ view: { service } }: ServerService): number {
  return service.ports.length > 0 ? 0 : 1;
}

/** By its container's processes. */
async function inContainer(
  one: ServiceView,
  view: ComposeView,
  files: ProjectFiles,
): Promise<ServerService | null> {
  const { container } = one;
  if (container === null || !container.processes.some(isGunicornProcess)) return null;
  const said = startOf(one.service, view, files);
  const says = said === null ? "" : `, ${said.why}`;
  return {
    view: one,
    why: `gunicorn runs in container ${container.name}${says}`,
    starts: running(container.processes) ?? said?.starts ?? [],
  };
}

async function byFiles(
  one: ServiceView,
  view: ComposeView,
  files: ProjectFiles,
  survey: Survey,
): Promise<ServerService | null> {
  const said = startOf(one.service, view, files) ?? (await byImage(one.service, survey));
  if (said === null) return null;
  const { container } = one;
  const others = container?.processes[0];
  const now = others === undefined ? "" : `; container ${container?.name} now runs ${short(others)}`;
  return { view: one, why: `${said.why}${now}`, starts: said.starts };
}

/** The master's own words; null: they can't be read any more, as with setproctitle. */
function running(processes: readonly string[]): readonly Start[] | null {
  const line = processes.find((one) => isGunicornProcess(one) && gunicornAt(wordsOf(one)) >= 0);
  return line === undefined ? null : [{ words: wordsOf(line), text: line, where: "", ownPath: false }];
}

interface Said {
  readonly starts: readonly Start[];
  readonly why: string;
}

/** What the compose file and the Dockerfile say that it starts. */
function startOf(service: ComposeService, { project }: ComposeView, files: ProjectFiles): Said | null {
  const read = scriptsOf(service, files);
  const at = (key: string) => placeOf(project, service.name, key, files);
  const image = imageOf(service, files);
  const entry = service.entrypoint ?? image?.start.entrypoint ?? null;
  const command = service.command ?? (service.entrypoint === null ? image?.start.command : null) ?? null;
  // `sh -c` in the one, its text in the other.
  const whole = entry === null || command === null ? null : [...entry, ...command];
  const parts: readonly (readonly [readonly string[] | null, string])[] = [
    [whole, service.command === null ? `${image?.path}:${image?.start.commandLine}` : at("command")],
    [service.entrypoint, at("entrypoint")],
    [service.command, at("command")],
    // Compose's entrypoint takes the image's command away.
    ...(service.entrypoint !== null || image === null
      ? []
      : ([
          [image.start.entrypoint, `${image.path}:${image.start.entrypointLine}`],
          ...(service.command !== null
            ? []
            : ([[image.start.command, `${image.path}:${image.start.commandLine}`]] as const)),
        ] as const)),
  ];
  return parts.reduce<Said | null>((found, [words, where]) => found ?? said(words, where, read), null);
}

function said(words: readonly string[] | null, where: string, read: ReadScript): Said | null {
  const starts = words === null ? [] : gunicornStarts(words, read);
  const [start] = starts;
  if (start === undefined) return null;
  const via = start.where === "" ? where : `${where} → ${start.where}`;
  return { starts, why: `${via}: ${short(start.text)}` };
}

export function imageOf(service: ComposeService, files: ProjectFiles) {
  const { build } = service;
  const path = build === null ? null : join(build.context, build.dockerfile);
  const text = path === null ? null : files.text(path);
  const start = text === null ? null : imageStart(text, build?.target ?? null, build?.args);
  return start === null || path === null ? null : { start, path: relative(files.root, path) };
}

async function byImage(
  { image, build, command, entrypoint }: ComposeService,
  survey: Survey,
): Promise<Said | null> {
  if (image === null || build !== null || command !== null || entrypoint !== null) return null;
  const words = (await survey.image(image))?.command ?? null;
  return said(words, `image ${image}`, () => null);
}

export function short(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
