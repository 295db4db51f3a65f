/** Facts, and the word that stands first on the screen after them. */
import type { FactBody } from "../../src/core/fact.ts";
import { cycle, FAILED, FILES, finished, ready, report, STARTED, test } from "./sample.ts";

export const whole = (...tests: readonly FactBody[]): readonly FactBody[] => [
  STARTED,
  ready(13),
  { type: "tests.started", total: tests.length },
  ...tests,
];
export const failed = [
  ...whole(FAILED),
  { type: "report", ...report(FILES) },
  finished({ outcome: "failed" }),
] as const;
export const CHECK = { path: "a.py", line: 1, column: 1, message: "SyntaxError: x", text: "x(" };
export const selection = (selected: number) =>
  ({ ...STARTED, selected, files: [], reason: "rerun" }) as FactBody;
export const reasons = ["worker 31 lost data: timeout"];

export const CASES: readonly (readonly [string, readonly FactBody[]])[] = [
  ["STARTING", []],
  ["PASS", cycle()],
  ["FAIL 1", failed],
  ["FAIL 1", [...cycle(), ...whole(test("a"), FAILED)]],
  ["FAIL", [...cycle(), STARTED, finished({ outcome: "failed", exit_code: 5 })]],
  [
    "BROKEN",
    [...cycle(), STARTED, { type: "check.failed", failures: [CHECK] }, finished({ outcome: "error" })],
  ],
  ["BROKEN", [...cycle(), { type: "server.lost", message: "It stopped.", fix: "" }]],
  ["RUNNING", [...cycle(), STARTED]],
  [
    "INCOMPLETE",
    [
      STARTED,
      { type: "report", ...report(FILES, { complete: false, reasons }) },
      finished({ outcome: "incomplete", exit_code: 4 }),
    ],
  ],
  ["UNPROVEN", cycle(report(FILES, { reasons: ["unproven: who came"] }))],
  ["CANCELLED", [...cycle(), STARTED, finished({ outcome: "cancelled" })]],
  // A selection that passes is no pass while another test has failed.
  ["FAIL 1", [...failed, selection(1), test("other"), finished()]],
  ["PASS", [...failed, selection(1), { ...FAILED, outcome: "passed" } as FactBody, finished()]],
];
