/** Puts the adapters together: the only file that constructs them. */
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type Docker from "dockerode";
import { ComposeRunTarget } from "./adapters/docker/compose-run.ts";
import { compositionOf } from "./adapters/docker/composition.ts";
import { connectDocker } from "./adapters/docker/connect.ts";
import { ProjectChoice } from "./adapters/docker/project.ts";
import { DockerTarget } from "./adapters/docker/target.ts";
import { Paths } from "./adapters/helper/paths.ts";
import { HOOK_PATH, loadProgram } from "./adapters/helper/program.ts";
import { HelperServer } from "./adapters/helper/server.ts";
import type { ServerTimes } from "./adapters/helper/server-options.ts";
import type { TestCommand } from "./adapters/helper/test-command.ts";
import { RunnerTests } from "./adapters/helper/tests.ts";
import { HostAlso } from "./adapters/host/also.ts";
import { included, keepAside, readAside } from "./adapters/host/aside.ts";
import { systemClock } from "./adapters/host/clock.ts";
import { systemDesktop } from "./adapters/host/desktop.ts";
import { GitChanges } from "./adapters/host/git-changes.ts";
import { Hashes } from "./adapters/host/hashes.ts";
import { HostPublisher, ownDirectory } from "./adapters/host/publisher.ts";
import { inRepository } from "./adapters/host/repository.ts";
import { HostWatcher } from "./adapters/host/watcher.ts";
import { makeScratch } from "./adapters/process/scratch.ts";
import { LocalServerTarget } from "./adapters/process/server.ts";
import { ProcessTarget } from "./adapters/process/target.ts";
import { annotationsOf } from "./config/annotations.ts";
import type { ComposeRun } from "./config/container-command.ts";
import type { LiveSettings } from "./config/live.ts";
import type { Place } from "./config/place.ts";
import { type Found, isOfStart, placesOf, serverSource, settingsFiles, testSource } from "./config/places.ts";
import { policyOf } from "./config/policy.ts";
import type { LocalSettings, Settings } from "./config/settings.ts";
import { variablesOf } from "./core/log/secrets.ts";
import type { Policy } from "./core/policy.ts";
import { ok } from "./core/result.ts";
import { isEnvironmentFile } from "./core/start-file.ts";
import { Engine } from "./engine/engine.ts";
import type { Ports } from "./engine/ports.ts";
import { type Log, NO_LOG } from "./ports/log.ts";
import type { Meaning, Project } from "./ports/project.ts";
import type { Target } from "./ports/target.ts";

/** Where the server and the tests are in this session. */
export interface Targets {
  readonly server: Target;
  readonly tests: Target;
  /** The local server's port; null where it is elsewhere. */
  readonly port: () => number | null;
}

/** An engine on real parts, ready to start. `logFile`: the file that the log is written to; null: none was asked for. */
export async function wire(
  live: LiveSettings,
  policy: Policy,
  log: Log = NO_LOG,
  logFile: string | null = null,
): Promise<Engine> {
  const settings = live.current;
  hideOwn(settings, log);
  const targets = await chooseTargets(settings, log);
  const { root } = settings;
  const [helper, runner] = await Promise.all([loadProgram("gunicov_helper"), loadProgram("gunicov_runner")]);
  const paths = new Paths(root, () => targets.server.mappings);
  const source = () => serverSource(live.current, foundOf(targets));
  const limit = {
    get failUnder() {
      return live.current.failUnder;
    },
    get failUnderAlone() {
      return live.current.failUnderAlone;
    },
    get ofAll() {
      return live.current.failUnderOf === "all";
    },
  };
  const times: ServerTimes = {
    get start() {
      return live.current.times.start;
    },
    get restart() {
      return live.current.times.restart;
    },
    get flush() {
      return live.current.times.flush;
    },
    get mount() {
      return live.current.times.mount;
    },
  };
  const ofTests = () => testSource(live.current, foundOf(targets));
  const server = new HelperServer(
    targets.server,
    helper,
    paths,
    source,
    times,
    settings,
    limit,
    ofTests,
    log,
    () => live.current.off,
  );
  const tests = new RunnerTests(targets.tests, runner, testCommand(live, targets.port), log, root);
  const hashes = new Hashes();
  const ports: Ports = {
    server,
    tests,
    target: targets.server,
    testsTarget: targets.tests,
    watcher: new HostWatcher({ root, poll: settings.poll, hashes }),
    alsoWatcher: new HostWatcher({ root, poll: settings.poll, hashes }),
    files: hashes,
    publisher: new HostPublisher(root, {
      reports: settings.reports,
      summary:
        policy.once && annotationsOf(settings) !== null ? process.env.GITHUB_STEP_SUMMARY || null : null,
      locate: (path) => inRepository(paths.resolve(path), root),
      otherwise: inRepository(live.file ?? join(root, "gunicov.toml"), root),
    }),
    also: alsoOf(live, source, ofTests),
    changes: new GitChanges(root, () => live.current.diff),
    desktop: systemDesktop,
    clock: systemClock,
    project: projectOf(live, targets, paths, log, logFile),
    log,
    paths,
  };
  return new Engine(ports, policy);
}

