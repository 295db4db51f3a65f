/** What `gunicov init` would do in a project, of what was found there. Reads, and writes nothing. */
import { basename, dirname, join, relative } from "node:path";
import type { FileConfig } from "../config/schema.ts";
import type { Change, Files, Plan } from "./change.ts";
import { type Composed, composed, HOOK_DIRECTORY, isTraced, upCommand } from "./compose.ts";
import { configuration, hasOwn } from "./configuration.ts";
import { coveragerc, isSeen } from "./coveragerc.ts";
import { copiedOf } from "./dockerfile.ts";
import type { Found, FoundCompose, FoundService, FoundStart } from "./found.ts";
import { withoutCoverage } from "./requirements.ts";
import { type Mount, sourceMounts } from "./source-mounts.ts";

/** `hook`: the files that are mounted, by their paths there. `cwd`: where the commands are typed. */
export function planOf(found: Found, files: Files, hook: HookFiles, cwd: string): Plan {
  const { compose, root } = found;
  const listed = compose?.services.find(({ name }) => name === found.config.server?.service) ?? null;
  // Source that only the image has: it is mounted where nothing else is, since then no save would reach the server.
  const unseen =
    listed === null ? [] : sourceMounts(found, listed, files).filter((one) => !isMounted(one, listed));
  const mounts = found.config.server?.source === undefined ? unseen : [];
  const server = listed === null ? null : mounted(listed, mounts, files);
  const config = withSource(found.config, mounts, root);
  const started = found.started ?? NOT_KNOWN;
  const measures = started.ownHook;
  const narrow = mounts.length === unseen.length && (listed === null || isBuilt(listed, files));
  const traced = server !== null && isTraced(server, started);
  const coverage = measures === null && !traced ? coveragerc(root, config, server, files, narrow) : null;
  const path = coverage?.path ?? join(root, ".coveragerc");
  const hidden = server !== null && coverage !== null && !isSeen(path, server) ? path : null;
  const made: Composed =
    compose === null || server === null
      ? { change: null, isThere: false, mountsHook: false, config, notes: [] }
      : composed({
          found: { ...found, config },
          compose,
          server,
          started,
          mounts,
          files,
          coveragerc: hidden,
        });
  const changes = [
    configuration(root, made.config, files),
    made.change,
    coverage,
    ...(made.mountsHook ? hookFiles(root, hook, files) : []),
  ].filter((one) => one !== null);
  const up = compose === null || server === null ? null : upCommand(compose, cwd, made.isThere);
  const away = relative(cwd, root);
  const lacking = server === null ? null : withoutCoverage(server, files);
  return {
    changes,
    notes: [
      ...(hasOwn(root, files) ? ["The configuration is there already, and stays as it is."] : []),
      ...(measures === null ? [] : [aboutOwnHook(measures), ...otherStart(started)]),
      ...made.notes,
      ...(lacking === null ? [] : [lacking]),
      ...(mounts.length === unseen.length ? [] : [aboutUnseen(unseen, root)]),
      ...templatesOf(compose, files),
    ],
    up,
    next: [...(away === "" ? [] : [`cd ${away}`]), "gunicov"],
  };
}

function isMounted({ host, inside }: Mount, { volumes }: FoundService): boolean {
  const below = (path: string, top: string) => path === top || path.startsWith(`${top}/`);
  return volumes.some((one) => below(host, one.host) || below(inside, one.inside));
}

/** What is in its image is known. */
function isBuilt({ build }: FoundService, files: Files): boolean {
  return build !== null && files.text(join(build.context, build.dockerfile)) !== null;
}

/** The service as it will be. */
function mounted(service: FoundService, mounts: readonly Mount[], files: Files): FoundService {
  const { build, volumes, workingDir } = service;
  const dockerfile = build === null ? null : files.text(join(build.context, build.dockerfile));
  const inside = dockerfile === null ? null : copiedOf(dockerfile).workingDir;
  return { ...service, volumes: [...volumes, ...mounts], workingDir: workingDir ?? inside };
}

function withSource(config: FileConfig, mounts: readonly Mount[], root: string): FileConfig {
  if (mounts.length === 0) return config;
  return {
    ...config,
    server: { ...config.server, source: mounts.map(({ host }) => relative(root, host) || ".") },
  };
}

const NOT_KNOWN: FoundStart = { commands: [], imageEnv: null, ownHook: null };

function aboutOwnHook({ config, directory, where: file }: NonNullable<FoundStart["ownHook"]>): string {
  const where =
    directory === null
      ? "If gunicov does not find the directory that it writes to, name it as server.coverage_dir"
      : `It writes to ${directory} (${file})`;
  return `${config} measures by itself (coverage.py in its post_fork), so gunicov's hook is left out. ${where}. What you miss without the hook: docs/configuration.md, "A server with its own coverage hook".`;
}

/** A script may start gunicorn in two ways. Which of them counts is known when it runs. */
function otherStart({ commands }: FoundStart): readonly string[] {
  const other = commands.find(({ config, open }) => config === null && !open);
  if (other === undefined || commands.length < 2) return [];
  return [
    `${other.where || "Another command"} starts gunicorn without it. If that is what runs: start the containers (docker compose up -d), and run gunicov init again.`,
  ];
}

function aboutUnseen(unseen: readonly Mount[], root: string): string {
  const names = unseen.map(({ host, inside }) => `./${relative(root, host)}:${inside}`).join(", ");
  return `Only the image has this source, so a save of it does not reach the server: mount it under volumes (${names}).`;
}

type HookFiles = Readonly<Record<string, string>>;

function hookFiles(root: string, hook: HookFiles, files: Files): readonly Change[] {
  const wanted = [
    {
      path: join(root, dirname(HOOK_DIRECTORY), ".gitignore"),
      after: "*\n",
      about: "keeps .gunicov out of git",
    },
    ...Object.entries(hook).map(([name, after]) => ({
      path: join(root, HOOK_DIRECTORY, name),
      after,
      about: name === "gunicov_hook.py" ? "gunicov's hook, in one file" : "has Python load it",
    })),
  ];
  return wanted
    .map((one) => ({ ...one, before: files.text(one.path) }))
    .filter(({ before, after }) => before !== after);
}

const TEMPLATE = /\.(j2|jinja2?|tmpl|tpl|template|in|envsubst|mustache|erb)$/;

/** Compose files that are made from a template: an edit of one would be lost. */
function templatesOf(compose: FoundCompose | null, files: Files): readonly string[] {
  return (compose?.files ?? []).flatMap((path) => {
    const name = basename(path);
    const stem = name.replace(/\.ya?ml$/, "");
    const made = files.list(dirname(path)).find((one) => {
      const plain = one.replace(TEMPLATE, "");
      return plain !== one && (plain === name || plain === stem);
    });
    return made === undefined
      ? []
      : [`${name} is made from ${made}, and is not edited: what gunicov needs is beside it.`];
  });
}
