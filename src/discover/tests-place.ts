/** Where the tests run: a service of their own, this machine, or the server's container. */
import { join } from "node:path";
import { failure } from "../core/failure.ts";
import type { ProjectFiles } from "../ports/survey.ts";
import { type ComposeView, mountsOf, placeOf, type ServiceView } from "./compose.ts";
import type { ComposeService } from "./compose-project.ts";
import { type Answer, type Given, NO_PART, type Part } from "./discovery.ts";
import { fromPytest, isPytest } from "./pytest-commands.ts";
import { hostPython } from "./python.ts";
import { imageOf } from "./server-service.ts";
import { isBelow } from "./test-directories.ts";
import { fromRoot, type Suite, sourceOf, testsHere } from "./tests.ts";
import { shellText, wordsOf } from "./words.ts";

/** `server`: the service of the server; null: not decided. */
export function testsPlace(
  suite: Suite | null,
  view: ComposeView,
  server: string | null,
  given: Given,
  files: ProjectFiles,
): Part {
  const { tests = {} } = given.config;
  const settled = tests.service ?? tests.container ?? tests.run;
  if (settled !== undefined || tests.command !== undefined) {
    const named = view.services.find(({ service }) => service.name === tests.service);
    return named === undefined || tests.command !== undefined
      ? testsHere(suite, given, files)
      : inService(named, suite, view, files, given);
  }
  const services = view.services.filter(
    ({ service }) => service.name !== server && isOfTests(service, files),
  );
  const [only, ...more] = services;
  if (only !== undefined && more.length > 0) return { ...NO_PART, questions: [which(services, view, files)] };
  if (only !== undefined) return inService(only, suite, view, files, given);
  const here = testsHere(suite, given, files);
  if (suite?.command?.words.some((word) => /^docker(-compose)?$/.test(word))) return here;
  const python = hostPython(files, suite?.targets ?? []);
  if (python !== null)
    return { ...here, findings: [...here.findings, { key: "tests.run", value: "host", why: python }] };
  const serving = view.services.find(({ service }) => service.name === server);
  const inside = serving === undefined || suite === null ? null : insideServer(serving, suite, view, files);
  return inside ?? here;
}

/** Its command is pytest's, or its name and what it mounts say so. */
function isOfTests(service: ComposeService, files: ProjectFiles): boolean {
  if (pytestWords(service, files) !== null) return true;
  const named = /(^|[-_])(tests?|e2e|systests?|pytest|tester)($|[-_])/i.test(service.name);
  return (
    named &&
    (service.build !== null || service.volumes.length > 0) &&
    !/postgres|mysql|redis|mongo|rabbit/i.test(service.image ?? "")
  );
}

/** pytest's own words in its command or its image's. */
function pytestWords(service: ComposeService, files: ProjectFiles): readonly string[] | null {
  const image = imageOf(service, files)?.start;
  for (const words of [
    service.command,
    service.entrypoint,
    service.command === null ? (image?.command ?? null) : null,
    image?.entrypoint ?? null,
  ]) {
    const flat =
      words === null
        ? []
        : wordsOf(shellText(words) ?? "").length > 0
          ? wordsOf(shellText(words) ?? "")
          : words;
    if (flat.some(isPytest)) return fromPytest(flat).filter((word) => !/^[;&|]/.test(word));
  }
  return null;
}

function inService(
  one: ServiceView,
  suite: Suite | null,
  view: ComposeView,
  files: ProjectFiles,
  given: Given,
): Part {
  const { service, container } = one;
  const words = pytestWords(service, files);
  // One that runs and does not end by itself is used as it is; another is made for each run.
  const stays = words === null;
  const asked = given.config.tests?.run;
  const inside = suite === null ? null : insidePaths(one, suite, files);
  const entry = service.entrypoint?.some(isPytest) === true;
  const command = words !== null && !entry ? words : inside === null ? null : ["pytest", ...inside];
  const missing =
    command === null
      ? [notSeen(service.name)]
      : stays && container === null && view.engine
        ? [notRunning(service.name)]
        : [];
  const source = [
    ...mountsOf(one)
      .map(({ host }) => fromRoot(files, host))
      .filter((path) => suite?.targets.some((test) => isBelow(test, path)) && path !== "."),
  ];
  const run = stays || asked !== undefined ? {} : { run: "compose-run" as const };
  const how = stays ? "" : " (a new container for each run: its command ends)";
  return {
    ...NO_PART,
    config: {
      tests: {
        service: service.name,
        ...run,
        ...(command === null ? {} : { command: [...command] }),
        ...(source.length > 0 ? { source: [...new Set(source)] } : {}),
      },
    },
    findings: [
      {
        key: "tests.service",
        value: `${service.name}${how}`,
        why: placeOf(view.project, service.name, "command", files),
      },
      ...(command === null
        ? []
        : [
            {
              key: "tests.command",
              value: command.join(" "),
              why: words === null ? (suite?.why ?? "") : `the command of service ${service.name}`,
            },
          ]),
    ],
    missing,
  };
}

/** The tests are mounted into the server's container, and this machine has no Python for them. */
function insideServer(
  serving: ServiceView,
  suite: Suite,
  view: ComposeView,
  files: ProjectFiles,
): Part | null {
  const inside = insidePaths(serving, suite, files);
  if (inside === null) return null;
  const { name } = serving.service;
  return {
    ...NO_PART,
    config: { tests: { service: name, command: ["pytest", ...inside], source: [...sourceOf(suite, files)] } },
    findings: [
      {
        key: "tests.service",
        value: name,
        why: `the tests are mounted into it in ${placeOf(view.project, name, "volumes", files)}, and no .venv is here`,
      },
      { key: "tests.command", value: `pytest ${inside.join(" ")}`, why: suite.why },
    ],
  };
}

/** The tests' paths as a container sees them; null: not all are mounted. */
function insidePaths(view: ServiceView, { targets }: Suite, files: ProjectFiles): readonly string[] | null {
  const paths = targets.map((target) => {
    const host = join(files.root, target);
    const over = mountsOf(view)
      .filter((one) => isBelow(host, one.host))
      .toSorted((a, b) => b.host.length - a.host.length);
    return over[0] === undefined
      ? null
      : `${over[0].inside === "/" ? "" : over[0].inside}${host.slice(over[0].host.length)}`;
  });
  return paths.every((path) => path !== null) ? paths : null;
}

function which(services: readonly ServiceView[], view: ComposeView, files: ProjectFiles) {
  const answers: Answer[] = services.map(({ service }) => ({
    value: service.name,
    why: placeOf(view.project, service.name, "command", files),
  }));
  return { key: "tests.service", text: "Which service has the tests?", answers };
}

function notSeen(service: string) {
  const message = `Service ${service} sees no tests of this directory, and its command is not pytest's.`;
  return failure(
    "no-tests",
    message,
    'Say what runs there: command = ["pytest", "DIRECTORY"] under [tool.gunicov.tests].',
  );
}

function notRunning(service: string) {
  return failure(
    "no-service",
    `Service ${service}, where the tests run, is not started.`,
    `Start it: docker compose up -d ${service}`,
  );
}
