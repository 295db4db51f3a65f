/** Where the tests are that pytest finds on this machine, where `tests.source` does not say it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { parse } from "smol-toml";

/** pytest's options whose value is the next word. */
export const WITH_VALUE = new Set([
  ..."-c -k -m -n -o -p -r -W".split(" "),
  ..."--rootdir --confcutdir --basetemp --ignore --ignore-glob --deselect --maxprocesses --dist --tb".split(
    " ",
  ),
  ..."--durations --junitxml --html --cov --cov-report --cov-config --log-file --log-level --maxfail".split(
    " ",
  ),
]);

export const USUAL = [
  "test",
  "tests",
  "e2e",
  "systest",
  "systests",
  "system_tests",
  "integration",
  "functional",
];

/** Absolute paths of directories and files: what the command names, else pytest's testpaths, else what is there under a usual name. */
export function testPlaces(root: string, cwd: string | null, command: readonly string[]): readonly string[] {
  const from = resolve(root, cwd ?? ".");
  const named = pathsOf(command).map((path) => resolve(from, path));
  const given = named.filter((path) => existsSync(path));
  if (given.length > 0) return given;
  const configured = testpaths(from).map((path) => resolve(from, path));
  const there = configured.filter((path) => existsSync(path));
  if (there.length > 0) return there;
  return [...USUAL.map((name) => join(from, name)).filter(isDirectory), ...besides(from)];
}

/** The words of a command that may be paths: `tests/test_a.py::test_b` is one of a file. */
function pathsOf(command: readonly string[]): readonly string[] {
  const start = command.findLastIndex((word) => /(^|\/)(py\.?test)[\d.]*$/.test(word));
  const words = command.slice(start < 0 ? 1 : start + 1);
  return words
    .filter((word, index) => !word.startsWith("-") && !WITH_VALUE.has(words[index - 1] ?? ""))
    .map((word) => word.split("::")[0] ?? word);
}

function testpaths(directory: string): readonly string[] {
  return testpathsOf((name) => textOf(join(directory, name)));
}

/** pytest's own setting, from the file that it takes it from. A pattern stands for the directory that it begins with. */
export function testpathsOf(read: (name: string) => string | null): readonly string[] {
  const found =
    ofIni(read("pytest.ini"), "pytest") ??
    ofIni(read(".pytest.ini"), "pytest") ??
    ofToml(read("pyproject.toml")) ??
    ofIni(read("tox.ini"), "pytest") ??
    ofIni(read("setup.cfg"), "tool:pytest") ??
    [];
  return found.map((path) => path.split("/").slice(0, firstGlob(path)).join("/") || ".");
}

function firstGlob(path: string): number {
  const index = path.split("/").findIndex((part) => /[*?[]/.test(part));
  return index < 0 ? Number.POSITIVE_INFINITY : index;
}

function ofIni(text: string | null, section: string): readonly string[] | null {
  const [, after] = (text ?? "").split(`[${section}]`);
  const own = after?.split(/^\[/m)[0];
  const value = /^testpaths\s*=(.*(?:\n[ \t]+.*)*)/m.exec(own ?? "")?.[1];
  return value === undefined ? null : value.split(/\s+/).filter((word) => word !== "");
}

function ofToml(text: string | null): readonly string[] | null {
  try {
    const { tool } = parse(text ?? "") as { tool?: { pytest?: Record<string, unknown> } };
    const options = { ...tool?.pytest, ...(tool?.pytest?.ini_options as object) } as { testpaths?: unknown };
    const { testpaths: value } = options;
    if (typeof value === "string") return value.split(/\s+/);
    return Array.isArray(value) ? value.map(String) : null;
  } catch {
    return null;
  }
}

/** Test files right in the directory, and other directories that hold some: a suite under a name of its own. */
function besides(directory: string): readonly string[] {
  return entriesOf(directory)
    .filter((name) => !name.startsWith(".") && !USUAL.includes(name))
    .map((name) => join(directory, name))
    .filter((path) => (isDirectory(path) ? entriesOf(path).some(isTestFile) : isTestFile(path)));
}

function isTestFile(path: string): boolean {
  return /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(path);
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}
