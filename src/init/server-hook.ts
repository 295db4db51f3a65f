/** How gunicorn of a compose service is to load gunicov's hook. */
import type { FoundService, FoundStart } from "./found.ts";

/** Where the hook is mounted. */
export const HOOK_INSIDE = "/gunicov-hook";
const HOOK_FILE = `${HOOK_INSIDE}/gunicov_hook.py`;
/** Python reads a sitecustomize.py in it, which takes GUNICOV_HOOK=1. */
const START_INSIDE = `${HOOK_INSIDE}/start`;

export interface HookWay {
  readonly env: Readonly<Record<string, string>>;
  /** What is worth saying of it. */
  readonly note: string | null;
}

/**
 * GUNICORN_CMD_ARGS, where nothing can win over it. A `-c` of gunicorn's command line does: then the hook is loaded by
 * Python's own start, whoever wrote that `-c`, and executes the config that it names.
 */
export function hookWay(service: FoundService, started: FoundStart): HookWay {
  const { commands, imageEnv } = started;
  const own = commands.find(({ config, open }) => config !== null || open);
  const plain = own === undefined && commands.length > 0;
  if (plain || (own === undefined && imageEnv === null)) return byArguments(service, started, plain);
  // Of a container that runs, it may have ours in it.
  const before = (service.pythonPath ?? imageEnv?.PYTHONPATH ?? "")
    .split(":")
    .filter((one) => one !== "" && one !== START_INSIDE);
  const env = { GUNICOV_HOOK: "1", PYTHONPATH: [START_INSIDE, ...before].join(":") };
  return { env, note: noteOf(service, own, imageEnv === null && service.pythonPath === null) };
}

function noteOf(
  { name }: FoundService,
  own: FoundStart["commands"][number] | undefined,
  unknown: boolean,
): string {
  if (own === undefined)
    return `How ${name} starts gunicorn is not known, so the hook is loaded by Python's own start (GUNICOV_HOOK=1), whatever -c it has.`;
  const at = own.where === "" ? `The command of ${name}` : own.where;
  const has = own.config === null ? "may have a -c" : `has -c ${own.config}`;
  const why = `${at} ${has}, which wins over GUNICORN_CMD_ARGS: the hook is loaded by Python's own start (GUNICOV_HOOK=1), and executes that config.`;
  const fix = "install gunicov-hook in the image, and GUNICOV_HOOK=1 alone is enough";
  if (own.ownPath) return `${why} It also sets PYTHONPATH itself, which can keep that out: ${fix}.`;
  return unknown ? `${why} If the image sets PYTHONPATH, add its value in compose.gunicov.yaml.` : why;
}

function byArguments(service: FoundService, { imageEnv }: FoundStart, plain: boolean): HookWay {
  const args = (service.gunicornArgs ?? imageEnv?.GUNICORN_CMD_ARGS ?? "").trim();
  const inArgs = CONFIG.exec(args)?.[3];
  const rest = args.replace(CONFIG, "").trim();
  const env = {
    GUNICORN_CMD_ARGS: `${rest === "" ? "" : `${rest} `}-c ${HOOK_FILE}`,
    ...(inArgs === undefined ? {} : { GUNICOV_USER_CONFIG: inArgs }),
  };
  const note = `The image of ${service.name} is not here. If its command has a -c of its own, that one wins: build or pull it, and run gunicov init --undo and gunicov init again.`;
  return { env, note: plain ? null : note };
}

/** In GUNICORN_CMD_ARGS: what is before, the option, its value. */
const CONFIG = /(^|\s)(-c\s*|--config[\s=]\s*)([^\s'"]+)/;
