/** Random things that can happen to gunicov. */
import fc from "fast-check";
import type { Step } from "../../../src/core/fact.ts";

export type Action = { readonly after: number } & (
  | { readonly type: "settle"; readonly how: "done" | "failed" | "aborted"; readonly restart: boolean }
  | { readonly type: "stale"; readonly back: number; readonly step: Step; readonly progress: boolean }
  | { readonly type: "files"; readonly files: readonly string[] }
  | { readonly type: "rerun"; readonly select: readonly string[] }
  | { readonly type: "pause"; readonly paused: boolean }
  | { readonly type: "record.writable"; readonly back: number }
  | { readonly type: "checked"; readonly back: number; readonly differs: boolean }
  | { readonly type: "gone" | "back"; readonly what: "server" | "tests" }
  | {
      readonly type:
        | "progress"
        | "timer"
        | "stale-timer"
        | "found"
        | "not-found"
        | "start-anew"
        | "cancel"
        | "quit";
    }
);

const STEPS = ["checking", "restarting", "testing", "flushing", "collecting", "reporting"] as const;

const after = fc.nat(3_000);
const plain = (
  type: "progress" | "timer" | "stale-timer" | "found" | "not-found" | "start-anew" | "cancel" | "quit",
) => fc.record({ type: fc.constant(type), after });

const life = (type: "gone" | "back") =>
  fc.record({ type: fc.constant(type), what: fc.constantFrom("server" as const, "tests" as const), after });

/** Weighted so that cycles get through often enough for every phase to be met. */
export const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({
      type: fc.constant("settle" as const),
      how: fc.oneof(
        { weight: 8, arbitrary: fc.constant("done" as const) },
        fc.constantFrom("failed" as const, "aborted" as const),
      ),
      restart: fc.boolean(),
      after,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("stale" as const),
      back: fc.nat(3),
      step: fc.constantFrom(...STEPS),
      progress: fc.boolean(),
      after,
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant("files" as const),
      files: fc.array(fc.constantFrom("a.py", "b.py", "c.py"), { minLength: 1, maxLength: 2 }),
      after,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("rerun" as const),
      select: fc.array(fc.constantFrom("t1", "t2"), { maxLength: 1 }),
      after,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("pause" as const), paused: fc.boolean(), after }) },
  { weight: 14, arbitrary: plain("timer") },
  { weight: 10, arbitrary: plain("found") },
  { weight: 2, arbitrary: plain("not-found") },
  { weight: 3, arbitrary: life("gone") },
  { weight: 5, arbitrary: life("back") },
  { weight: 1, arbitrary: plain("start-anew") },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("record.writable" as const), back: fc.nat(1), after }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("checked" as const),
      back: fc.nat(1),
      differs: fc.boolean(),
      after,
    }),
  },
  { weight: 4, arbitrary: plain("progress") },
  { weight: 2, arbitrary: plain("stale-timer") },
  { weight: 3, arbitrary: plain("cancel") },
  { weight: 1, arbitrary: plain("quit") },
);
