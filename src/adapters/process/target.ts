/** This machine as a target: for tests that run on the host. */
import type { Failure } from "../../core/failure.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Channel, Mapping, SpawnOptions, Target, Unsubscribe } from "../../ports/target.ts";
import { spawnProcess } from "./channel.ts";

const NOTHING: Unsubscribe = () => {};

export class ProcessTarget implements Target {
  readonly name: string = "this machine";
  readonly ownServer = false;
  readonly saysWhenBack = false;
  readonly mappings: readonly Mapping[] = [{ host: "/", inside: "/" }];
  readonly #cwd: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  get serverPid(): number | null {
    return null;
  }

  async open(_signal: AbortSignal): Promise<Result<void>> {
    return ok(undefined);
  }

  async start(): Promise<Result<void>> {
    return ok(undefined);
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<Result<Channel>> {
    return await spawnProcess(argv, { cwd: this.#cwd, ...options });
  }

  async whyGone(): Promise<Failure | null> {
    return null;
  }

  onLog(): Unsubscribe {
    return NOTHING;
  }

  onLifecycle(): Unsubscribe {
    return NOTHING;
  }

  async close(): Promise<void> {}
}
