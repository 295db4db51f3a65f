/** See bench/rest, which sets up and calls this. */
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { HostWatcher } from "../src/adapters/host/watcher.ts";
import { remove, temporaryDirectory } from "../test/support/machine.ts";
import { machine } from "./lib/bench.ts";
import { FILES, makeDjango, VIEW_FILE } from "./lib/rest/django.ts";
import { now, Watching } from "./lib/watching.ts";

const SECOND = 1_000;
const PAUSE = 5 * SECOND; // between two requests of the browser

interface Asked {
  readonly seconds: number;
  readonly json: boolean;
}

async function measure(directory: string, { seconds }: Asked, say: (text: string) => void): Promise<object> {
  const port = await freePort();
  say("making a Django project in an environment of its own");
  await makeDjango(directory, port);
  const before = machine();
  const msToWatching = await timeToWatch(directory);
  say(
    `${before.processors} processors, load average ${before.load.toFixed(2)}; everything watched in ${Math.round(msToWatching)} ms`,
  );
  const watching = new Watching(directory, ["--local"]);
  const browser = new Browser(`http://127.0.0.1:${port}/`);
  try {
    const table = await watching.next("report", 0);
    say(`the first table came in cycle ${table.cycle}`);
    const rest = await watching.next("cycle.finished", watching.facts.indexOf(table));
    const mark = watching.facts.indexOf(rest);
    await sleep(seconds * SECOND);
    const without = started(watching, mark);
    say(`${without} cycles without a save in ${seconds} s, with ${browser.answered} requests of a browser`);
    const saved = watching.mark;
    const file = join(directory, VIEW_FILE);
    await writeFile(file, `${await readFile(file, "utf8")}# saved\n`);
    await watching.next("cycle.finished", saved);
    await sleep(2 * PAUSE);
    const result = {
      files: FILES,
      cycles_to_first_table: table.cycle,
      cycles_without_a_save: without,
      cycles_of_a_save: started(watching, saved),
      ms_to_watching: Math.round(msToWatching),
      requests: browser.answered,
      seconds,
      load: Number(before.load.toFixed(2)),
    };
    for (const fact of watching.facts) if (fact.type === "warning") say(`warning: ${fact.message}`);
    return result;
  } finally {
    browser.close();
    await watching.stop();
  }
}

function started(watching: Watching, mark: number): number {
  return watching.facts.slice(mark).filter(({ type }) => type === "cycle.started").length;
}

/** How long it takes until a change of any file would be seen, in ms. */
async function timeToWatch(directory: string): Promise<number> {
  const watcher = new HostWatcher({ root: directory, poll: false });
  const began = now();
  const beside = { directory, wanted: () => false };
  await watcher.watch({ named: [directory], found: [], beside, ignore: [], include: [] }, () => {});
  const ms = now() - began;
  await watcher.close();
  return ms;
}

/** Asks for a page again and again; a server that does not answer is no matter. */
class Browser {
  answered = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(url: string) {
    this.#timer = setInterval(() => void this.#ask(url), PAUSE);
  }

  async #ask(url: string): Promise<void> {
    try {
      await (await fetch(url, { headers: { connection: "close" } })).text();
      this.answered += 1;
    } catch {
      // It is being restarted.
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => void server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

function readArguments(): Asked {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, seconds: { type: "string" } } });
  const seconds = Number(values.seconds ?? 60);
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new TypeError("usage: bench/rest [--seconds N] [--json]");
  return { seconds, json: values.json ?? false };
}

async function main(): Promise<number> {
  const asked = readArguments();
  const say = (text: string) => void (asked.json ? process.stderr : process.stdout).write(`${text}\n`);
  const directory = await temporaryDirectory("rest");
  try {
    const result = (await measure(directory, asked, say)) as Record<string, number>;
    if (asked.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    const {
      cycles_to_first_table: first = 0,
      cycles_without_a_save: without,
      cycles_of_a_save: save,
    } = result;
    return first <= 2 && without === 0 && save === 1 ? 0 : 1;
  } finally {
    await remove(directory);
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`bench/rest: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof TypeError ? 2 : 1;
}
