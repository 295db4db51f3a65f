/** Tests that ran, and no request that came: what is said of such a run, and what of others. */
import { describe, expect, test } from "vitest";
import type { Policy } from "../../src/core/policy.ts";
import { trust } from "../../src/core/report.ts";
import type { FakeTest } from "../support/fake-tests.ts";
import { Harness } from "./harness.ts";

const ONE = "t.py::one";

/** One run, in which nobody asks the server. */
async function unreached(policy: Partial<Policy> = {}, all?: readonly FakeTest[]): Promise<Harness> {
  const harness = Harness.once(policy);
  harness.tests.onTest = () => {};
  if (all) harness.tests.all = all;
  return await harness.start();
}

function reasons(harness: Harness): readonly string[] {
  return harness.of("report").at(-1)?.reasons ?? [];
}

describe("a run whose tests send no request", () => {
  test("is incomplete, with the reason and the server's address", async () => {
    const harness = await unreached();
    const [reason = ""] = reasons(harness);
    expect(reason).toMatch(/^no-requests: 2 tests ran, and no request reached the server\./);
    expect(reason).toContain("127.0.0.1:8000");
    expect(harness.of("coverage.complete")).toEqual([]);
    expect(harness.of("coverage.incomplete")).toMatchObject([{ lost: [], reasons: [reason] }]);
    expect(harness.of("report")).toMatchObject([{ complete: false, reasons: [reason], requests: 0 }]);
    expect(harness.facts.at(-1)).toMatchObject({ outcome: "incomplete", exit_code: 4 });
    expect(harness.exit).toBe(4);
    expect(harness.faults).toEqual([]);
  });

  test("is kept for no editor", async () => {
    expect((await unreached()).operations.log).not.toContain("keep begins");
  });

  test("is whole where the configuration says that it is meant", async () => {
    const harness = await unreached({ requests: false });
    expect(harness.of("report")).toMatchObject([{ complete: true, reasons: [], requests: 0 }]);
    expect(harness.exit).toBe(0);
  });

  test("still ends with the tests' own failures", async () => {
    const harness = await unreached({}, [{ id: ONE, outcome: "failed", message: "refused" }]);
    expect(reasons(harness)[0]).toMatch(/^no-requests: 1 test ran/);
    expect(harness.exit).toBe(1);
  });

  test("says it of tests whose set-up failed, too", async () => {
    const harness = await unreached({}, [{ id: ONE, outcome: "error", message: "refused" }]);
    expect(reasons(harness)[0]).toMatch(/^no-requests/);
  });
});

describe("no word of it", () => {
  const none: readonly (readonly [string, FakeTest])[] = [
    ["all of them were skipped", { id: ONE, outcome: "skipped" }],
    ["a file could not be collected", { id: "t.py", outcome: "error", message: "SyntaxError" }],
  ];
  test.each(none)("where no test ran: %s", async (_, only) => {
    const harness = await unreached({}, [only]);
    expect(harness.of("report")).toMatchObject([{ complete: true, reasons: [] }]);
  });

  test("where requests came", async () => {
    const harness = await Harness.once().start();
    expect(harness.of("report")).toMatchObject([{ complete: true, reasons: [], requests: 2 }]);
  });
});

test("a selection that sends no request is no failure, and says so", async () => {
  const harness = await Harness.watching().start();
  harness.tests.onTest = () => {};
  harness.engine.dispatch({ type: "rerun", select: [ONE] });
  await harness.run();
  const report = harness.of("report").at(-1);
  expect(report).toMatchObject({ complete: true, partial: true });
  expect(report && trust(report)).toBe("unproven");
  expect(report?.reasons[0]).toMatch(/^no-requests: 1 test ran/);
  expect(harness.facts.at(-1)).toMatchObject({ outcome: "passed", exit_code: 0 });
});

test("where nobody knows whether a request came, the numbers are unproven", async () => {
  const harness = Harness.once();
  const { server } = harness;
  const flush = server.flush.bind(server);
  server.flush = async (say, signal) => {
    const result = await flush(say, signal);
    return result.ok ? { ok: true, value: { ...result.value, requests: null, reached: null } } : result;
  };
  await harness.start();
  expect(harness.of("report")).toMatchObject([
    { complete: true, requests: null, reasons: [expect.stringMatching(/^unproven: this worker class/)] },
  ]);
  expect(harness.exit).toBe(0);
});
