/** All that doctor looks at, side by side where one thing does not depend on another. */
import { setTimeout as sleep } from "node:timers/promises";
import { connectDocker } from "../../adapters/docker/connect.ts";
import { Paths } from "../../adapters/helper/paths.ts";
import type { LiveSettings } from "../../config/live.ts";
import { placesOf } from "../../config/places.ts";
import type { Settings } from "../../config/settings.ts";
import type { Log } from "../../ports/log.ts";
import { chooseTargets, foundOf, testCommand } from "../../wire.ts";
import { configurationLine } from "../configuration.ts";
import { tracersLine } from "../coverage.ts";
import { notNeeded } from "../finding.ts";
import type { Findings } from "../findings.ts";
import { diskLine, inotifyLine } from "../machine.ts";
import { composeLine, engineLine } from "./engine.ts";
import { directoriesBelow, diskOf, tryWatches } from "./host.ts";
import { LookAtServer } from "./server.ts";
import { LookAtTests } from "./tests.ts";

/** How long a group of lines may take, in seconds: what does not answer by then is not known. */
const LIMITS = { engine: 20, server: 60, tests: 100 };

async function within(seconds: number, work: Promise<unknown>): Promise<void> {
  const late = new AbortController();
  const limit = sleep(seconds * 1000, undefined, { signal: late.signal }).catch(() => {});
  await Promise.race([work.finally(() => late.abort()), limit]);
}

/** `run`: one of the tests too. Settles when all lines are told and nothing that was started for it is left. */
export async function lookAtAll(
  live: LiveSettings,
  log: Log,
  findings: Findings,
  run: boolean,
  signal: AbortSignal,
): Promise<void> {
  const settings = live.current;
  findings.add(configurationLine(live.about, live.found));
  const targets = await chooseTargets(settings, log);
  const paths = new Paths(settings.root, () => targets.server.mappings);
  const found = () => foundOf(targets);
  const server = new LookAtServer({ settings, target: targets.server, paths, found, log, findings }, signal);
  const command = testCommand(live, () => server.port ?? targets.port());
  const tests = new LookAtTests({ settings, target: targets.tests, command, log, findings, run });
  try {
    await Promise.all([
      within(LIMITS.engine, tellEngine(settings, targets.server.ownServer, findings)),
      within(LIMITS.engine, tellDisk(settings.root, findings)),
      within(
        LIMITS.server,
        tellWatches(live, () => server.opened(), found, findings),
      ),
      within(LIMITS.server, server.tell(signal)),
      within(
        LIMITS.tests,
        server.listening(signal).then(() => tests.tell(signal)),
      ),
    ]);
    if (server.facts !== null) findings.add(tracersLine(server.facts, tests.facts?.other_tracer));
    await within(run ? settings.tests.timeout : LIMITS.engine, tests.tellRequests(server, signal));
  } finally {
    await within(LIMITS.engine, Promise.all([server.close(), tests.close()]));
  }
}

/** What can be told of a project whose configuration is broken, or that has none. */
export async function lookAtMachine(root: string, findings: Findings): Promise<void> {
  await Promise.all([
    connectDocker().then(async (connected) =>
      findings.add(
        connected.ok ? await engineLine(connected) : notNeeded("engine", "no Docker engine answers"),
        await composeLine(false, root),
      ),
    ),
    tellDisk(root, findings),
    directoriesBelow([root]).then(async (all) => findings.add(inotifyLine(await tryWatches(all)))),
  ]);
}

async function tellEngine(settings: Settings, local: boolean, findings: Findings): Promise<void> {
  const { container, root, tests } = settings;
  const inContainers = tests.container !== null || tests.composeRun !== null || tests.exec !== null;
  const made = tests.composeRun !== null || tests.exec?.composeRun != null;
  if (local && !inContainers) {
    const why = container === null ? "the server is local" : "no engine answers: the local server is taken";
    findings.add(notNeeded("engine", why), notNeeded("compose", why));
    return;
  }
  const [engine, compose] = await Promise.all([connectDocker().then(engineLine), composeLine(made, root)]);
  findings.add(engine, compose);
}

async function tellDisk(root: string, findings: Findings): Promise<void> {
  const { path, free, error } = await diskOf(root);
  findings.add(diskLine(path, free, error));
}

async function tellWatches(
  live: LiveSettings,
  opened: () => Promise<unknown>,
  found: () => ReturnType<typeof foundOf>,
  findings: Findings,
): Promise<void> {
  if (live.current.poll) {
    findings.add(notNeeded("inotify", "poll = true: nothing is watched"));
    return;
  }
  await opened();
  const places = placesOf(live.current, found());
  const directories = await directoriesBelow([...places.named, ...places.found]);
  findings.add(inotifyLine(await tryWatches(directories)));
}
