/** Where a file is in the repository that CI has checked out. */
import { isAbsolute, relative, sep } from "node:path";

/** Its path from there, as GitHub and GitLab want it; outside of it, or on another machine, from the project's root. */
export function inRepository(
  path: string,
  root: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  for (const directory of [env.GITHUB_WORKSPACE, env.CI_PROJECT_DIR, root]) {
    if (!directory) continue;
    const found = relative(directory, path);
    if (found !== "" && found !== ".." && !found.startsWith(`..${sep}`) && !isAbsolute(found))
      return found.split(sep).join("/");
  }
  return path;
}
