/** What was set aside (core/program-writes.ts), kept in `.gunicov/` for the next session: a list that people can read and shorten. */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import ignore from "ignore";
import { ownDirectory, replace } from "./publisher.ts";

const NAME = "set-aside";
const ABOUT = `# Written by the server or by its tests: a change of these starts no cycle.
# Take a line away, and it does again when gunicov is started again; for good: include, under [tool.gunicov.watch].
`;

/** Names as core/program-writes.ts has them, with absolute paths. What the user includes is not among them. */
export async function readAside(root: string, include: readonly string[]): Promise<readonly string[]> {
  const text = await readFile(join(root, ".gunicov", NAME), "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return lines
    .filter((line) => isAbsolute(line) || !included(root, include, resolve(root, line)))
    .map((line) => resolve(root, line));
}

/** Whether patterns of `include` name a file (absolute). */
export function included(root: string, include: readonly string[], file: string): boolean {
  const rules = ignore({ ignorecase: false, allowRelativePaths: true }).add(include);
  return include.length > 0 && rules.ignores(relative(root, file));
}

export async function keepAside(root: string, names: readonly string[]): Promise<void> {
  const lines = names.map((name) => {
    const path = relative(root, name);
    return path.startsWith("..") ? name : path;
  });
  const text = lines.toSorted().map((line) => `${line}\n`);
  await replace(join(await ownDirectory(root), NAME), `${ABOUT}${text.join("")}`);
}
