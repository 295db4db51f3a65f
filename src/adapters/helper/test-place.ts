/** Places that the tests' side tells, as reports have them. */
import { posix } from "node:path";
import type { Paths } from "./paths.ts";

/**
 * `path:line` from the project's root, of one from the tests' directory. What the tests' place has for itself stays as
 * it is. `paths`: of that place; `cwd`: null: it is not known.
 */
export function shownPlace(place: string, cwd: string | null, paths: Paths): string {
  const [, path = "", line = ""] = /^(.*?)(:\d+)?$/s.exec(place) ?? [];
  if (path === "" || (cwd === null && !posix.isAbsolute(path))) return place;
  const inside = posix.resolve(cwd ?? "/", path);
  return paths.host(inside) === null ? place : `${paths.shown(inside)}${line}`;
}
