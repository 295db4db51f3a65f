/** compose.gunicov.yaml: what a compose project needs beside its own files, in test mode only. The user's own files are never edited. */
import { basename, join, relative } from "node:path";
import type { FileConfig } from "../config/schema.ts";
import type { Change, Files } from "./change.ts";
import type { Found, FoundCompose, FoundService, FoundStart } from "./found.ts";
import { HOOK_INSIDE, hookWay } from "./server-hook.ts";
import type { Mount } from "./source-mounts.ts";

export const OVERRIDE = "compose.gunicov.yaml";
/** What the project keeps of gunicov's own is not under version control. */
export const HOOK_DIRECTORY = join(".gunicov", "hook");
const TESTS_SERVICE = "gunicov-tests";
const TESTS_INSIDE = "/gunicov-tests";

export interface Composed {
  /** Null: it is there already, or nothing is needed. */
  readonly change: Change | null;
  /** The override is there, now or when it is written. */
  readonly isThere: boolean;
  /** The hook's copy is mounted. */
  readonly mountsHook: boolean;
  /** The configuration, with what the override brings. */
  readonly config: FileConfig;
  readonly notes: readonly string[];
}

/** A service in the override, as lines below its name. */
interface Part {
  readonly command?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly rest: readonly string[];
}

export interface ComposeInput {
  readonly found: Found;
  readonly compose: FoundCompose;
  readonly server: FoundService;
  readonly started: FoundStart;
  /** Source that the server does not see yet, and where it is to. */
  readonly mounts: readonly Mount[];
  readonly files: Files;
  /** A .coveragerc that this container would not see. */
  readonly coveragerc: string | null;
}

export function composed(input: ComposeInput): Composed {
  const { found, compose, server, started, mounts, files } = input;
  const path = join(compose.directory, OVERRIDE);
  const before = files.text(path);
  if (before !== null) {
    const mountsHook = before.includes(HOOK_INSIDE);
    return { change: null, isThere: true, mountsHook, config: found.config, notes: [] };
  }
  const hook = started.ownHook !== null || hasHook(server) ? null : hookWay(server, started);
  const part: Part = {
    env: {
      ...hook?.env,
      ...(input.coveragerc === null ? {} : { GUNICOV_COVERAGE_CONFIG: COVERAGERC_INSIDE }),
    },
    volumes: [
      ...(hook === null
        ? []
        : [`${fromCompose(compose, join(found.root, HOOK_DIRECTORY))}:${HOOK_INSIDE}:ro`]),
      ...mounts.map(({ host, inside }) => `${fromCompose(compose, host)}:${inside}`),
      ...(input.coveragerc === null
        ? []
        : [`${fromCompose(compose, input.coveragerc)}:${COVERAGERC_INSIDE}:ro`]),
    ],
    // The record needs a place to be written to.
    rest: hook !== null && isReadOnly(compose, files) ? ["tmpfs:", "  - /tmp/gunicov:mode=1777"] : [],
  };
  const packages = testPackages(found.root, files);
  const tests = needsTests(found) ? testsPart(found, compose, server, started, packages) : null;
  const services = [
    [server.name, part] as const,
    ...(tests === null ? [] : [[TESTS_SERVICE, tests] as const]),
  ];
  const filled = services.filter(([, one]) => !isEmpty(one));
  const notes = [
    ...(hook?.note ? [hook.note] : []),
    ...(tests === null
      ? []
      : [
          `Service ${TESTS_SERVICE} runs the tests in the image of ${server.name}. Where that has no pytest, it installs ${packages === null ? "pytest" : packages} at its start; if it can't, it ends, and its log says why.`,
        ]),
    ...(hook !== null && isTraced(server, started)
      ? [
          "COVERAGE_PROCESS_START is set: gunicov's hook takes the configuration that it names, and stops that second tracer.",
        ]
      : []),
  ];
  const config: FileConfig = {
    ...found.config,
    ...(tests === null
      ? {}
      : { tests: { ...found.config.tests, service: TESTS_SERVICE, ...testsEnv(found, server) } }),
  };
  const text = filled.length === 0 ? null : textOf(filled, versionOf(compose, files));
  const change = text === null ? null : { path, before: null, after: text };
  return { change, isThere: change !== null, mountsHook: hook !== null, config, notes };
}

const COVERAGERC_INSIDE = "/gunicov-coveragerc";

function hasHook({ gunicornArgs, env, volumes }: FoundService): boolean {
  const args = /gunicov/.test(gunicornArgs ?? "");
  return args || env.includes("GUNICOV_HOOK") || volumes.some(({ inside }) => /gunicov[-_]hook/.test(inside));
}

/** No service, no container, and no Python of this machine runs the tests. */
function needsTests({ config, findings }: Found): boolean {
  const { tests } = config;
  if ((tests === undefined || tests.service) ?? tests.container ?? tests.run) return false;
  if (findings.some(({ key }) => key === "tests.run")) return false;
  return !/^docker(-compose)?$/.test(tests.command?.[0] ?? "");
}

export function isTraced({ env }: FoundService, { imageEnv }: FoundStart): boolean {
  return env.includes("COVERAGE_PROCESS_START") || Boolean(imageEnv?.COVERAGE_PROCESS_START);
}

