/** The project on the host: what of it is watched, and what a change of a file means. */
import type { Found } from "../core/found.ts";
import type { Policy } from "../core/policy.ts";
import type { Result } from "../core/result.ts";
import type { Places } from "./watcher.ts";

/**
 * `save`: a cycle. `start`: the server takes it in only when it is started anew. `settings`: gunicov's own configuration is in it.
 * `own`: gunicov writes it.
 */
export type Meaning = "save" | "start" | "settings" | "own";

/** What an edit of a file with settings came to. */
export interface Reread {
  /** Keys (`tests.command`) that hold from now on, and those that do when gunicov is started again. */
  readonly now: readonly string[];
  readonly later: readonly string[];
  /** What the server's environment is made from has changed in it. */
  readonly start: boolean;
  /** Something else has changed in it: of pytest's or coverage.py's, say. */
  readonly save: boolean;
  readonly policy: Partial<Policy>;
}

export interface Project {
  /** Known once the targets are open. */
  places(): Places;
  meaning(file: string): Meaning;
  /** Whether the user's `include` names it. */
  named(file: string): boolean;
  /** Reads a file again that has settings in it. Fails where it can't be used: then the settings stay. */
  reread(file: string): Promise<Result<Reread>>;
  /** What earlier sessions have set aside (core/program-writes.ts). */
  readAside(): Promise<readonly string[]>;
  keepAside(names: readonly string[]): Promise<void>;
  /** What is said of the configuration at the start. */
  readonly about: string;
  /** What was found, where no configuration says where the server is; null: nothing was sought. */
  readonly found: Found | null;
}
