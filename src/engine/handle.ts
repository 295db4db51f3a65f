/** All that a surface sees of the engine. */
import type { State } from "../core/cycle/state.ts";
import type { Fact } from "../core/fact.ts";
import type { Failure } from "../core/failure.ts";
import type { SourceText } from "../core/report.ts";
import type { Result } from "../core/result.ts";
import type { ScreenContent } from "../core/screen-content.ts";

export interface Snapshot {
  readonly state: State;
  readonly content: ScreenContent;
  /** Directories of the host that are watched, from the project's root. */
  readonly watched: readonly string[];
}

/** What a surface may ask for. */
export type UserRequest =
  | { readonly type: "rerun"; readonly select: readonly string[] }
  | { readonly type: "pause"; readonly paused: boolean }
  | { readonly type: "cancel" }
  /** Start again what is stopped: the server, or where its tests run. A server of gunicov's own that runs is started anew. */
  | { readonly type: "start-anew" }
  | { readonly type: "quit" };

export interface EngineHandle {
  /** A new object at each change, the same one otherwise. */
  getSnapshot(): Snapshot;
  /** Called after each change (batched by the engine to one call a tick). Gives the way to stop. */
  subscribe(listener: () => void): () => void;
  /** Called with each fact, in order, as it is published. */
  onFact(listener: (fact: Fact) => void): () => void;
  dispatch(request: UserRequest): void;
  /** Text of a file in the report, as the server sees it. */
  source(path: string): Promise<Result<SourceText>>;
  /** Makes the HTML report and opens it. Gives its path, and why it could not be opened where it could not. */
  openHtml(): Promise<Result<{ readonly path: string; readonly notOpened: Failure | null }>>;
  /** Judges changed lines again, by what git says now. */
  judgeAgain(): void;
  /** Absolute path on the host of a report's path or a test's place. */
  hostPath(path: string): string;
  /** Settles with the exit code when the engine has ended. */
  readonly ended: Promise<number>;
}