function testsPart(
  found: Found,
  compose: FoundCompose,
  server: FoundService,
  started: FoundStart,
  packages: string | null,
): Part {
  const { build, image } = server;
  const made =
    build === null
      ? []
      : [
          "build:",
          `  context: ${JSON.stringify(fromCompose(compose, build.context))}`,
          `  dockerfile: ${JSON.stringify(build.dockerfile)}`,
          ...(build.target === null ? [] : [`  target: ${JSON.stringify(build.target)}`]),
          ...(Object.keys(build.args).length === 0 ? [] : ["  args:"]),
          ...Object.entries(build.args).map(([key, value]) => `    ${key}: ${quoted(value)}`),
        ];
  return {
    command: ["sh", "-c", testsCommand(packages)],
    // What runs the tests is not what is measured.
    env: isTraced(server, started) ? { COVERAGE_PROCESS_START: "" } : {},
    volumes: [`${fromCompose(compose, found.root)}:${TESTS_INSIDE}`],
    rest: [
      ...(image === null ? made : [`image: ${JSON.stringify(image)}`, ...made]),
      "entrypoint: []",
      "init: true",
      `working_dir: ${TESTS_INSIDE}`,
    ],
  };
}

/** An image that is made to serve often has no pytest, and nobody knows before it is built. Compose has `$` as `$$`. */
function testsCommand(packages: string | null): string {
  const wanted = packages === null ? "pytest" : `-r ${packages}`;
  return `p=$$(command -v python || command -v python3); $$p -c "import pytest" 2>/dev/null || $$p -m pip install ${wanted} || exit 1; exec sleep infinity`;
}

/** The file of requirements that has pytest, from the root, where it has a plain name. */
function testPackages(root: string, files: Files): string | null {
  const below = (directory: string) =>
    files.list(join(root, directory)).map((name) => (directory === "" ? name : `${directory}/${name}`));
  const named = [...below(""), ...below("requirements")].filter((path) =>
    /^(requirements[\w.-]*|requirements\/[\w.-]+)\.txt$/.test(path),
  );
  return named.find((path) => /^pytest\b(?![-_])/m.test(files.text(join(root, path)) ?? "")) ?? null;
}

/** From another container, the server has another address. */
function testsEnv(found: Found, server: FoundService): { env?: Record<string, string> } {
  const { env } = found.config.tests ?? {};
  const [port] = server.ports;
  if (port === undefined) return {};
  const there = `//${server.name}:${port.target}`;
  if (env === undefined) {
    const read = found.addressed?.(`http:${there}`) ?? null;
    return read === null ? {} : { env: { ...read } };
  }
  const here = new RegExp(`//(?:127\\.0\\.0\\.1|localhost):(?:${port.published ?? ""}\\b|\\{port\\})`, "g");
  return {
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replace(here, there)])),
  };
}

/** As compose reads a path in any of its files: from the directory of the first one. */
function fromCompose({ directory }: FoundCompose, path: string): string {
  // Compose puts variables in for `$`.
  const from = relative(directory, path).replaceAll("$", "$$$$");
  return from === "" ? "." : from.startsWith("..") ? from : `./${from}`;
}

function isReadOnly({ files: paths }: FoundCompose, files: Files): boolean {
  return paths.some((path) => /^\s*read_only:\s*["']?true/m.test(files.text(path) ?? ""));
}

/** Compose v1 wants the same version in all files. */
function versionOf({ files: paths }: FoundCompose, files: Files): string | null {
  return /^version:\s*(.+?)\s*$/m.exec(files.text(paths[0] ?? "") ?? "")?.[1] ?? null;
}

function isEmpty({ command, env, volumes, rest }: Part): boolean {
  return command === undefined && Object.keys(env).length === 0 && volumes.length === 0 && rest.length === 0;
}

function textOf(services: readonly (readonly [string, Part])[], version: string | null): string {
  const lines = services.flatMap(([name, { command, env, volumes, rest }]) => [
    `${name}:`,
    ...indented([
      ...rest,
      ...(command === undefined ? [] : [`command: ${list(command)}`]),
      ...(Object.keys(env).length === 0 ? [] : ["environment:"]),
      ...Object.entries(env).map(([key, value]) => `  ${key}: ${quoted(value.replaceAll("$", "$$$$"))}`),
      ...(volumes.length === 0 ? [] : ["volumes:"]),
      ...volumes.map((volume) => `  - ${quoted(volume)}`),
    ]),
  ]);
  const head = [
    "# Made by gunicov init, for the test mode only: it comes after the project's own compose files.",
    ...(version === null ? [] : [`version: ${version}`]),
  ];
  return `${[...head, "services:", ...indented(lines)].join("\n")}\n`;
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function list(words: readonly string[]): string {
  return `[${words.map(quoted).join(", ")}]`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The command that starts it all. `override`: there is one. */
export function upCommand(compose: FoundCompose, cwd: string, override: boolean): readonly string[] {
  const program = /^docker-compose\b/.test(compose.readBy) ? ["docker-compose"] : ["docker", "compose"];
  const paths = [
    ...compose.files.filter((path) => basename(path) !== OVERRIDE),
    ...(override ? [join(compose.directory, OVERRIDE)] : []),
  ];
  const files = paths.flatMap((path) => ["-f", relative(cwd, path) || path]);
  return [...program, ...files, "up", "-d"];
}
