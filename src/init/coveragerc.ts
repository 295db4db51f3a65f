/** A .coveragerc where coverage.py has no configuration. Each Python reads it; pyproject.toml only those from 3.11, or with coverage[toml]. */
import { join, posix, relative } from "node:path";
import type { FileConfig } from "../config/schema.ts";
import type { Change, Files } from "./change.ts";
import type { FoundService } from "./found.ts";

/** Where coverage.py looks, and what it takes there. */
const PLACES: readonly (readonly [string, RegExp])[] = [
  [".coveragerc", /(?:)/],
  [".coveragerc.toml", /(?:)/],
  ["setup.cfg", /^\[coverage:/m],
  ["tox.ini", /^\[coverage:/m],
  ["pyproject.toml", /^\s*\[?\s*tool\s*\.\s*coverage\b/m],
];

/**
 * Null: there is one. `server`: the service that measures; null: a server of this machine. `narrow`: all source of the server is known.
 * Else no source is named: what lies beside it would be left out of the report, and nobody would see that.
 */
export function coveragerc(
  root: string,
  { server: settings }: FileConfig,
  server: FoundService | null,
  files: Files,
  narrow: boolean,
): Change | null {
  const there = PLACES.some(
    ([name, own]) =>
      own.test(files.text(join(root, name)) ?? "\u0000") && files.text(join(root, name)) !== null,
  );
  if (there) return null;
  const hosts = (settings?.source ?? []).map((path) => join(root, path));
  const source = server === null ? fromLocal(hosts, root, settings?.cwd) : fromService(hosts, server, narrow);
  const lines = [
    "[run]",
    "branch = true",
    ...(source.length === 0 ? [] : ["source =", ...source.map((one) => `    ${one}`)]),
  ];
  return { path: join(root, ".coveragerc"), before: null, after: `${lines.join("\n")}\n` };
}

function fromLocal(hosts: readonly string[], root: string, cwd = "."): readonly string[] {
  return hosts.map((host) => relative(join(root, cwd), host) || ".");
}

/** As the server sees them from where it is. Empty where that is not known for each: coverage.py then measures all but libraries. */
function fromService(
  hosts: readonly string[],
  { volumes, workingDir }: FoundService,
  narrow: boolean,
): readonly string[] {
  const whole = volumes.some(({ inside }) => workingDir === inside || workingDir?.startsWith(`${inside}/`));
  if (!narrow && !whole) return [];
  const inside = hosts.map((host) => {
    const over = volumes.filter((one) => host === one.host || host.startsWith(`${one.host}/`));
    const [nearest] = over.toSorted((a, b) => b.host.length - a.host.length);
    return nearest === undefined ? null : posix.join(nearest.inside, relative(nearest.host, host));
  });
  if (workingDir === null || inside.includes(null)) return [];
  return inside.map((path) => posix.relative(workingDir, path ?? "") || ".");
}

/** Whether a container has this file in its working directory. */
export function isSeen(path: string, { volumes, workingDir }: FoundService): boolean {
  return volumes.some(({ host, inside }) => {
    const below = relative(host, path);
    return (
      !below.startsWith("..") &&
      workingDir !== null &&
      posix.join(inside, below) === posix.join(workingDir, ".coveragerc")
    );
  });
}
