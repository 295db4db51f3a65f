import type { Also } from "../ports/also.ts";
import type { Changes } from "../ports/changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { Desktop } from "../ports/desktop.ts";
import type { Files } from "../ports/files.ts";
import type { Log } from "../ports/log.ts";
import type { Project } from "../ports/project.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { Server } from "../ports/server.ts";
import type { Target } from "../ports/target.ts";
import type { Tests } from "../ports/tests.ts";
import type { Watcher } from "../ports/watcher.ts";

/** Everything outside that the engine drives. */
export interface Ports {
  readonly server: Server;
  readonly tests: Tests;
  /** Where the server lives, for its lifecycle and log. */
  readonly target: Target;
  /** Where the tests run. */
  readonly testsTarget: Target;
  readonly watcher: Watcher;
  /** Of single files elsewhere that the server reads. */
  readonly alsoWatcher: Watcher;
  readonly files: Files;
  readonly publisher: Publisher;
  readonly changes: Changes;
  readonly also: Also;
  readonly desktop: Desktop;
  readonly clock: Clock;
  readonly project: Project;
  readonly log: Log;
  /** A host's path as people read it (from the project's root), and back. */
  readonly paths: { fromRoot(host: string): string; resolve(shown: string): string };
}
