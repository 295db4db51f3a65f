/** Finds how a project is served, tested and measured. Reads by ports, and decides nothing that has two answers. */
import { dirname, join } from "node:path";
import { type Failure, failure } from "../core/failure.ts";
import type { ProjectFiles, Survey } from "../ports/survey.ts";
import { addressFor } from "./address.ts";
import { type ComposeView, readProject, type ServiceView } from "./compose.ts";
import { COMPOSE_NAMES, type ComposeFiles, composeFiles } from "./compose-find.ts";
import { coverageFile } from "./coverage-file.ts";
import {
  type Discovery,
  type Finding,
  type Given,
  joined,
  NO_PART,
  NOTHING_GIVEN,
  type Part,
  type Started,
} from "./discovery.ts";
import { localServer } from "./local.ts";
import { type ServerService, serverServices } from "./server-service.ts";
import { sourcesOf } from "./sources.ts";
import { aboutOwnHook, startedOf } from "./started.ts";
import { fromRoot, type Suite, suiteOf, testsHere } from "./tests.ts";
import { testsPlace } from "./tests-place.ts";

const ROOT_FILES = ["pyproject.toml", "gunicov.toml", ...COMPOSE_NAMES, ".git", "Procfile", "manage.py"];

type Tables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The nearest directory, `cwd` or above, that begins a project; `cwd` where none does. */
export function projectRoot(cwd: string, exists: (path: string) => boolean): string {
  for (let directory = cwd; ; directory = dirname(directory)) {
    if (ROOT_FILES.some((name) => exists(join(directory, name)))) return directory;
    if (directory === dirname(directory)) return cwd;
  }
}

/** What is there below `root` (absolute). `given` is settled, and the rest is made to fit it. */
export async function discover(
  root: string,
  survey: Survey,
  given: Given = NOTHING_GIVEN,
): Promise<Discovery> {
  const files = survey.files(root);
  const suite = suiteOf(files);
  const tests = suite?.trees ?? [];
  const [compose, ...others] = given.local ? [] : composeFiles(files, survey.env);
  const { server: named = {} } = given.config;
  const elsewhere = named.container ?? named.command;
  if (compose === undefined || others.length > 0) {
    if (named.service !== undefined || named.container !== undefined) {
      return found(root, files, null, [testsHere(suite, given, files)], given);
    }
    const local = await onThisMachine(files, suite, tests, given, survey);
    const several = compose === undefined ? [] : [severalComposes([compose, ...others], files)];
    return found(root, files, null, [local, { ...NO_PART, missing: several }], given);
  }
  const view = await readProject(
    compose,
    files,
    survey,
    await survey.containers(),
    given.config.server?.project ?? null,
  );
  const project = aboutProject(view, compose, files, given);
  if (named.command !== undefined) {
    return found(root, files, null, [await onThisMachine(files, suite, tests, given, survey)], given);
  }
  if (elsewhere !== undefined) {
    return found(root, files, view, [project, testsPlace(suite, view, null, given, files)], given);
  }
  const servers = await serversOf(view, files, survey, given);
  const [server, ...more] = servers;
  if (server === undefined && named.service !== undefined) {
    return found(root, files, view, [project, testsPlace(suite, view, named.service, given, files)], given);
  }
  if (server === undefined) {
    const local = await onThisMachine(files, suite, tests, given, survey);
    const missing = [noService(view), ...local.missing.filter(({ kind }) => kind !== "config")];
    return found(root, files, view, [project, { ...local, missing }], given);
  }
  if (more.length > 0) {
    const answers = servers.map((one) => ({ value: one.view.service.name, why: one.why }));
    const question = { key: "server.service", text: "Which service is the server to measure?", answers };
    return found(root, files, view, [project, { ...NO_PART, questions: [question] }], given);
  }
  const started = await startedOf(server, files, survey);
  const parts = await ofService(server, started, view, files, suite, tests, given, survey);
  return { ...found(root, files, view, [project, ...parts], given), started };
}

async function ofService(
  server: ServerService,
  { ownHook }: Started,
  view: ComposeView,
  files: ProjectFiles,
  suite: Suite | null,
  tests: readonly string[],
  given: Given,
  survey: Survey,
): Promise<readonly Part[]> {
  const { service, container } = server.view;
  const named: Part = {
    ...NO_PART,
    config: {
      server: { service: service.name, ...(ownHook?.directory ? { coverage_dir: ownHook.directory } : {}) },
    },
    findings: [
      { key: "server.service", value: service.name, why: server.why },
      ...(ownHook === null ? [] : [aboutOwnHook(ownHook)]),
    ],
    missing: [
      ...(container === null && view.engine ? [notStarted(service.name)] : []),
      ...(ownHook === null ? noHook(server) : []),
    ],
  };
  const source =
    given.config.server?.source === undefined ? await sourcesOf(server.view, files, tests, survey) : NO_PART;
  const place = testsPlace(suite, view, service.name, given, files);
  const inContainer = place.config.tests?.service !== undefined || given.config.tests?.service !== undefined;
  const env = inContainer ? NO_PART : addressFor(publishedAt(server.view), files, tests, given, false);
  return [named, source, place, env];
}

