/** What those ways do with a server and its tests, as scripts do it. */
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../../src/adapters/process/port.ts";
import { now } from "../lib/watching.ts";
import type { Yard } from "../lib/yard.ts";
import { PYTEST } from "./way.ts";

/** The tests with xdist in a fresh container. Where they fail that is told, and the turn goes on. */
export async function freshTests(yard: Yard, demo: string, way: string, server: string): Promise<void> {
  const options = ["-e", `XY_URL=http://${yard.name(server)}:8000`];
  const { code, output } = await yard.once({
    name: `${way}-tests`,
    demo,
    options,
    command: [...PYTEST, "-q"],
  });
  if (code !== 0) process.stderr.write(`the ${way} way's tests ended with ${code}:\n${output}\n`);
}

/** A free port of this machine, and the words that publish the server on it. */
export async function publish(): Promise<{ port: number; options: readonly string[] }> {
  const port = await freePort();
  return { port, options: ["-p", `127.0.0.1:${port}:8000`] };
}

/** Asks until the server says that it is ready, with pauses between; the first time at once. */
export async function untilReady(port: number, pause: number): Promise<void> {
  for (const end = now() + 60_000; now() < end; await sleep(pause)) {
    if (await isReady(port)) return;
  }
  throw new Error("the server does not get ready");
}

/** On a connection of its own: an open one would make a worker that is told to go wait for it. */
function isReady(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const url = `http://127.0.0.1:${port}/api/health/ready`;
  const request = get(url, { agent: false, headers: { connection: "close" }, timeout: 5000 }, (response) => {
    response.resume();
    response.on("end", () => resolve(response.statusCode === 200));
    response.on("error", () => resolve(false));
  });
  request.on("timeout", () => request.destroy());
  request.on("error", () => resolve(false));
  return promise;
}
