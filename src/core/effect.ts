import type { ExpectedCounts, FactBody, LostWorker, Step, TestCounts } from "./fact.ts";
import type { Failure } from "./failure.ts";
import type { Report } from "./report.ts";

/** What a step is given. `cycle` numbers every effect, so that late answers are known. */
export type StepInput =
  | { readonly step: "checking"; readonly files: readonly string[]; readonly mustRestart: boolean }
  | { readonly step: "restarting" }
  | { readonly step: "testing"; readonly select: readonly string[] }
  | { readonly step: "flushing" }
  | { readonly step: "collecting"; readonly flush: Flush; readonly partial: boolean }
  | { readonly step: "reporting"; readonly report: Report | null };

/** What a step that went well gives back. */
export type StepOutput =
  | {
      readonly step: "checking";
      readonly restart: boolean;
      readonly why: string;
      readonly generation: number;
    }
  | { readonly step: "restarting" }
  /** `ran`: how many tests were carried out, whatever became of them. `ended`: how the command ended though all passed; null: as they did. `doubts`: why others may have asked the server, too. */
  | ({
      readonly step: "testing";
      readonly ran: number;
      readonly ended: Failure | null;
      readonly doubts: readonly string[];
    } & TestCounts &
      ExpectedCounts)
  | ({ readonly step: "flushing" } & Flush)
  | { readonly step: "collecting"; readonly report: Report }
  | { readonly step: "reporting" };

/** A closed run: what its workers owed and what came. */
export interface Flush {
  /** Number of its last generation. */
  readonly generation: number;
  /** All of its generations: somebody else's SIGHUP during the tests makes more than one. */
  readonly generations: readonly number[];
  readonly expected: number;
  readonly written: number;
  readonly lost: readonly LostWorker[];
  /** Requests that they served in all. Null: not known. */
  readonly requests: number | null;
  /** Whether one has come since the tests began. Null: not known. */
  readonly reached: boolean | null;
  /** Where the server listens, for people. Null: not known. */
  readonly address: string | null;
  /** Why the data is not whole, a line each, apart from the numbers. */
  readonly reasons: readonly string[];
  /** What keeps it from being proved, a line each. */
  readonly notes: readonly string[];
}

/** What the reducer wants done. Each `run` settles exactly once with `step.settled`, each `locate` with `target.*`. */
export type Effect =
  /** Look for the server and its tests; `start`: before that what is stopped is to be started, and a server of gunicov's own anew. */
  | { readonly type: "locate"; readonly start: boolean }
  /** Have `look` come after so many ms. */
  | { readonly type: "look-later"; readonly ms: number; readonly token: number }
  /** Look every `pause` seconds whether what the workers save has a place to go again: then `record.writable` comes. `broken`: it is known to have had none. */
  | {
      readonly type: "watch-record";
      readonly cycle: number;
      readonly pause: number;
      readonly broken: boolean;
    }
  | { readonly type: "wait"; readonly ms: number; readonly token: number }
  | { readonly type: "run"; readonly cycle: number; readonly input: StepInput }
  /** Abort the cycle's controller: the live step then settles as soon as what it ran is dead. */
  | { readonly type: "abort"; readonly cycle: number }
  | { readonly type: "emit"; readonly cycle: number; readonly fact: FactBody }
  /** Tell, and keep for later sessions, that a file, or what is like it (`media/*.png`), was set aside (program-writes.ts). */
  | { readonly type: "set-aside"; readonly cycle: number; readonly name: string }
  /** End the engine: everything has settled. `exit` is what `run` returns. */
  | { readonly type: "stop"; readonly exit: number }
  /** The user insists: kill whatever is left and end now. */
  | { readonly type: "kill" };

export type { Step };
