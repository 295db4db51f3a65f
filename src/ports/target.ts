/** Where a server or its tests live: a container, or this machine. */
import type { Failure } from "../core/failure.ts";
import type { Result } from "../core/result.ts";

/** How a process ended. A code is null where a signal (or a lost connection) ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A process in the target, with its three streams. */
export interface Channel {
  /** Writes to stdin. Returns false while the process does not keep up; nothing is dropped. */
  write(text: string): boolean;
  /** Ends stdin. */
  end(): void;
  /** Ends at once the process and what it has started; not there where that can't be done from outside. */
  kill?(): void;
  /** Chunks of stdout, as text; multi-byte characters are never split. */
  onOutput(listener: (text: string) => void): void;
  onErrorOutput(listener: (text: string) => void): void;
  /** Settles once, when the process has ended and its output was delivered. Never rejects. */
  readonly exited: Promise<Exit>;
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** User to run as, `uid` or `uid:gid`; default: the target's own. */
  readonly user?: string;
}

/** A directory of the host that the target sees under another path. */
export interface Mapping {
  readonly host: string;
  readonly inside: string;
}

/** A line that the server wrote, with its time in epoch milliseconds by the target's clock. */
export interface LogLine {
  readonly at: number;
  readonly text: string;
}

export type Lifecycle = { readonly type: "gone"; readonly failure: Failure } | { readonly type: "back" };

/** Stops what a subscription started. */
export type Unsubscribe = () => void;

export interface OwnPlaces {
  /** Looks at the place of what was spawned last, and runs: `mappings` are known then. */
  look(): Promise<void>;
  /** Ends what was spawned and has not ended, with its place. (In a shared place another process can do that.) */
  kill(): Promise<void>;
}

export interface Target {
  /** For people: `container demo_server_1`, `local process`. */
  readonly name: string;
  /** Finds the target and brings up what it needs. Can be called again after it was gone. */
  open(signal: AbortSignal): Promise<Result<void>>;
  /**
   * Starts again what the target lives in, where it is stopped: only ever because the user asked for it. Where the server is
   * its own, it ends the one that runs, and settles when all of that is dead: `open` starts another one.
   */
  start(): Promise<Result<void>>;
  /** Starts a process, by argv, never through a shell. */
  spawn(argv: readonly string[], options?: SpawnOptions): Promise<Result<Channel>>;
  /** Known after `open`. */
  readonly mappings: readonly Mapping[];
  /** Pid of the server's master where the target started it itself; null: it is to be looked for. */
  readonly serverPid: number | null;
  /** Whether `open` starts the server itself: then `start` ends one that runs. */
  readonly ownServer: boolean;
  /** Whether it says by itself (`onLifecycle`) that it is back. Else only a look (`open`) finds it again, or starts it. */
  readonly saysWhenBack: boolean;
  /** Given where each process that is spawned has a place of its own, which goes with it. Else all share one. */
  readonly ownPlaces?: OwnPlaces;
  /** Why it is gone, if it is known to be; null while it lives. */
  whyGone(): Promise<Failure | null>;
  /** Who else serves in its place, a line each: what these have served since the last call is in no report. */
  otherServers?(): Promise<readonly string[]>;
  onLog(listener: (line: LogLine) => void): Unsubscribe;
  onLifecycle(listener: (event: Lifecycle) => void): Unsubscribe;
  /** Ends what `open` started. Never stops what gunicov did not create. */
  close(): Promise<void>;
}
