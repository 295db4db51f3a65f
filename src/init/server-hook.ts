/** How gunicorn of a compose service is to load gunicov's hook. */
import type { FoundService } from "./found.ts";

/** Where the hook is mounted. */
export const HOOK_INSIDE = "/gunicov-hook";
const HOOK_FILE = `${HOOK_INSIDE}/gunicov_hook.py`;

export interface HookWay {
  readonly env: Readonly<Record<string, string>>;
  /** In place of the service's own; null: that stays. */
  readonly command: readonly string[] | null;
  /** What is worth saying of it. */
  readonly note: string | null;
}

/** `-c` on gunicorn's command line wins over GUNICORN_CMD_ARGS: then the command itself names the hook, and the hook the user's config. */
export function hookWay(service: FoundService): HookWay {
  const { name, command, gunicornArgs } = service;
  const own = command === null ? null : withOurs(command);
  if (own !== null) {
    const note = `The command of ${name} has a -c of its own: it loads the hook there, and the hook loads ${own.config}.`;
    return { env: { GUNICOV_USER_CONFIG: own.config }, command: own.command, note };
  }
  const args = (gunicornArgs ?? "").trim();
  const inArgs = CONFIG.exec(args)?.[4];
  const rest = args.replace(CONFIG, "").trim();
  const env = {
    GUNICORN_CMD_ARGS: `${rest === "" ? "" : `${rest} `}-c ${HOOK_FILE}`,
    ...(inArgs === undefined ? {} : { GUNICOV_USER_CONFIG: inArgs }),
  };
  const unseen = `If the command in the image of ${name} has a -c of its own, that one wins: gunicov doctor says so.`;
  return { env, command: null, note: command === null ? unseen : null };
}

/** In a text: what is before, the option, what is between, its value. */
const CONFIG = /(^|\s)(-c|--config)(\s+|=)([^\s'";|&]+)/;

interface OwnConfig {
  readonly config: string;
  readonly command: readonly string[];
}

/** The config that the command gives gunicorn, and the command with ours in its place; null: it gives none. A shell's own -c is none. */
function withOurs(command: readonly string[]): OwnConfig | null {
  const at = command.findIndex((word) => /(^|\/)gunicorn$/.test(word));
  const put = (index: number, word: string) => command.map((one, other) => (other === index ? word : one));
  for (let index = at + 1; at >= 0 && index < command.length; index += 1) {
    const [word = "", next = ""] = command.slice(index);
    if (word === "-c" || word === "--config") return { config: next, command: put(index + 1, HOOK_FILE) };
    const [, option = "", config] = /^(-c|--config=)(.+)$/.exec(word) ?? [];
    if (config !== undefined) return { config, command: put(index, `${option}${HOOK_FILE}`) };
  }
  for (const [index, word] of command.entries()) {
    const start = word.search(/\bgunicorn\b/);
    const tail = start < 0 ? "" : word.slice(start);
    const config = CONFIG.exec(tail)?.[4];
    if (config === undefined) continue;
    const ours = tail.replace(
      CONFIG,
      (_, before, option, between) => `${before}${option}${between}${HOOK_FILE}`,
    );
    return { config, command: put(index, `${word.slice(0, start)}${ours}`) };
  }
  return null;
}

/** A gunicorn config that measures by itself: coverage.py starts in a worker's hook, and saves in another. */
export function isCoverageHook(text: string | null): boolean {
  if (text === null || !/\bcoverage\b/i.test(text)) return false;
  return (
    /^def (post_fork|post_worker_init)\b/m.test(text) &&
    /^def (worker_exit|child_exit|worker_int)\b/m.test(text)
  );
}

/** The directory that such a config writes to, as far as its text says so. */
export function coverageDirectory(text: string): string | null {
  const [, path = ""] = /data_file\s*=\s*f?["'](\/[^"'{]*)/.exec(text) ?? [];
  const directory = path.replace(/\/[^/]*$/, "");
  return directory === "" ? null : directory;
}
