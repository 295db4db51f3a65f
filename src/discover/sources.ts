/** What to watch as the server's source, of what its container sees of this machine. */
import { join, relative } from "node:path";
import { failure } from "../core/failure.ts";
import type { ProjectFiles, Survey } from "../ports/survey.ts";
import { mountsOf, type ServiceView } from "./compose.ts";
import { type Finding, NO_PART, type Part } from "./discovery.ts";
import { isBelow } from "./test-directories.ts";
import { fromRoot } from "./tests.ts";

interface Mount {
  readonly host: string;
  readonly inside: string;
}

/** Mounts of a service that hold Python of the project. `tests`: directories of tests, from the root. */
export function sourceMounts(
  view: ServiceView,
  files: ProjectFiles,
  tests: readonly string[],
): readonly Mount[] {
  return mountsOf(view).filter(({ host }) => {
    const path = fromRoot(files, host);
    // The whole project, or more than it.
    if (path === "." || isBelow(files.root, host)) return files.paths.some((one) => one.endsWith(".py"));
    if (path.startsWith("..") || tests.some((one) => isBelow(path, one))) return false;
    return files.paths.some((one) => isBelow(one, path) && one.endsWith(".py")) && !holdsHook(path, files);
  });
}

function holdsHook(path: string, files: ProjectFiles): boolean {
  return files.exists(join(files.root, path, "gunicov_hook.py"));
}

/** The part of a configuration about `server.source`, for a service that is decided. */
export async function sourcesOf(
  view: ServiceView,
  files: ProjectFiles,
  tests: readonly string[],
  survey: Survey,
): Promise<Part> {
  const { service, container } = view;
  const mounts = sourceMounts(view, files, tests);
  if (mounts.length === 0) return { ...NO_PART, missing: [notMounted(service.name)] };
  const findings: Finding[] = [];
  const missing = [];
  const paths: string[] = [];
  for (const mount of mounts) {
    const probe = probeOf(mount, files, tests);
    const same =
      container === null || probe === null
        ? null
        : await survey.sameBytes(container.name, join(files.root, probe), insideOf(mount, files, probe));
    if (same === false) {
      missing.push(otherBytes(service.name, mount, probe ?? ""));
      continue;
    }
    const path = isBelow(files.root, mount.host) ? "." : fromRoot(files, mount.host);
    paths.push(path);
    const proved = same === true ? `, same bytes of ${probe}` : "";
    findings.push({
      key: "server.source",
      value: path,
      why: `seen in ${container?.name ?? service.name} as ${mount.inside}${proved}`,
    });
  }
  const unique = [...new Set(paths)];
  return { ...NO_PART, config: unique.length === 0 ? {} : { server: { source: unique } }, findings, missing };
}

/** A file of the mount to compare: code rather than tests, near its top, and not empty. */
function probeOf({ host }: Mount, files: ProjectFiles, tests: readonly string[]): string | null {
  const path = fromRoot(files, host);
  const below = files.paths.filter(
    (one) =>
      (path.startsWith("..") || isBelow(one, path)) &&
      one.endsWith(".py") &&
      !tests.some((test) => isBelow(one, test)),
  );
  const near = below.toSorted((a, b) => a.split("/").length - b.split("/").length);
  return near.slice(0, 50).find((one) => (files.text(one) ?? "").trim() !== "") ?? null;
}

function insideOf({ host, inside }: Mount, files: ProjectFiles, path: string): string {
  return join(inside, relative(host, join(files.root, path)));
}

function notMounted(service: string) {
  const message = `A save does not reach the server: no directory with Python code of this project is mounted into service ${service}.`;
  const fix = `Mount it under \`volumes\` of ${service} (./src:/app/src), or let gunicov init propose that.`;
  return failure("config", message, fix);
}

function otherBytes(service: string, { host, inside }: Mount, file: string) {
  const message = `Service ${service} has other bytes of ${file}: what it sees at ${inside} is not ${host}.`;
  return failure(
    "config",
    message,
    "Start it anew from this directory: docker compose up -d --force-recreate",
  );
}
