/** Opens a target, starts the helper in it on the server's own Python and finds gunicorn's master. */
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Log } from "../../ports/log.ts";
import type { Target } from "../../ports/target.ts";
import { beside } from "./beside.ts";
import { HOOK_IN_ONE_FILE, HOOK_PATH, type Program } from "./program.ts";
import { Rpc } from "./rpc.ts";
import { Find, Starting } from "./schema.ts";

/** A master that does not run the hook, and what keeps it out. */
interface Unhooked {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly config: string | null;
  readonly kept_out: readonly [string, string] | null;
}

type Master = v.InferOutput<typeof Find>["master"];

export interface Connected {
  readonly rpc: Rpc;
  readonly master: Master;
}

const PAUSE = 50;
/** A server of ours that has died is known to be dead within this time, in ms, and its log is read to the end. */
const LAST_WORDS = 500;

/** What the configuration says of the server in its container. */
export interface Choice {
  /** A part of the command line of the master that is meant; null: there is one. */
  readonly master: string | null;
  /** Where a hook of the server's own writes coverage data, as the server sees it; null: not configured. */
  readonly coverageDir: string | null;
}

/** How a look is made. */
export interface Look {
  readonly choice: Choice;
  /** Seconds that a server may take from its start until gunicorn has run the hook. */
  readonly patience: number;
  /** Called with what is waited for, where it takes long. */
  readonly onWait: (why: string) => void;
  readonly signal: AbortSignal;
  readonly log: Log;
}

export async function connect(target: Target, program: Program, look: Look): Promise<Result<Connected>> {
  const opened = await target.open(look.signal);
  if (!opened.ok) return opened;
  const first = await Rpc.start(target, program, ["python3", "python"], {
    signal: look.signal,
    log: look.log,
  });
  if (!first.ok) return first;
  const found = await find(target, first.value, look, {});
  if (!found.ok) return await giveUp(first.value, found);
  const start = { signal: look.signal, log: look.log };
  const again = (rpc: Rpc, pid: number) => find(target, rpc, look, { pid });
  const connected = await beside(target, program, start, { rpc: first.value, master: found.value }, again);
  if (!connected.ok) return connected;
  const usable = measurable(connected.value.master, target, look.patience);
  return usable.ok ? connected : await giveUp(connected.value.rpc, usable);
}

async function giveUp<T>(rpc: Rpc, why: Result<T> & { ok: false }): Promise<Result<never>> {
  await rpc.close();
  return why;
}

/** The helper waits for a server that is starting. A target that is seen to die meanwhile knows better why there is none. */
async function find(
  target: Target,
  rpc: Rpc,
  { choice, patience, onWait, signal }: Look,
  which: { pid?: number },
): Promise<Result<Master>> {
  const root = target.serverPid;
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const params = {
    ...which,
    timeout: patience,
    ...(root === null ? {} : { root }),
    ...(choice.master === null ? {} : { match: choice.master }),
    ...(choice.coverageDir === null ? {} : { coverage_dir: choice.coverageDir }),
  };
  const onEvent = (event: Record<string, unknown>) => {
    const starting = v.safeParse(Starting, event);
    if (starting.success) onWait(starting.output.why);
  };
  const answer = rpc.call("find", params, Find, { signal: either, onEvent });
  const death = whenLost(target, enough.signal).then((dead) => {
    if (dead) enough.abort();
    return dead;
  });
  const found = await answer;
  if (found.ok) enough.abort();
  else if (root !== null) await Promise.race([death, sleep(LAST_WORDS)]);
  enough.abort();
  const dead = (await death) ?? (await target.whyGone());
  if (dead) return fail(dead);
  return found.ok ? ok(found.value.master) : found;
}

/** Why the target is gone, as soon as it is; null where it was alive until `enough`. */
export async function whenLost(target: Target, enough: AbortSignal): Promise<Failure | null> {
  while (!enough.aborted) {
    const dead = await target.whyGone();
    if (dead) return dead;
    await sleep(PAUSE, undefined, { signal: enough }).catch(() => {});
  }
  return null;
}

