/** A server on this machine: how gunicorn is started here. */
import { dirname, join, relative } from "node:path";
import { parse } from "smol-toml";
import { failure } from "../core/failure.ts";
import type { ProjectFiles } from "../ports/survey.ts";
import { appObjects } from "./app-object.ts";
import { table } from "./compose-document.ts";
import { type Answer, type Given, NO_PART, type Part } from "./discovery.ts";
import { gunicornAt, gunicornStart } from "./gunicorn-command.ts";
import { localCommand } from "./local-command.ts";
import { fromProcfiles } from "./procfile.ts";
import { environmentWith, runnerOf } from "./python.ts";
import { isBelow } from "./test-directories.ts";
import { commandsOf, quoted, wordsOf } from "./words.ts";

type Env = Readonly<Record<string, string | undefined>>;

interface Way {
  /** The command as a shell reads it. */
  readonly text: string;
  readonly why: string;
  readonly cwd: string;
  /** Words that are taken as they are; null: those of `text`, on a free port. */
  readonly words?: readonly string[] | null;
  /** Processes of the service that are not started with it. */
  readonly left?: readonly string[];
}

/** `suite`: directories of tests, from the root. */
export function localServer(files: ProjectFiles, tests: readonly string[], given: Given, env: Env): Part {
  const { command: settled, source: watched, cwd = "." } = given.config.server ?? {};
  if (settled !== undefined) {
    return watched === undefined ? aboutSource(sourceOf(files, tests, cwd)) : NO_PART;
  }
  const written = unique([...ofProcfile(files), ...ofConfig(files), ...ofScripts(files)]);
  const ways = written.length > 0 ? written : ofObjects(files, tests);
  const [only, ...more] = ways;
  if (only === undefined) return { ...NO_PART, missing: [nothing(files)] };
  if (more.length > 0) {
    const answers: Answer[] = ways.map((way) => ({ value: [...commandOf(way, files, env)], why: way.why }));
    return { ...NO_PART, questions: [{ key: "server.command", text: "How is gunicorn started?", answers }] };
  }
  const command = commandOf(only, files, env);
  const source = sourceOf(files, tests, only.cwd);
  return {
    ...NO_PART,
    config: {
      server: { command: [...command], ...(only.cwd === "." ? {} : { cwd: only.cwd }), source: [...source] },
    },
    missing: only.left?.length ? [notStarted(only.left)] : [],
    findings: [
      { key: "server.command", value: quoted(command), why: only.why },
      {
        key: "server.source",
        value: source.join(", "),
        why: source.includes(".") ? "the project's own directory" : "Python code",
      },
    ],
  };
}

function aboutSource(source: readonly string[]): Part {
  const why = source.includes(".") ? "the project's own directory" : "Python code";
  const findings = [{ key: "server.source", value: source.join(", "), why }];
  return { ...NO_PART, config: { server: { source: [...source] } }, findings };
}

/** With the project's own gunicorn, where there is one. */
function commandOf({ text, cwd, words: whole }: Way, files: ProjectFiles, env: Env): readonly string[] {
  if (whole) return whole;
  const words = localCommand(text, env);
  const place = environmentWith(files, "gunicorn", cwd) ?? environmentWith(files, "gunicorn");
  const at = gunicornAt(words);
  const bare = at === 0 && words[0] === "gunicorn";
  if (!bare) return words;
  // From where it is started, so that it is right on other machines too.
  if (place !== null) return [join(relative(cwd, place), "bin", "gunicorn"), ...words.slice(1)];
  const runner = env.VIRTUAL_ENV ? null : (runnerOf(files, cwd) ?? runnerOf(files));
  return runner === null ? words : [...runner, ...words];
}

function ofProcfile(files: ProjectFiles): readonly Way[] {
  return fromProcfiles(files).map(({ text, together, others, why }) => ({
    ...{ text, why, cwd: ".", words: together },
    left: together === null ? others : [],
  }));
}

/** gunicorn.conf.py with wsgi_app: then gunicorn needs no words. */
function ofConfig(files: ProjectFiles): readonly Way[] {
  return files.paths
    .filter((path) => path === "gunicorn.conf.py" || /^[^/]+\/gunicorn\.conf\.py$/.test(path))
    .flatMap((path) => {
      const text = files.text(path) ?? "";
      const match = /^wsgi_app\s*=/m.exec(text);
      const line = text.slice(0, match?.index ?? 0).split("\n").length;
      return match === null
        ? []
        : [{ text: "gunicorn", why: `${path}:${line}, wsgi_app`, cwd: dirname(path) }];
    });
}

