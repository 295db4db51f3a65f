/** Files that no server and no test reads. */
import { basename, relative, sep } from "node:path";

/** Directories of tools: nothing below them counts. */
const DIRECTORIES = new Set([
  "__pycache__",
  ".git",
  ".hg",
  ".svn",
  ".gunicov",
  ".venv",
  "venv",
  "node_modules",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".nox",
  ".idea",
  ".vscode",
  "htmlcov",
]);

/** Compiled files, coverage's data, and what editors write beside a file: vim's 4913, ~ and .swp, emacs' # and .#, JetBrains' ___jb_. */
const FILES =
  /(\.py[co]$|^\.coverage($|\.)|~$|^4913$|\.sw[a-px]$|^\.#|^#.*#$|___jb_(tmp|old)___$|\.tmp(\.\d+)*$|^\.goutputstream-|^\.DS_Store$|\.kate-swp$)/;

/** Whether a path is noise. What lies above the watched directories never counts against it. */
export function isNoise(path: string, directories: readonly string[]): boolean {
  const base = directories.find((directory) => path === directory || path.startsWith(directory + sep));
  if (base === undefined || path === base) return false;
  const parts = relative(base, path).split(sep);
  return parts.some((part) => DIRECTORIES.has(part)) || FILES.test(basename(path));
}
