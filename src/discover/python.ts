/** Programs of the project's own Python on this machine. */
import type { ProjectFiles } from "../ports/survey.ts";

const PLACES = [".venv", "venv", "env"];

/** Why the tests can run here: an environment with pytest in it, or a tool that makes one. Null: nothing says so. */
export function hostPython(files: ProjectFiles, targets: readonly string[]): string | null {
  const places = [".", ...targets.flatMap(above)];
  const place = places
    .map((directory) => environmentWith(files, "pytest", directory))
    .find((one) => one !== null);
  return place === undefined ? null : `${place}/bin/pytest is there`;
}

/** `a/b/c` → `a/b/c`, `a/b`, `a` */
function above(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

/** The environment beside the project that has such a program. */
export function environmentWith(files: ProjectFiles, program: string, directory = "."): string | null {
  const places = PLACES.map((place) => (directory === "." ? place : `${directory}/${place}`));
  return places.find((place) => files.exists(`${place}/bin/${program}`)) ?? null;
}

/** Tools that run a program in the project's environment, by the files that they leave. */
const RUNNERS: readonly (readonly [string, string])[] = [
  ["uv.lock", "uv"],
  ["poetry.lock", "poetry"],
  ["Pipfile.lock", "pipenv"],
  ["Pipfile", "pipenv"],
  ["pdm.lock", "pdm"],
];

/** `uv run`, where that is how the project runs its programs; null: nothing says so. */
export function runnerOf(files: ProjectFiles, directory = "."): readonly string[] | null {
  const found = RUNNERS.find(([file]) => files.exists(directory === "." ? file : `${directory}/${file}`));
  return found === undefined ? null : [found[1], "run"];
}

/** Whether a requirement is written down anywhere, or installed beside the project. */
export function requires(files: ProjectFiles, name: string): boolean {
  const pattern = new RegExp(`(^|["'\\s])${name}(\\[[^\\]]*\\])?\\s*(["'=<>~!;,]|$)`, "im");
  const listed = files.paths.filter((path) =>
    /(^|\/)(requirements[^/]*\.(txt|in)|pyproject\.toml|Pipfile|setup\.(py|cfg)|environment\.ya?ml)$|(^|\/)requirements\/[^/]+\.(txt|in)$/.test(
      path,
    ),
  );
  return listed.some((path) => pattern.test(files.text(path) ?? ""));
}