function measurable(master: Master, target: Target, patience: number): Result<void> {
  if (master.data_directory !== null) return ok(undefined);
  if (!master.hook) return fail(master.named ? notYet(master, target, patience) : noHook(master, target));
  // Without a record (its place is full, say) nothing is known of that yet.
  if (master.coverage === null && master.generation !== null) {
    const python = master.interpreter ?? "python3";
    // What it is about comes first: a narrow screen cuts the end off.
    const message = `The server's Python has no coverage package: ${python}, ${target.name}.`;
    const fix =
      target.serverPid === null
        ? "Put coverage into the image's requirements, and build it anew."
        : "Install coverage in its environment: pip install coverage, or uv add --dev coverage.";
    return fail(failure("no-coverage", message, fix));
  }
  return ok(undefined);
}

/** The hook is its config file, and is not through. */
function notYet(master: Master, target: Target, patience: number): Failure {
  const message = `gunicorn (pid ${master.pid}, ${target.name}) is starting: after ${patience} s it has not run gunicov's hook to its end.`;
  const fix =
    "The server's log may tell what it does. Give it longer: start_timeout under [tool.gunicov.server].";
  return failure("no-hook", message, `${fix} (GUNICOV=0 in its environment turns the hook off.)`);
}

/** The environment's -c loses against one on the command line: then that is what keeps the hook out. */
export function noHook(master: Unhooked, target: Target): Failure {
  const { config: own, kept_out: keptOut } = master;
  const ours = target.serverPid !== null;
  const message = `gunicorn (pid ${master.pid}, ${target.name}) runs without gunicov's hook`;
  if (!isCommand(master.argv ?? [])) {
    const program = (master.argv ?? []).join(" ");
    return failure("no-hook", `${message}: \`${program}\` starts it itself.`, `${EMBEDDED} ${OWN_HOOK}`);
  }
  if (own === null && keptOut)
    return failure("no-hook", `${message}: ${keptOut[0]}.`, `${keptOut[1]} ${OWN_HOOK}`);
  if (own === null)
    return failure("no-hook", `${message}.`, `${HOOK_THERE} Then start it again. ${OWN_HOOK}`);
  const fix = ours
    ? `Take it out of server.command, and put env = { GUNICOV_USER_CONFIG = "${own}" } under [tool.gunicov.server].`
    : `${BESIDE_CONFIG} Or take it off the command line, and put GUNICOV_USER_CONFIG=${own} in the environment. ${HOOK_THERE}`;
  return failure("no-hook", `${message}: -c ${own} on its command line keeps it out.`, `${fix} ${OWN_HOOK}`);
}

/** Whether it is gunicorn's own command, which reads GUNICORN_CMD_ARGS; else a program that has gunicorn in it. Its title ends with the application then. */
function isCommand(argv: readonly string[]): boolean {
  return argv.some(
    (word) =>
      /(^|\/)gunicorn$/.test(word) || (word.startsWith("gunicorn: master") && !word.endsWith("[gunicorn]")),
  );
}

const EMBEDDED =
  "Such a program reads no GUNICORN_CMD_ARGS: have its load_config load gunicov's hook " +
  "(docs/configuration.md, A program that starts gunicorn itself).";

const BESIDE_CONFIG =
  "Install the package there (pip install gunicov-hook), put GUNICOV_HOOK=1 in its environment, and start it again.";

const HOOK_THERE =
  "Install the package there (pip install gunicov-hook), and put GUNICORN_CMD_ARGS='-c python:gunicov_hook' in its environment. " +
  `Without that package: mount ${dirname(HOOK_PATH)} where the server runs, or copy ${HOOK_IN_ONE_FILE} there, and put ` +
  "GUNICORN_CMD_ARGS='-c /there/gunicov_hook.py' in its environment.";

const OWN_HOOK =
  "Or, where a hook of the server's own writes .coverage files, name their directory: " +
  'coverage_dir = "/there" under [tool.gunicov.server].';