/** Where this machine reaches a service: `{port}` where only the run itself can know. Null: nowhere. */
function publishedAt({ service, container }: ServiceView): string | null {
  const [fixed] = service.ports.filter(({ published }) => published !== null);
  if (fixed !== undefined) return `http://127.0.0.1:${fixed.published}`;
  const targets = new Set(
    (service.ports.length > 0 ? service.ports : container?.ports)?.map(({ target }) => target),
  );
  return targets.size === 1 ? "http://127.0.0.1:{port}" : null;
}

/** What a file names may be the service of another compose project: it is taken as it is. */
async function serversOf(
  view: ComposeView,
  files: ProjectFiles,
  survey: Survey,
  given: Given,
): Promise<readonly ServerService[]> {
  const named = given.config.server?.service;
  const all = await serverServices(view, files, survey);
  if (named === undefined) return all;
  const known = all.find((one) => one.view.service.name === named);
  const there = view.services.find(({ service }) => service.name === named);
  if (known !== undefined) return [known];
  return there === undefined ? [] : [{ view: there, why: "as you said", starts: [] }];
}

async function onThisMachine(
  files: ProjectFiles,
  suite: Suite | null,
  tests: readonly string[],
  given: Given,
  survey: Survey,
): Promise<Part> {
  const server = localServer(files, tests, given, survey.env);
  return joined([
    server,
    testsHere(suite, given, files, server.config.server?.cwd ?? "."),
    addressFor("http://127.0.0.1:{port}", files, tests, given, true),
  ]);
}

function found(
  root: string,
  files: ProjectFiles,
  view: ComposeView | null,
  parts: readonly Part[],
  given: Given,
): Discovery {
  const { config, findings, questions, missing } = joined(parts);
  const isGiven = (key: string) => {
    const [table = "", name = ""] = key.split(".");
    return (given.config as Tables)[table]?.[name] !== undefined;
  };
  const own = Object.entries(config as Tables).map(([table, keys]) => [
    table,
    Object.fromEntries(Object.entries(keys).filter(([name]) => !isGiven(`${table}.${name}`))),
  ]);
  return {
    root,
    config: Object.fromEntries(own),
    findings: [...findings.filter(({ key }) => !isGiven(key)), coverageFile(files)],
    questions: questions.filter(({ key }) => !isGiven(key)),
    compose: view?.project ?? null,
    started: null,
    missing,
  };
}

function aboutProject(
  view: ComposeView,
  { files: paths, why }: ComposeFiles,
  files: ProjectFiles,
  given: Given,
): Part {
  const { project, running } = view;
  const names = paths.map((path) => fromRoot(files, path)).join(", ");
  const by = project.readBy.includes("YAML")
    ? "read as YAML: no compose is here"
    : `read by ${project.readBy}`;
  const finding: Finding = { key: "compose", value: names, why: why === "" ? by : `${why}; ${by}` };
  const part: Part = { ...NO_PART, findings: [finding], missing: view.missing };
  if (given.config.server?.project !== undefined || running.length < 2) return part;
  const answers = running.map((name) => ({ value: name, why: "it runs, and was started from these files" }));
  return {
    ...part,
    questions: [{ key: "server.project", text: "Which compose project is meant?", answers }],
  };
}

function severalComposes(all: readonly ComposeFiles[], files: ProjectFiles): Failure {
  const names = all.map((one) => fromRoot(files, one.files[0] ?? one.directory)).join(", ");
  return failure(
    "config",
    `Several compose projects lie below ${files.root}: ${names}.`,
    "Start gunicov in the directory of one, or set COMPOSE_FILE.",
  );
}

function noService({ services, project }: ComposeView): Failure {
  const names = services.map(({ service }) => service.name).join(", ");
  const [file = ""] = project.files;
  const message =
    names === ""
      ? `${file} has no services that could be read.`
      : `No service in ${file} starts gunicorn: ${names}.`;
  return failure(
    "config",
    message,
    'Name the one that does: --service NAME, or service = "NAME" under [tool.gunicov.server].',
  );
}

function notStarted(service: string): Failure {
  return failure(
    "no-service",
    `Service ${service} is not started.`,
    `Start it: docker compose up -d ${service}`,
  );
}

/** GUNICORN_CMD_ARGS may also come by another file than compose's: only what runs knows. */
function noHook({ view: { service, container } }: ServerService): readonly Failure[] {
  const args = container?.env.GUNICORN_CMD_ARGS ?? service.gunicornArgs ?? "";
  const mounts = container?.mounts ?? service.volumes;
  const known =
    /gunicov/.test(args) ||
    mounts.some(({ inside, host }) => /gunicov/.test(`${inside} ${host}`)) ||
    service.env.some((name) => name.startsWith("GUNICOV"));
  if (known) return [];
  const message = `Service ${service.name} does not load gunicov's hook.`;
  return [
    failure(
      "no-hook",
      message,
      "Run gunicov init, which proposes how; docs/configuration.md, “gunicov's hook in the server”, has it to write yourself.",
    ),
  ];
}
