/** The report is what coverage.py says of the same data files, and of a cold run; in containers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { coldDocker } from "../support/cold.ts";
import { dockerPlace } from "../support/docker-place.ts";
import { expectEqual } from "../support/expect-equal.ts";
import { judge, newestClosed } from "../support/generations.ts";
import type { Place } from "../support/place.ts";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in containers", () => {
  let place: Place;
  beforeAll(async () => {
    place = await dockerPlace();
  });
  afterAll(() => place?.close());

  test("the report is that of coverage.py's command line, and that of a cold run", async () => {
    const session = await place.watch();
    const cycle = await session.next();
    const report = cycle.report();
    expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(report).toMatchObject({ complete: true, partial: false, reasons: [] });
    expect(report.totals.num_statements).toBeGreaterThan(100);
    expect(report.files.length).toBeGreaterThan(5);

    const closed = await newestClosed(place);
    expect(report.generations).toEqual([closed.generation]);
    expect(closed.files.length).toBe(closed.forked);
    expect(cycle.of("coverage.file").length).toBe(closed.files.length);
    expectEqual(report, await judge(place));
    expect(await session.stop()).toBe(0);
    expectEqual(report, await coldDocker());
  });
});
