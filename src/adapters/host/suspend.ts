/** Stops this process as Ctrl-Z does, and goes on when the shell says so. */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

/** A shell that does job control has stopped us by then, in ms. Where there is none the system ignores the stop. */
const IGNORED = 300;

/** Settles when this process has been continued. The terminal must be the shell's by now. */
export async function suspendProcess(): Promise<void> {
  const enough = new AbortController();
  const continued = once(process, "SIGCONT", { signal: enough.signal }).catch(() => {});
  // The whole job: a script may have started us.
  process.kill(0, "SIGTSTP");
  await Promise.race([continued, sleep(IGNORED)]);
  enough.abort();
  // Only the job in the foreground hears of a new size.
  process.kill(process.pid, "SIGWINCH");
}
