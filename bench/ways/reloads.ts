/** A server without gunicov that is reloaded as often as gunicov reloads it: before each run of the tests, and after. */
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../test/support/machine.ts";
import type { Yard } from "../lib/yard.ts";
import { freshTests, publish, untilReady } from "./server.ts";

const END = 1500; // ms in which a reload's old workers have gone
const PIDFILE = "/tmp/gunicorn.pid";

export interface Reloaded {
  /** Docker's name of it. */
  readonly container: string;
  turn(): Promise<void>;
  stop(): Promise<void>;
}

/** `name` is the way's; `options` for `docker run`, `words` for gunicorn. */
export async function reloadedServer(
  yard: Yard,
  name: string,
  options: readonly string[] = [],
  words: readonly string[] = [],
): Promise<Reloaded> {
  const demo = await yard.copy();
  const { port, options: published } = await publish();
  const server = `${name}-server`;
  const command = ["./start.sh", "--pid", PIDFILE, ...words];
  await yard.start({ name: server, demo, options: [...published, ...options], command });
  await untilReady(port, 100);
  const container = yard.name(server);

  const reload = async () => {
    await run(["docker", "exec", container, "sh", "-c", `kill -HUP "$(cat ${PIDFILE})"`]);
    await sleep(END);
    await untilReady(port, 100);
  };
  const turn = async () => {
    await reload();
    await freshTests(yard, demo, name, server);
    await reload();
  };
  return { container, turn, stop: () => run(["docker", "rm", "-f", container]).then(() => {}) };
}