/** Makefile, start scripts, tasks of pyproject.toml. */
function ofScripts(files: ProjectFiles): readonly Way[] {
  const scripts = files.paths.filter((path) =>
    /^(GNUmakefile|[Mm]akefile|[Jj]ustfile|((bin|scripts)\/)?[\w.-]+\.(sh|bash))$/.test(path),
  );
  const lines = scripts.flatMap((path) =>
    commandsOf((files.text(path) ?? "").replace(/^(\s+)[@-]+/gm, "$1")).map(({ text, line }) => ({
      text,
      why: `${path}:${line}`,
    })),
  );
  return [...lines, ...tasks(files)].flatMap(({ text, why }) => {
    const words = wordsOf(text);
    const container = words.some((word) => /^(docker|docker-compose|podman|kubectl)$/.test(word));
    return container || gunicornAt(words) < 0 || gunicornStart(words, () => null) === null
      ? []
      : [{ text, why, cwd: "." }];
  });
}

function tasks(files: ProjectFiles): readonly { text: string; why: string }[] {
  const text = files.text("pyproject.toml") ?? "";
  let tool: Readonly<Record<string, unknown>>;
  try {
    tool = table(table(parse(text)).tool);
  } catch {
    return [];
  }
  const hatch = Object.values(table(table(tool.hatch).envs)).map((env) => table(env).scripts);
  return [table(tool.poe).tasks, table(tool.pdm).scripts, table(tool.taskipy).tasks, ...hatch].flatMap(
    (all) =>
      Object.entries(table(all)).flatMap(([name, value]) => {
        const command = typeof value === "string" ? value : (table(value).cmd ?? table(value).shell);
        return typeof command === "string" ? [{ text: command, why: `pyproject.toml, ${name}` }] : [];
      }),
  );
}

function ofObjects(files: ProjectFiles, tests: readonly string[]): readonly Way[] {
  return appObjects(files, tests).map(({ target, directory, workerClass, why }) => {
    const cwd = projectOf(directory, files);
    const path = relative(cwd, directory) || ".";
    const words = [
      "gunicorn",
      ...(workerClass === null ? [] : ["--worker-class", workerClass]),
      ...["--workers", "2"],
      ...(path === "." ? [] : ["--pythonpath", path]),
      target,
    ];
    return { text: quoted(words), why, cwd };
  });
}

/** A project below the root, with settings of its own: it is started there, as its people do. */
function projectOf(directory: string, files: ProjectFiles): string {
  const own = [
    "pyproject.toml",
    "setup.cfg",
    "requirements.txt",
    "manage.py",
    ".coveragerc",
    "tox.ini",
    "Pipfile",
  ];
  for (let at = directory; at !== "."; at = dirname(at)) {
    if (own.some((name) => files.exists(`${at}/${name}`))) return at;
  }
  return ".";
}

/** The same command for several reasons is one. */
function unique(ways: readonly Way[]): readonly Way[] {
  return ways.filter(
    (way, index) => ways.findIndex((other) => other.text === way.text && other.cwd === way.cwd) === index,
  );
}

/** Directories with Python code that are no tests; the root itself where code lies right in it. */
function sourceOf(files: ProjectFiles, tests: readonly string[], cwd: string): readonly string[] {
  const code = files.paths.filter(
    (path) =>
      path.endsWith(".py") && isBelow(path, cwd) && !tests.some((one) => one !== "." && isBelow(path, one)),
  );
  const own = code.filter((path) => !/(^|\/)(conftest|setup|noxfile|tasks|gunicorn\.conf)\.py$/.test(path));
  const depth = cwd === "." ? 0 : cwd.split("/").length;
  const tops = new Set(
    own.map((path) =>
      path.split("/").length === depth + 1
        ? cwd
        : path
            .split("/")
            .slice(0, depth + 1)
            .join("/"),
    ),
  );
  return tops.has(cwd) || tops.size === 0
    ? [cwd]
    : [...tops].filter((path) => !/^(docs?|scripts|bin|examples?|migrations|tools)$/.test(path)).toSorted();
}

function notStarted(names: readonly string[]) {
  const [verb, them] = names.length === 1 ? ["is", "it"] : ["are", "them"];
  const message = `The Procfile's ${names.join(", ")} ${verb} not started with gunicorn.`;
  const fix = `Where the tests need ${them}, start ${them} beside gunicov, or name a command that starts all: command = ["honcho", "start", "-p", "{port}"] under [tool.gunicov.server].`;
  return failure("no-service", message, fix);
}

function nothing({ root }: ProjectFiles) {
  const message = `Nothing below ${root} says how gunicorn is started: no compose service, Procfile, gunicorn.conf.py with wsgi_app, Makefile, script or application object (app, application) was found.`;
  const fix =
    'Name a compose service (--service NAME), a container (--container NAME), or command = ["gunicorn", …] under [tool.gunicov.server] (docs/configuration.md).';
  return failure("config", message, fix);
}