/** `source` is the server's on this machine, `ofTests` the system tests'. */
function alsoOf(
  live: LiveSettings,
  source: () => readonly string[],
  ofTests: () => readonly string[],
): HostAlso {
  const { root, poll, also } = live.current;
  return new HostAlso({
    root,
    all: also,
    server: () => ({
      paths: [...source(), ...settingsFiles(root)],
      but: ofTests(),
      ignore: live.current.ignore,
      include: live.current.include,
    }),
    limit: () => live.current.tests.timeout,
    watcher: new HostWatcher({ root, poll }),
  });
}

/** The tests' command, as the settings have it at each moment. `port`: the server's, as the tests reach it. */
export function testCommand(live: LiveSettings, port: () => number | null): TestCommand {
  return {
    get command() {
      return live.current.tests.command;
    },
    get cwd() {
      return live.current.tests.cwd;
    },
    get junit() {
      return live.current.tests.junit;
    },
    get timeout() {
      return live.current.tests.timeout;
    },
    get user() {
      return live.current.tests.exec?.user ?? null;
    },
    env: () => withPort(live.current.tests.env, port()),
    get warm() {
      return live.current.tests.warm;
    },
    get order() {
      return live.current.tests.order;
    },
  };
}

/** A container where one is configured and an engine answers; a local server otherwise. */
export async function chooseTargets(settings: Settings, log: Log): Promise<Targets> {
  const { container, local, root, tests } = settings;
  const connect = once(() => connectNoted(log));
  if (container !== null && (local === null || (await connect()).ok)) {
    const places = [container, ...(tests.container === null ? [] : [tests.container])];
    const project = settings.project ?? (process.env.COMPOSE_PROJECT_NAME || null);
    const projects = new ProjectChoice({ root, configured: settings.configured, project, places });
    const docker = (place: Place) => new DockerTarget(connect, place, projects, log);
    const beside = (composeRun: ComposeRun) => {
      const of = "service" in container ? container.service : composeRun.service;
      const compose = (engine: Docker) => compositionOf(engine, projects, of, root);
      return new ComposeRunTarget(connect, composeRun, compose, log);
    };
    const own =
      tests.container === null ? testsOf(settings, connect, projects, log) : docker(tests.container);
    const testsTarget = tests.composeRun === null ? own : beside(tests.composeRun);
    const server = docker(container);
    // From another container the server has another port.
    const here = testsTarget instanceof ProcessTarget;
    return { server, tests: testsTarget, port: () => (here ? server.publishedPort : null) };
  }
  if (local === null) throw new Error("settings name no server");
  const server = localServer(local, root);
  return { server, tests: testsOf(settings, connect, null, log), port: () => server.port };
}

/** Where the command leads: into a container, or nowhere else than this machine. `projects` are the server's. */
function testsOf(
  { tests: { exec }, root, configured }: Settings,
  connect: () => ReturnType<typeof connectDocker>,
  projects: ProjectChoice | null,
  log: Log,
): Target {
  if (exec === null) return new ProcessTarget(root);
  const { place, project, directory, composeRun } = exec;
  if (composeRun !== null) {
    const { compose } = composeRun;
    const fixed = async () => ok({ words: compose ?? [], directory: root });
    return new ComposeRunTarget(connect, composeRun, fixed, log);
  }
  const scope = { root: directory ?? root, configured, project, places: [place] };
  const named = project !== null || directory !== null || projects === null;
  return new DockerTarget(connect, place, named ? new ProjectChoice(scope) : projects, log);
}

