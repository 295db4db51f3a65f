/** Scripts that a container starts, found among the project's files. */
import { join, relative } from "node:path";
import type { ProjectFiles } from "../ports/survey.ts";
import type { ComposeService } from "./compose-project.ts";
import type { ReadScript } from "./gunicorn-command.ts";
import { baseOf } from "./words.ts";

const SCRIPT =
  /(\.(sh|bash|conf|ini|cfg)|^Procfile[\w.]*|^(entrypoint|start|run|boot|serve|docker-entrypoint)[\w-]*)$/;
/** Programs that read a file of a known name. */
const READS: Readonly<Record<string, string>> = {
  honcho: "Procfile",
  supervisord: "supervisord.conf",
  foreman: "Procfile",
};

/** By its path in the container: mounted, or copied from the build's context. */
export function scriptsOf(service: ComposeService, files: ProjectFiles): ReadScript {
  return (word) => {
    const name = READS[baseOf(word)] ?? word;
    if (!SCRIPT.test(baseOf(name))) return null;
    const path = projectFile(name, service, files);
    const text = path === null ? null : files.text(path);
    return path === null || text === null ? null : { path: relative(files.root, path), text };
  };
}

/** Absolute, by the path that a container gives it: what is mounted there, or was copied into its image. Null: the project has none. */
export function projectFile(word: string, service: ComposeService, files: ProjectFiles): string | null {
  return mounted(word, service, files) ?? copied(word, service, files);
}

/** Of a project on this machine. */
export function scriptsIn(files: ProjectFiles, directory: string): ReadScript {
  return (word) => {
    const name = READS[baseOf(word)] ?? word;
    if (!SCRIPT.test(baseOf(name))) return null;
    const path = join(directory, name);
    const text = files.text(path);
    return text === null ? null : { path: relative(files.root, path), text };
  };
}

function mounted(word: string, { volumes, workingDir }: ComposeService, files: ProjectFiles): string | null {
  const inside = word.startsWith("/") ? word : join(workingDir ?? "/", word);
  const over = volumes.filter((one) => inside === one.inside || inside.startsWith(`${one.inside}/`));
  const [nearest] = over.toSorted((a, b) => b.inside.length - a.inside.length);
  if (nearest === undefined) return null;
  const path = `${nearest.host}${inside.slice(nearest.inside.length)}`;
  return files.exists(path) ? path : null;
}

/** The file of the build's context whose path ends most like it. */
function copied(word: string, { build }: ComposeService, files: ProjectFiles): string | null {
  if (build === null) return null;
  const wanted = word.split("/").filter((part) => part !== "" && part !== ".");
  const below = files.paths
    .map((path) => join(files.root, path))
    .filter((path) => path.startsWith(`${build.context}/`) && baseOf(path) === wanted.at(-1));
  const alike = (path: string) => {
    const parts = path.split("/");
    const differs = wanted.toReversed().findIndex((part, index) => part !== parts.at(-1 - index));
    return differs < 0 ? wanted.length : differs;
  };
  return below.toSorted((a, b) => alike(b) - alike(a) || a.length - b.length)[0] ?? null;
}
