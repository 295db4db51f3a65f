/** Names that no person edits: what tools, servers and editors write. */

/** Directories of tools: nothing below them counts. */
const DIRECTORIES = new Set([
  "__pycache__",
  "__pypackages__",
  ".git",
  ".hg",
  ".svn",
  ".bzr",
  ".jj",
  "CVS",
  ".gunicov",
  ".venv",
  "venv",
  "site-packages",
  "node_modules",
  "bower_components",
  ".eggs",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".hypothesis",
  ".ipynb_checkpoints",
  ".cache",
  ".parcel-cache",
  ".sass-cache",
  ".tox",
  ".nox",
  ".pixi",
  ".direnv",
  ".terraform",
  ".idea",
  ".vscode",
  "htmlcov",
]);

/** Compiled files, coverage's data, and what editors write beside a file: vim's 4913, ~ and .swp, emacs' # and .#, JetBrains' ___jb_. */
const OF_TOOLS =
  /(\.py[co]$|^\.coverage($|\.(?!rc$|toml$))|~$|^4913$|\.sw[a-px]$|^\.#|^#.*#$|___jb_(tmp|old)___$|\.tmp(\.\d+)*$|^\.goutputstream-|^\.DS_Store$|\.kate-swp$|^\.fuse_hidden|^\.nfs[0-9a-f]{8})/;

/** Logs, rotated ones too, databases with what SQLite writes beside them, pid files, sockets. */
const OF_SERVERS =
  /(\.log([.-][\w.-]+)?$|^nohup\.out$|\.(sqlite3?|db3?|dbm)$|-(journal|wal|shm)$|\.(pid|sock|rdb|aof)$|^celerybeat-schedule)/i;

/** Whether a file or directory of this name is noise wherever it lies. */
export function isNoise(name: string, directory: boolean): boolean {
  if (directory) return DIRECTORIES.has(name) || /\.(egg-info|dist-info)$/.test(name);
  return OF_TOOLS.test(name) || OF_SERVERS.test(name);
}

/** What a directory holds that is an environment with Python packages in it, whatever its name: venv's, conda's. */
export const ENVIRONMENTS = ["pyvenv.cfg", "conda-meta"] as const;
