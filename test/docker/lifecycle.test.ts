/** Containers come and go: only what becomes of the server's own counts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type DockerPlace, dockerPlace, Project } from "../support/docker-place.ts";
import { expectEqual } from "../support/expect-equal.ts";
import { judge } from "../support/generations.ts";
import { run } from "../support/machine.ts";
import type { Session } from "../support/session.ts";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("in containers", () => {
  let place: DockerPlace;
  let session: Session;
  beforeAll(async () => {
    place = await dockerPlace();
    session = await place.watch(["-n", "0"]);
    await session.next();
  });
  afterAll(() => place?.close());

  test("a service of the same name in another project can die without a word", async () => {
    const seq = session.seq;
    const other = await Project.start(true);
    await other.down();
    await place.project.compose("run", "--rm", "--no-deps", "server", "true");
    expect(session.news(seq)).toEqual([]);
  });

  test("a server that was restarted is found again and run at once, with right numbers", async () => {
    const seq = session.seq;
    await run(["docker", "restart", "--time", "5", place.server]);
    expect((await session.fact("server.lost", seq)).message).toContain("has stopped");
    await session.fact("server.back", seq);
    const cycle = await session.next();
    expect(cycle.of("cycle.started")[0]).toMatchObject({ reason: "back" });
    expect(cycle.finished.outcome).toBe("passed");
    expectEqual(cycle.report(), await judge(place));
    expect(await session.stop()).toBe(0);
  });
});
