/** What main.ts gives each command of the command line. */
import type { HostLog } from "../adapters/host/log.ts";
import type { Asked } from "../config/arguments.ts";
import type { Crash } from "../crash.ts";

export interface Context {
  readonly version: string;
  readonly log: HostLog;
  readonly crash: Crash;
}

/** Does what was asked for, and gives the exit code. */
export type Command = (asked: Asked, context: Context) => Promise<number>;
