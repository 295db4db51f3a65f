/** A process of this machine as a channel. */
import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Channel, Exit, SpawnOptions } from "../../ports/target.ts";

/** How long the output of a process that has ended may still come (a child of its own may have the pipes), in ms. */
const LAST_OUTPUT = 1000;

/**
 * Starts argv in a session of its own, so that a Ctrl-C in the terminal reaches gunicov only, which then ends the process
 * in good order by closing its stdin.
 */
export async function spawnProcess(
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Result<ProcessChannel>> {
  const [file, ...args] = argv;
  if (file === undefined) throw new RangeError("argv is empty");
  const { execa } = await import("execa");
  const running = execa(file, args, {
    cwd: options.cwd ?? process.cwd(),
    env: options.env ?? {},
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stdin: "pipe",
    ...identity(options.user),
  });
  const child = running.nodeChildProcess;
  if (child.pid !== undefined) return ok(new ProcessChannel(child));
  await running;
  // The system gives the same error for either.
  if (options.cwd !== undefined && !existsSync(options.cwd)) {
    const message = `The working directory ${options.cwd} is not there.`;
    return fail(failure("config", message, "Make it, or set another cwd under [tool.gunicov.server]."));
  }
  const fix = "Check that it is installed and on the PATH.";
  return fail(failure("no-command", `${file} can't be started.`, fix));
}

/** Settles when it has ended and what it wrote is read. Whoever has its pipes still is not waited for longer than LAST_OUTPUT. */
async function endOf(child: ChildProcess): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  child.once("exit", (code, signal) => {
    const exit = { code, signal };
    const late = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
      resolve(exit);
    }, LAST_OUTPUT);
    child.once("close", () => {
      clearTimeout(late);
      resolve(exit);
    });
  });
  return await promise;
}

/** `uid` or `uid:gid`; the system refuses another user's to all but root. */
function identity(user: string | undefined): { uid?: number; gid?: number } {
  const [uid, gid] = (user ?? "").split(":").map((id) => (/^\d+$/.test(id) ? Number(id) : undefined));
  return { ...(uid === undefined ? {} : { uid }), ...(gid === undefined ? {} : { gid }) };
}

export class ProcessChannel implements Channel {
  /** Settles as soon as it has ended, though others may have its pipes still. */
  readonly dead: Promise<void>;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess) {
    this.#child = child;
    this.dead = new Promise((resolve) => child.once("exit", () => resolve()));
    this.exited = endOf(child);
    child.stdout?.setEncoding("utf8");
    child.stderr?.setEncoding("utf8");
    // A write to a process that has just died is reported by `exited`, not by an error of the pipe.
    child.stdin?.on("error", () => {});
  }

  write(text: string): boolean {
    const { stdin } = this.#child;
    return stdin?.writable === true ? stdin.write(text) : true;
  }

  end(): void {
    this.#child.stdin?.end();
  }

  /** It leads a group of its own. */
  kill(): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }

  onOutput(listener: (text: string) => void): void {
    this.#child.stdout?.on("data", listener);
  }

  onErrorOutput(listener: (text: string) => void): void {
    this.#child.stderr?.on("data", listener);
  }
}
