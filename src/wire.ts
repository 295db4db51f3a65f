/** Puts the adapters together: the only file that constructs them. */
import { connectDocker } from "./adapters/docker/connect.ts";
import { DockerTarget } from "./adapters/docker/target.ts";
import { Paths } from "./adapters/helper/paths.ts";
import { HOOK_PATH, loadProgram } from "./adapters/helper/program.ts";
import { HelperServer, SERVER_TIMES } from "./adapters/helper/server.ts";
import { RunnerTests } from "./adapters/helper/tests.ts";
import { systemClock } from "./adapters/host/clock.ts";
import { systemDesktop } from "./adapters/host/desktop.ts";
import { hostFiles } from "./adapters/host/files.ts";
import { HostPublisher, ownDirectory } from "./adapters/host/publisher.ts";
import { ChokidarWatcher } from "./adapters/host/watcher.ts";
import { makeScratch } from "./adapters/process/scratch.ts";
import { LocalServerTarget } from "./adapters/process/server.ts";
import { ProcessTarget } from "./adapters/process/target.ts";
import { type LocalSettings, type Place, type Settings, usualTestDirectories } from "./config/settings.ts";
import type { Policy } from "./core/policy.ts";
import { Engine } from "./engine/engine.ts";
import type { Target } from "./ports/target.ts";

/** Where the server and the tests are in this session. */
interface Targets {
  readonly server: Target;
  readonly tests: Target;
  /** The local server's port; null where it is elsewhere. */
  readonly port: () => number | null;
}

/** An engine on real parts, ready to start. */
export async function wire(settings: Settings, policy: Policy): Promise<Engine> {
  const targets = await chooseTargets(settings);
  const { root } = settings;
  const [helper, runner] = await Promise.all([loadProgram("gunicov_helper"), loadProgram("gunicov_runner")]);
  const paths = new Paths(root, () => targets.server.mappings);
  const source = () => sourceDirectories(settings, targets);
  const server = new HelperServer(targets.server, helper, paths, source, SERVER_TIMES, settings);
  const onHost = targets.tests instanceof ProcessTarget;
  const tests = new RunnerTests(targets.tests, runner, {
    command: settings.tests.command,
    cwd: settings.tests.cwd,
    env: () => (onHost ? withPort(settings.tests.env, targets.port()) : {}),
    timeout: settings.tests.timeout,
  });
  const ports = {
    server,
    tests,
    target: targets.server,
    testsTarget: targets.tests,
    watcher: new ChokidarWatcher({ poll: settings.poll }),
    files: hostFiles,
    publisher: new HostPublisher(root, { html: settings.html, json: settings.json }),
    desktop: systemDesktop,
    clock: systemClock,
    directories: () => watchedDirectories(settings, targets),
    paths,
  };
  return new Engine(ports, policy);
}

/** A container where one is configured and an engine answers; a local server otherwise. */
async function chooseTargets(settings: Settings): Promise<Targets> {
  const { container, local, root } = settings;
  const connect = once(() => connectDocker());
  if (container !== null && (local === null || (await connect()).ok)) {
    const docker = (place: Place) => new DockerTarget(connect, place, root);
    const { tests } = settings;
    const testsTarget = tests.container === null ? new ProcessTarget(root) : docker(tests.container);
    return { server: docker(container), tests: testsTarget, port: () => null };
  }
  if (local === null) throw new Error("settings name no server");
  const server = localServer(local, root);
  return { server, tests: new ProcessTarget(root), port: () => server.port };
}

function localServer(local: LocalSettings, root: string): LocalServerTarget {
  const scratch = async () => await makeScratch(await ownDirectory(root));
  return new LocalServerTarget({ ...local, hook: HOOK_PATH, makeScratch: scratch });
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

function withPort(env: Readonly<Record<string, string>>, port: number | null): Record<string, string> {
  const filled = Object.entries(env).map(([name, value]) => [
    name,
    value.replaceAll("{port}", `${port ?? ""}`),
  ]);
  return Object.fromEntries(filled);
}

/** The server's source on the host: configured, or what is mounted into S and not also into T only. */
function sourceDirectories(settings: Settings, targets: Targets): readonly string[] {
  if (settings.source !== null) return settings.source;
  if (targets.server instanceof LocalServerTarget) return [settings.root];
  const ofTests = testDirectories(settings, targets);
  const mounted = targets.server.mappings.map((mapping) => mapping.host);
  return mounted.filter((path) => !ofTests.includes(path));
}

function testDirectories(settings: Settings, targets: Targets): readonly string[] {
  return (
    settings.tests.source ??
    (targets.tests instanceof ProcessTarget ? usualTestDirectories(settings.root) : [])
  );
}

function watchedDirectories(settings: Settings, targets: Targets): readonly string[] {
  const mounted = [targets.server, targets.tests].flatMap((target) =>
    target instanceof DockerTarget ? target.mappings.map((mapping) => mapping.host) : [],
  );
  const named = [...(settings.source ?? []), ...testDirectories(settings, targets)];
  const local = targets.server instanceof LocalServerTarget ? sourceDirectories(settings, targets) : [];
  const all = settings.source === null ? [...mounted, ...local, ...named] : named;
  return outermost([...new Set(all)]);
}

/** A directory inside another one is watched with it. */
function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter(
    (path) => !paths.some((other) => other !== path && path.startsWith(`${other.replace(/\/$/, "")}/`)),
  );
}
