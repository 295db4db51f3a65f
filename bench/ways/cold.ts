/**
 * The cold way: a new container of the server, the tests in another one, the server stopped so that its exit handlers write,
 * reports. With coverage.py's own means; readiness is asked for every 20 ms, and nothing is waited for beyond that.
 */
import { run } from "../../test/support/machine.ts";
import type { Yard } from "../lib/yard.ts";
import { Data } from "./data.ts";
import { freshTests, publish, untilReady } from "./server.ts";
import { type Kind, prepare, Stopwatch, save, type Turn, type Way } from "./way.ts";

export async function coldWay(yard: Yard): Promise<Way> {
  const demo = await yard.copy();
  await prepare(demo);
  const data = await Data.make(yard, demo, "cold");
  const server = "cold-server";
  const turn = async (kind: Kind, number: number): Promise<Turn> => {
    await data.clear();
    const { port, options } = await publish();
    const watch = new Stopwatch();
    await save(demo, kind, number);
    const command = ["./start.sh", "--config", "/measured.py"];
    await yard.start({ name: server, demo, options: [...options, ...data.mount], command });
    watch.lap("start");
    await untilReady(port, 20);
    watch.lap("ready");
    await freshTests(yard, demo, "cold", server);
    watch.lap("tests");
    await run(["docker", "stop", yard.name(server)]);
    watch.lap("stop");
    const total = await data.report(watch);
    await run(["docker", "rm", yard.name(server)]);
    return { ms: watch.ms, phases: watch.phases, total };
  };
  return { turn };
}
