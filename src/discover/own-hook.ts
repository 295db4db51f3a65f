/** A gunicorn config that measures coverage by itself. gunicov then uses what it writes. */
import { join, relative } from "node:path";
import type { ProjectFiles } from "../ports/survey.ts";
import type { ComposeService } from "./compose-project.ts";
import type { Start } from "./gunicorn-command.ts";
import { configOption } from "./gunicorn-config.ts";
import { projectFile } from "./scripts.ts";
import { baseOf } from "./words.ts";

export interface OwnHook {
  /** The config, from the root. */
  readonly config: string;
  /** Where its data files are, as the server sees it; null: its text does not say. */
  readonly directory: string | null;
  /** The file that says so, from the root. */
  readonly where: string | null;
}

/** `starts`: gunicorn's commands in this service. Null: none of their configs measures. */
export function ownHookOf(
  starts: readonly Start[],
  service: ComposeService,
  files: ProjectFiles,
): OwnHook | null {
  const inArgs = /(?:^|\s)(?:-c\s*|--config[\s=])\s*([^\s'"]+)/.exec(service.gunicornArgs ?? "")?.[1];
  const given = starts.flatMap((start) => configOption(start).config ?? []);
  const names = [...given, ...(inArgs === undefined ? [] : [inArgs])];
  for (const name of names.length > 0 ? names : ["gunicorn.conf.py"]) {
    const file = fileOf(name);
    const path = projectFile(file, service, files) ?? join(files.root, baseOf(file));
    const text = files.text(path);
    if (text === null || !isCoverageHook(text)) continue;
    return { config: relative(files.root, path), ...dataOf(text, path, service, files) };
  }
  return null;
}

/** `python:shop.conf` is shop/conf.py. */
function fileOf(config: string): string {
  const [, module] = /^python:(.+)$/.exec(config) ?? [];
  return module === undefined ? config.replace(/^file:/, "") : `${module.replaceAll(".", "/")}.py`;
}

/** coverage.py starts in one of a worker's hooks, and saves in another. */
function isCoverageHook(text: string): boolean {
  return (
    /^\s*(import|from)\s+coverage\b/m.test(text) &&
    /^def (post_fork|post_worker_init)\b/m.test(text) &&
    /^def (worker_exit|child_exit|worker_int)\b/m.test(text)
  );
}

/** The config says it, or the coverage.py configuration that it names, or the usual one. */
function dataOf(text: string, path: string, service: ComposeService, files: ProjectFiles) {
  const own = directoryIn(/data_file\s*=\s*f?["'](\/[^"'{]*)/.exec(text)?.[1]);
  if (own !== null) return { directory: own, where: relative(files.root, path) };
  const named = /config_file\s*=\s*["']([^"']+)/.exec(text)?.[1] ?? ".coveragerc";
  const rc = projectFile(named, service, files) ?? join(files.root, named);
  const directory = directoryIn(/^\s*data_file\s*=\s*["']?(\/[^\s"'$]+)/m.exec(files.text(rc) ?? "")?.[1]);
  return { directory, where: directory === null ? null : relative(files.root, rc) };
}

function directoryIn(file: string | undefined): string | null {
  const directory = (file ?? "").replace(/\/[^/]*$/, "");
  return directory === "" ? null : directory;
}
