/** Opens a target, starts the helper in it on the server's own Python and finds gunicorn's master. */
import { setTimeout as sleep } from "node:timers/promises";
import type * as v from "valibot";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Target } from "../../ports/target.ts";
import type { Program } from "./program.ts";
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

export async function connect(
  target: Target,
  program: Program,
  signal: AbortSignal,
): Promise<Result<Connected>> {
  const opened = await target.open(signal);
  if (!opened.ok) return opened;
  const first = await Rpc.start(target, program, ["python3", "python"]);
  if (!first.ok) return first;
  const found = await findMaster(target, first.value, signal);
  if (!found.ok) return await giveUp(first.value, found);
  const connected = await onItsOwnPython(target, program, first.value, found.value);
  if (!connected.ok) return connected;
  const usable = measurable(connected.value.master, target.name);
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
  const found = await again.value.call("find", { pid: master.pid }, Find);
  return found.ok ? ok({ rpc: again.value, master: found.value.master }) : await giveUp(again.value, found);
}

async function findMaster(target: Target, rpc: Rpc, signal: AbortSignal): Promise<Result<Master>> {
  const started = performance.now();
  const waited = () => performance.now() - started;
  for (;;) {
    const pid = target.serverPid;
    const found = await rpc.call("find", pid === null ? {} : { pid }, Find, { signal });
    if (!found.ok) {
      if (found.failure.kind !== "no-gunicorn" || waited() > PATIENCE["no-gunicorn"]) return found;
    } else if (isReady(found.value.master) || waited() > PATIENCE["no-hook"]) {
      return ok(found.value.master);
    }
    await sleep(PAUSE);
    const dead = await target.lost();
    if (dead) return fail(dead);
  }
}

function isReady(master: Master): boolean {
  return master.hook && master.generation !== null;
}

function measurable(master: Master, name: string): Result<void> {
  if (!master.hook) {
    const message = `gunicorn in ${name} (pid ${master.pid}) runs without gunicov's hook.`;
    const fix =
      "Start it with GUNICORN_CMD_ARGS='-c /path/to/gunicov_hook.py' in its environment (a -c on its command line " +
      "wins over that: name that file in GUNICOV_USER_CONFIG instead).";
    return fail(failure("no-hook", message, fix));
  }
  if (master.coverage === null) {
    const message = `The server's Python (${master.interpreter ?? "unknown"}) has no coverage package.`;
    return fail(failure("no-coverage", message, `Install it where the server runs: pip install coverage`));
  }
  return ok(undefined);
}
