/**
 * The restart dance, as design.md section 7 has it: SIGHUP, readiness, tests, SIGHUP so that the workers that served save,
 * readiness, four looks at the number of data files, reports. Its hook clears the directory in post_fork, trusting that
 * the old workers save later. They do not always: what is lost then is counted, not fixed.
 */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../test/support/machine.ts";
import type { Yard } from "../lib/yard.ts";
import { Data } from "./data.ts";
import { freshTests, publish, untilReady } from "./server.ts";
import { DEMO, type Kind, type Setting, Stopwatch, save, type Turn, type Way } from "./way.ts";

const READY_PAUSE = 200; // ms
const LOOKS = 4;
const LOOK_PAUSE = 250; // ms

export async function danceWay(yard: Yard, setting: Setting = DEMO): Promise<Way> {
  const demo = await yard.copy();
  await setting.change(demo);
  const data = await Data.make(yard, demo, "dance");
  const server = "dance-server";
  const { port, options } = await publish();
  await yard.start({
    name: server,
    demo,
    options: [...options, ...setting.options, "-e", "BENCH_CLEAR=1", ...data.mount],
    command: ["./start.sh", "--config", "/measured.py"],
  });
  await untilReady(port, READY_PAUSE);

  // The image has no pkill; the shell's own kill with gunicorn's pidfile costs the same exec and no search.
  const reload = () =>
    run(["docker", "exec", yard.name(server), "sh", "-c", 'kill -HUP "$(cat /tmp/gunicorn.pid)"']);

  const turn = async (kind: Kind, number: number): Promise<Turn> => {
    await data.forget();
    const watch = new Stopwatch();
    await save(demo, kind, number);
    await reload();
    watch.lap("HUP");
    await untilReady(port, READY_PAUSE);
    watch.lap("ready");
    await freshTests(yard, demo, "dance", server);
    watch.lap("tests");
    await reload();
    watch.lap("HUP again");
    await untilReady(port, READY_PAUSE);
    watch.lap("ready again");
    for (let look = 0; look < LOOKS; look += 1) {
      await countFiles(data);
      await sleep(LOOK_PAUSE);
    }
    watch.lap("count");
    const total = await data.report(watch);
    return { ms: watch.ms, phases: watch.phases, total };
  };
  return { turn };
}

async function countFiles(data: Data): Promise<number> {
  const names = await readdir(join(data.directory, "coverage")).catch(() => []);
  return names.filter((name) => name.startsWith(".coverage.")).length;
}
