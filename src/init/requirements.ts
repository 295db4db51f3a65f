/** Whether an image has coverage, as far as its Dockerfile and the files of requirements that it installs tell. */
import { basename, dirname, join } from "node:path";
import type { Files } from "./change.ts";
import type { FoundService } from "./found.ts";

/** The package itself, or one that needs it. */
const COVERAGE = /(^|[\s"'])(coverage|pytest-cov)\b/m;
const NAMED = /(?:-r|--requirement)[\s=]*([\w./-]+)/g;

/** What to say where the image has no coverage; null: it has, or nobody can tell. */
export function withoutCoverage({ name, build }: FoundService, files: Files): string | null {
  const dockerfile = build === null ? null : files.text(join(build.context, build.dockerfile));
  if (build === null || dockerfile === null || COVERAGE.test(dockerfile)) return null;
  const listed = namedIn(dockerfile).map((path) => placeOf(path, build.context, dockerfile, files));
  const [first] = listed;
  if (first === undefined || listed.some((path) => path === null || maybe(path, files))) return null;
  const file = basename(first ?? "");
  return `The image of ${name} installs ${file}, which does not name coverage: add it there, and build anew (docker compose build). Without it nothing can be measured.`;
}

function namedIn(text: string): readonly string[] {
  return [...text.matchAll(NAMED)].map(([, path = ""]) => path);
}

/** The file of the context that the image installs from: by its path, or under the name that COPY gives it. */
function placeOf(path: string, context: string, dockerfile: string, files: Files): string | null {
  const copied = new RegExp(`(?:COPY|ADD)\\s+(?:--\\S+\\s+)*(\\S*${escaped(basename(path))})\\s`, "i").exec(
    dockerfile,
  );
  const places = [path.replace(/^\/+/, ""), copied?.[1] ?? "", basename(path)].map((one) =>
    join(context, one),
  );
  return places.find((one) => files.text(one) !== null) ?? null;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** It names coverage, or another file that can't be read or does. */
function maybe(path: string, files: Files): boolean {
  const text = files.text(path);
  if (text === null || COVERAGE.test(text)) return true;
  return namedIn(text).some((other) => maybe(join(dirname(path), other), files));
}
