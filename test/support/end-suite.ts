/** However gunicov ends, nothing of it stays behind; the same tests here and in containers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./machine.ts";
import { edit, type Place, startTime } from "./place.ts";
import type { Session } from "./session.ts";

const SLOW_TEST = `

def test_that_takes_its_time():
    import time
    time.sleep(60)
`;

export interface Ends {
  /** The server was there before gunicov, and must be there after it. */
  readonly serverStays: boolean;
}

export function endSuite(makePlace: () => Promise<Place>, { serverStays }: Ends): void {
  describe("in the middle of the tests", () => {
    let place: Place;

    beforeAll(async () => {
      place = await makePlace();
      await edit(place, "test/test_api.py", (text) => text + SLOW_TEST);
    });
    afterAll(() => place?.close());

    /** A session whose tests are under way. */
    const underWay = async (): Promise<{ session: Session; master: number }> => {
      const session = await place.watch(["-n", "2"]);
      await session.fact("test.finished", 0);
      const master = session.facts.find((fact) => fact.type === "server.back")?.master ?? 0;
      // Else the tests below would prove nothing.
      expect((await place.leftovers(session)).length).toBeGreaterThan(3);
      return { session, master };
    };

    test.each(["SIGTERM", "SIGINT"] as const)("%s ends it with 0 and everything with it", async (signal) => {
      const { session } = await underWay();
      session.signal(signal);
      expect(await session.ended()).toBe(0);
      expect(session.facts.at(-1)).toMatchObject({ type: "cycle.finished", outcome: "cancelled" });
      expect(await place.leftovers(session)).toEqual([]);
    });

    test.runIf(serverStays)("a second gunicov says so and leaves the server alone", async () => {
      const { session, master } = await underWay();
      const second = await place.watch(["-n", "2"]);
      const refused = await second.fact("error", 0);
      expect(refused).toMatchObject({
        kind: "server-busy",
        message: expect.stringContaining(
          `another gunicov is measuring this server, gunicorn master ${master}`,
        ),
        fix: expect.stringContaining("press a"),
      });
      expect((await second.next()).finished).toMatchObject({ outcome: "error", exit_code: 3 });
      expect(await second.stop()).toBe(0);
      // The first one knows nothing of it.
      expect(session.facts.filter(({ type }) => type === "error" || type === "server.lost")).toEqual([]);
      await session.kill();
      // The kernel has let go of the lock: the next one goes on at once.
      const third = await place.watch(["-n", "2"]);
      expect((await third.fact("server.back", 0)).master).toBe(master);
      await third.stop();
    });

    test("kill -9 ends helper, runner, pytest and what gunicov has started within seconds", async () => {
      const { session, master } = await underWay();
      const born = serverStays ? await startTime(place, master) : null;
      await session.kill();
      const left = () => place.leftovers(session);
      await until("the end of everything", async () => (await left()).length === 0, 30).catch(async (why) => {
        throw new Error(`${why}: ${(await left()).join("\n")}`);
      });
      if (serverStays) expect(await startTime(place, master)).toBe(born);
      // What it has left in .gunicov/ the next one sweeps: `records` refuses to choose among several.
      const next = await place.watch(["-n", "2"]);
      await next.fact("server.back", 0);
      await place.records();
      expect(await next.stop()).toBe(0);
    });
  });
}
