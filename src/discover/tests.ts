/** The tests: which of them, by what command, in which place. */
import { join, relative } from "node:path";
import { testpathsOf } from "../config/test-places.ts";
import { failure } from "../core/failure.ts";
import type { ProjectFiles } from "../ports/survey.ts";
import { type Finding, type Given, NO_PART, type Part } from "./discovery.ts";
import { fromPytest, type PytestCommand, pathsOf, pytestCommands } from "./pytest-commands.ts";
import { isBelow, systemTests, type TestDirectory, testDirectories, testTrees } from "./test-directories.ts";
import { sameWords } from "./words.ts";

export interface Suite {
  /** Directories or files for pytest, from the root. */
  readonly targets: readonly string[];
  /** How the project itself runs exactly these; null: it does not say. */
  readonly command: PytestCommand | null;
  readonly why: string;
  /** Directories that hold nothing but tests, also those that are not run. */
  readonly trees: readonly string[];
  /** Some of them are known to send requests. */
  readonly sends: boolean;
}

/** Null: there are no tests. */
export function suiteOf(files: ProjectFiles): Suite | null {
  const all = within(testDirectories(files), files);
  if (all.length === 0) return null;
  const targets = systemTests(all);
  const sends = all.some(({ client }) => client !== null);
  const commands = pytestCommands(files);
  const [only, ...more] = commands.filter(({ words }) => runsExactly(words, targets));
  const command =
    only !== undefined && more.every(({ words }) => sameWords(fromPytest(words), fromPytest(only.words)))
      ? only
      : null;
  return {
    targets,
    trees: testTrees(testDirectories(files)),
    command,
    why: whyOf(all, targets, command),
    sends,
  };
}

/** pytest's testpaths, where they name some; the project's code may have tests of its own beside. */
function within(all: readonly TestDirectory[], files: ProjectFiles): readonly TestDirectory[] {
  const paths = testpathsOf((name) => files.text(name)).map(
    (path) => path.replace(/^\.\//, "").replace(/\/+$/, "") || ".",
  );
  const configured = all.filter(({ path }) => paths.some((one) => isBelow(path, one)));
  if (configured.length === 0) return all;
  // testpaths are what a bare pytest runs: system tests are often left out of it, and run by name.
  return configured.some(({ client }) => client !== null)
    ? configured
    : [
        ...configured,
        ...all.filter(({ path, client }) => client !== null && !paths.some((one) => isBelow(path, one))),
      ];
}

function runsExactly(words: readonly string[], targets: readonly string[]): boolean {
  const paths = pathsOf(words);
  return paths.length === targets.length && paths.every((path) => targets.includes(path));
}

function whyOf(
  all: readonly TestDirectory[],
  targets: readonly string[],
  command: PytestCommand | null,
): string {
  const clients = all.flatMap(({ path, client }) =>
    client !== null && targets.some((one) => isBelow(path, one)) ? [client] : [],
  );
  const others = all.filter(({ path }) => !targets.some((one) => isBelow(path, one))).map(({ path }) => path);
  const not =
    others.length === 0
      ? ""
      : `; not ${listed(others)}, which ${others.length === 1 ? "sends" : "send"} none`;
  const by = command === null ? "" : `; as in ${command.where}`;
  const [client] = clients;
  if (client !== undefined) return `sends requests (${client.name} in ${client.where})${not}${by}`;
  return `${all.some(({ named }) => named) ? "by its name" : "the tests that are there"}; no client of HTTP is imported${by}`;
}

export function listed(names: readonly string[]): string {
  return names.length <= 3
    ? names.join(", ")
    : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

/** What is said of the tests on this machine. `places`: what other judges say of where they run. */
export function testsHere(suite: Suite | null, given: Given, files: ProjectFiles, cwd = "."): Part {
  const tests = given.config.tests ?? {};
  if (suite === null) {
    if (tests.command !== undefined) return NO_PART;
    return { ...NO_PART, missing: [noTests(files)] };
  }
  // Below the root they run in the project's own directory, where its settings are.
  const there = cwd !== "." && suite.command === null && suite.targets.every((path) => isBelow(path, cwd));
  const targets = there ? suite.targets.map((path) => relative(cwd, path)) : suite.targets;
  const command = suite.command === null ? ["pytest", ...targets] : fromPytest(suite.command.words);
  const findings: Finding[] = [{ key: "tests.command", value: command.join(" "), why: suite.why }];
  const source = tests.command === undefined ? sourceOf(suite, files) : [];
  return {
    ...NO_PART,
    config: {
      tests: {
        command: [...command],
        ...(there ? { cwd } : {}),
        ...(source.length === 0 ? {} : { source: [...source] }),
      },
    },
    findings,
  };
}

/** What is watched as tests: all of the tests' tree, since helpers lie above. */
export function sourceOf({ targets }: Suite, files: ProjectFiles): readonly string[] {
  const tops = targets.map((path) => {
    const parts = path.split("/");
    const at = parts.findIndex((part) =>
      /^(tests?|e2e|systests?|system[-_]?tests?|functional|integration)$/i.test(part),
    );
    return at < 0 ? path : parts.slice(0, at + 1).join("/");
  });
  return [...new Set(tops)].filter((path) => path !== "." && files.exists(join(files.root, path)));
}

function noTests({ root }: ProjectFiles) {
  const message = `There are no tests below ${root}: no file is called test_*.py or *_test.py.`;
  const fix = 'Name their command: command = ["pytest", "DIRECTORY"] under [tool.gunicov.tests].';
  return failure("no-tests", message, fix);
}

export function fromRoot(files: ProjectFiles, path: string): string {
  return relative(files.root, path) || ".";
}
