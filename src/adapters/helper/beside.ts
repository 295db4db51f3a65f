/** A helper on gunicorn's own interpreter, and as its user. */
import { type Failure, failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Log } from "../../ports/log.ts";
import type { SpawnOptions, Target } from "../../ports/target.ts";
import type { Program } from "./program.ts";
import { Rpc } from "./rpc.ts";

/** How often the helper is started on another interpreter or as another user, at most. */
const MOVES = 3;

/** What decides on where a helper has to be. */
export interface Movable {
  readonly pid: number;
  readonly uid: number;
  readonly gid: number | null;
  readonly readable: boolean;
  readonly interpreter: string | null;
}

export interface Beside<M> {
  readonly rpc: Rpc;
  readonly master: M;
}

/** How a helper is started. */
export interface Starting extends SpawnOptions {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/**
 * coverage.py and the source's syntax are the server's: the helper runs on the same interpreter and as the same user. What
 * the interpreter is only that user may know. `look` finds the master again from there.
 */
export async function beside<M extends Movable>(
  target: Target,
  program: Program,
  start: Starting,
  first: Beside<M>,
  look: (rpc: Rpc, pid: number) => Promise<Result<M>>,
): Promise<Result<Beside<M>>> {
  let { rpc, master } = first;
  const usual = rpc.hello.uid;
  for (let move = 0; move < MOVES; move += 1) {
    const { interpreter, uid, gid } = master;
    const python = interpreter ?? rpc.hello.executable;
    const sameUser = rpc.hello.uid === null || rpc.hello.uid === uid;
    if (python === rpc.hello.executable && sameUser && master.readable) return ok({ rpc, master });
    await rpc.close();
    const user = usual === null || usual === uid ? {} : { user: gid === null ? `${uid}` : `${uid}:${gid}` };
    const again = await Rpc.start(target, program, [python], { ...start, ...user });
    if (!again.ok) return sameUser ? again : fail(anotherUser(master, usual, again.failure));
    rpc = again.value;
    const found = await look(rpc, master.pid);
    if (!found.ok) {
      await rpc.close();
      return found;
    }
    master = found.value;
  }
  return ok({ rpc, master });
}

function anotherUser(master: Movable, usual: number | null, why: Failure): Failure {
  const message = `gunicorn (pid ${master.pid}) runs as uid ${master.uid}, and gunicov can't (it is uid ${usual}).`;
  return failure(
    "denied",
    message,
    "Start gunicov, or the server, as the user of the other one.",
    why.message,
  );
}
