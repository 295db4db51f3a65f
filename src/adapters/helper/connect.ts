/** Opens a target, starts the helper in it on the server's own Python and finds gunicorn's master. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as v from "valibot";
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Target } from "../../ports/target.ts";
import { HOOK_PATH, type Program } from "./program.ts";
import { Rpc } from "./rpc.ts";
import { Find } from "./schema.ts";

type Master = v.InferOutput<typeof Find>["master"];

export interface Connected {
  readonly rpc: Rpc;
  readonly master: Master;
}

/** A server that has just been started may take this long until its master is there and has told of itself, in ms. */
const PATIENCE = { "no-gunicorn": 6_000, "no-hook": 2_000 } as const;
const PAUSE = 50;
/** A server of ours that has died is known to be dead within this time, in ms, and its log is read to the end. */
const LAST_WORDS = 500;

/** What the configuration says of the server in its container. */
export interface Choice {
  /** A part of the command line of the master that is meant; null: there is one. */
  readonly master: string | null;
  /** Where a hook of the server's own writes coverage data, as the server sees it; null: not told. */
  readonly coverageDir: string | null;
}

export async function connect(
  target: Target,
  program: Program,
  choice: Choice,
  signal: AbortSignal,
): Promise<Result<Connected>> {
  const opened = await target.open(signal);
  if (!opened.ok) return opened;
  const first = await Rpc.start(target, program, ["python3", "python"]);
  if (!first.ok) return first;
  const found = await findMaster(target, first.value, choice, signal);
  if (!found.ok) return await giveUp(first.value, found);
  const connected = await onItsOwnPython(target, program, choice, first.value, found.value);
  if (!connected.ok) return connected;
  const usable = measurable(connected.value.master, target);
  return usable.ok ? connected : await giveUp(connected.value.rpc, usable);
}

async function giveUp<T>(rpc: Rpc, why: Result<T> & { ok: false }): Promise<Result<never>> {
  await rpc.close();
  return why;
}

/** coverage.py and the source's syntax are the server's: the helper runs on the same interpreter and as the same user. */
async function onItsOwnPython(
  target: Target,
  program: Program,
  choice: Choice,
  rpc: Rpc,
  master: Master,
): Promise<Result<Connected>> {
  const { interpreter, uid } = master;
  const samePython = interpreter === null || interpreter === rpc.hello.executable;
  const sameUser = rpc.hello.uid === null || rpc.hello.uid === uid;
  if (samePython && sameUser) return ok({ rpc, master });
  await rpc.close();
  const user = sameUser ? {} : { user: `${uid}` };
  const again = await Rpc.start(target, program, [interpreter ?? rpc.hello.executable], user);
  if (!again.ok) return again;
  const found = await again.value.call("find", { ...wanted(choice), pid: master.pid }, Find);
  return found.ok ? ok({ rpc: again.value, master: found.value.master }) : await giveUp(again.value, found);
}

function wanted({ master, coverageDir }: Choice): object {
  return {
    ...(master === null ? {} : { match: master }),
    ...(coverageDir === null ? {} : { coverage_dir: coverageDir }),
  };
}

async function findMaster(
  target: Target,
  rpc: Rpc,
  choice: Choice,
  signal: AbortSignal,
): Promise<Result<Master>> {
  const started = performance.now();
  const waited = () => performance.now() - started;
  for (;;) {
    const found = await find(target, rpc, choice, signal);
    if (!found.ok) {
      if (found.failure.kind !== "no-gunicorn" || waited() > PATIENCE["no-gunicorn"]) return found;
    } else if (isReady(found.value) || waited() > PATIENCE["no-hook"]) {
      return found;
    }
    await sleep(PAUSE);
  }
}

/** The helper waits for a young master. A target that is seen to die meanwhile knows better why there is none. */
async function find(target: Target, rpc: Rpc, choice: Choice, signal: AbortSignal): Promise<Result<Master>> {
  const pid = target.serverPid;
  const enough = new AbortController();
  const either = AbortSignal.any([signal, enough.signal]);
  const answer = rpc.call("find", { ...wanted(choice), ...(pid === null ? {} : { pid }) }, Find, {
    signal: either,
  });
  const death = whenLost(target, enough.signal).then((dead) => {
    if (dead) enough.abort();
    return dead;
  });
  const found = await answer;
  if (found.ok) enough.abort();
  else if (pid !== null) await Promise.race([death, sleep(LAST_WORDS)]);
  enough.abort();
  const dead = (await death) ?? (await target.lost());
  if (dead) return fail(dead);
  return found.ok ? ok(found.value.master) : found;
}

/** Why the target is gone, as soon as it is; null where it was alive until `enough`. */
async function whenLost(target: Target, enough: AbortSignal): Promise<Failure | null> {
  while (!enough.aborted) {
    const dead = await target.lost();
    if (dead) return dead;
    await sleep(PAUSE, undefined, { signal: enough }).catch(() => {});
  }
  return null;
}

/** The helper has waited for a young master: one that then has data files of its own has no hook of ours. */
function isReady(master: Master): boolean {
  return (master.hook && master.generation !== null) || master.data_directory !== null;
}

function measurable(master: Master, target: Target): Result<void> {
  if (master.data_directory !== null) return ok(undefined);
  if (!master.hook) return fail(noHook(master, target));
  // Without a record (its place is full, say) nothing is known of that yet.
  if (master.coverage === null && master.generation !== null) {
    const python = master.interpreter ?? "python3";
    const message = `The server's Python (${python}, ${target.name}) has no coverage package.`;
    return fail(failure("no-coverage", message, `Install it there: ${python} -m pip install coverage`));
  }
  return ok(undefined);
}

/** The environment's -c loses against one on the command line: then that is what keeps the hook out. */
function noHook(master: Master, target: Target): Failure {
  const own = configOf(master.argv ?? []);
  const ours = target.serverPid !== null;
  const message = `gunicorn (pid ${master.pid}, ${target.name}) runs without gunicov's hook`;
  if (own === null)
    return failure("no-hook", `${message}.`, `${HOOK_THERE} Then start it again. ${OWN_HOOK}`);
  const fix = ours
    ? `Take it out of server.command, and put env = { GUNICOV_USER_CONFIG = "${own}" } under [tool.gunicov.server].`
    : `Take it off the command line, and put GUNICOV_USER_CONFIG=${own} in the environment. ${HOOK_THERE}`;
  return failure("no-hook", `${message}: -c ${own} on its command line keeps it out.`, `${fix} ${OWN_HOOK}`);
}

const HOOK_THERE =
  `Copy or mount ${HOOK_PATH} to where the server runs, and put ` +
  "GUNICORN_CMD_ARGS='-c /there/gunicov_hook.py' in its environment.";

const OWN_HOOK =
  "Or, where a hook of the server's own writes .coverage files, name their directory: " +
  'coverage_dir = "/there" under [tool.gunicov.server].';

function configOf(argv: readonly string[]): string | null {
  for (const [index, word] of argv.entries()) {
    if (word === "-c" || word === "--config") return argv[index + 1] ?? null;
    const joined = /^(?:--config=|-c(?=.))(.+)$/s.exec(word)?.[1];
    if (joined !== undefined) return joined;
  }
  return null;
}
