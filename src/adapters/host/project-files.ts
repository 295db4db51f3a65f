/** The files of a project that people have written, by a walk with limits. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { ProjectFiles } from "../../ports/survey.ts";

/** Below these nobody's own code lies. */
const OTHERS = new Set(
  "node_modules __pycache__ site-packages venv env dist build htmlcov target vendor bower_components pgdata postgres-data".split(
    " ",
  ),
);
/** A walk ends here: of a larger project only a part is looked at. */
const MOST_FILES = 20_000;
const DEEPEST = 8;
const LONGEST = 512 * 1024;

export function projectFiles(root: string): ProjectFiles {
  const texts = new Map<string, string | null>();
  const at = (path: string) => (isAbsolute(path) ? path : join(root, path));
  let paths: readonly string[] | null = null;
  return {
    root,
    get paths() {
      paths ??= walk(root);
      return paths;
    },
    text: (path) => {
      const whole = at(path);
      if (!texts.has(whole)) texts.set(whole, textOf(whole));
      return texts.get(whole) ?? null;
    },
    exists: (path) => existsSync(at(path)),
  };
}

/** Nearer ones first, so that a limit leaves out what is deep down. */
function walk(root: string): readonly string[] {
  const found: string[] = [];
  let level = [""];
  for (let depth = 0; depth < DEEPEST && level.length > 0 && found.length < MOST_FILES; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      for (const entry of entriesOf(join(root, directory))) {
        const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
        if (entry.isDirectory() && isOwn(join(root, path), entry.name)) next.push(path);
        else if (entry.isFile()) found.push(path);
      }
    }
    level = next;
  }
  return found.slice(0, MOST_FILES).toSorted();
}

function isOwn(path: string, name: string): boolean {
  return (
    !name.startsWith(".") &&
    !OTHERS.has(name) &&
    !name.endsWith(".egg-info") &&
    !existsSync(join(path, "pyvenv.cfg"))
  );
}

function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function textOf(path: string): string | null {
  try {
    const { size } = statSync(path);
    return size > LONGEST ? null : readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