function localServer(local: LocalSettings, root: string): LocalServerTarget {
  const scratch = async () => await makeScratch(await ownDirectory(root));
  return new LocalServerTarget({ ...local, hook: HOOK_PATH, makeScratch: scratch });
}

/** Which engine it is goes into the log, without anybody waiting for that. */
async function connectNoted(log: Log): ReturnType<typeof connectDocker> {
  const connected = await connectDocker();
  if (connected.ok) {
    void connected.value.version().then(
      (version) => log.note({ what: "engine", ...version }),
      (error: unknown) => log.note({ what: "engine", error }),
    );
  }
  return connected;
}

/** What the configuration and an `.env` file put into environments may be secret, too. */
function hideOwn({ local, tests, root }: Settings, log: Log): void {
  log.hide(tests.env);
  if (local !== null) log.hide(local.env);
  for (const directory of new Set([root, local?.cwd ?? root])) {
    log.hide(variablesOf(linesOf(join(directory, ".env"))));
  }
}

/** None where it can't be read. */
function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}

/** Remembers a success: an engine that answered is not looked for again. */
function once<T extends { readonly ok: boolean }>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | null = null;
  return async () => {
    made ??= make();
    const result = await made;
    if (!result.ok) made = null;
    return result;
  };
}

/** What speaks of the server's port says nothing where none is known: a container's own value stays. */
function withPort(env: Readonly<Record<string, string>>, port: number | null): Record<string, string> {
  const meant = Object.entries(env).filter(([, value]) => port !== null || !value.includes("{port}"));
  return Object.fromEntries(meant.map(([name, value]) => [name, value.replaceAll("{port}", `${port}`)]));
}

/** What is mounted where, known once the targets are open; null: a target sees all of this machine. */
export function foundOf({ server, tests }: Targets): Found {
  const mounted = ({ mappings }: Target) =>
    mappings.some(({ host, inside }) => host === "/" && inside === "/")
      ? null
      : mappings.map(({ host }) => host);
  return { server: mounted(server), tests: mounted(tests) };
}

function projectOf(
  live: LiveSettings,
  targets: Targets,
  paths: Paths,
  log: Log,
  logFile: string | null,
): Project {
  const { root } = live.current;
  const settingsFiles = live.files;
  const looked = live.look(settingsFiles);
  // It is written with each thing that happens: a change of it must be none.
  const own = logFile === null ? [] : [logFile, `${logFile}.1`];
  const { source, tests } = live.current;
  const sources = [...(source ?? []), ...(tests.source ?? [])];
  // HTML may be wanted among sources, whose saves count.
  const reports = live.current.reports
    .map(({ path }) => path)
    .filter((path) => !sources.some((one) => `${one}/`.startsWith(`${path}/`)));
  // Each is written under another name first (publisher.ts).
  const written = patternsOf(reports, root).flatMap((pattern) => [pattern, `${pattern}.*.new`]);
  return {
    places: () => {
      const places = placesOf(live.current, foundOf(targets));
      return { ...places, ignore: [...places.ignore, ...patternsOf(own, root), ...written] };
    },
    meaning: (file): Meaning => {
      if (own.includes(file)) return "own";
      if (settingsFiles.includes(file)) return "settings";
      // What is in it comes to a container by its environment where the file itself is not there.
      const unseen = isEnvironmentFile(basename(file)) && paths.inside(file) === null;
      return unseen || isOfStart(file, live.current, foundOf(targets)) ? "start" : "save";
    },
    named: (file) => included(root, live.current.include, file),
    reread: async (file) => {
      await looked;
      const edit = await live.reread(file);
      hideOwn(live.current, log);
      return edit.ok ? ok({ ...edit.value, policy: policyOf(live.current, true) }) : edit;
    },
    readAside: () => readAside(root, live.current.include),
    keepAside: (names) => keepAside(root, names),
    about: live.about,
    found: live.found,
  };
}

/** These files as patterns of a .gitignore in the root, as far as they lie below it. */
function patternsOf(files: readonly string[], root: string): readonly string[] {
  const below = files.filter((file) => file.startsWith(`${root}/`));
  return below.map((file) => file.slice(root.length).replace(/[\\*?[\]!# ]/g, "\\$&"));
}
