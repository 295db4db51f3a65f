/** Changed lines in `watch`: judged after each report of all tests, by the very text that was measured; no failure of the cycle. */
import { expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { fail } from "../../src/core/result.ts";
import { Harness } from "./harness.ts";

function watching(): Harness {
  const harness = Harness.watching();
  harness.changes.base = "HEAD";
  harness.changes.files = [{ path: "app.py", lines: [1] }];
  return harness;
}

test("after each report of all tests, and when the user asks; a selection leaves them", async () => {
  const harness = await watching().start();
  await harness.settle();
  expect(harness.types.slice(-2)).toEqual(["cycle.finished", "diff"]);
  harness.engine.dispatch({ type: "rerun", select: ["t.py::one"] });
  await harness.run();
  await harness.settle();
  expect(harness.of("diff")).toHaveLength(1);
  expect(harness.engine.getSnapshot().content.diff).not.toBeNull();
  harness.engine.judgeAgain();
  await harness.settle();
  expect(harness.of("diff")).toMatchObject([{ complete: true, lines: 1 }, { lines: 1 }]);
  expect(harness.faults).toEqual([]);
});

test("not in a repository: said to who asks, and the cycle passes", async () => {
  const harness = watching();
  const why = failure("config", "--diff: git says: not a git repository.", "Leave it out.");
  harness.changes.since = async () => fail(why);
  await harness.start();
  await harness.settle();
  expect(harness.of("diff.unknown")).toEqual([]);
  harness.engine.judgeAgain();
  await harness.settle();
  expect(harness.of("diff.unknown")).toMatchObject([{ base: "HEAD", message: why.message }]);
  expect(harness.of("cycle.finished")).toMatchObject([{ outcome: "passed" }]);
  expect(harness.faults).toEqual([]);
});

test("a file with other bytes than were measured is not judged, and nothing is complete", async () => {
  const harness = Harness.watching();
  harness.changes.base = "HEAD";
  harness.changes.files = [{ path: "app.py", lines: [1] }];
  await harness.start();
  await harness.settle();
  harness.server.files.set("app.py", "other = 1\n");
  harness.engine.judgeAgain();
  await harness.settle();
  expect(harness.of("diff").at(-1)).toMatchObject({ lines: 0, complete: false, not_measured: ["app.py"] });
});
