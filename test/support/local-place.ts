import { realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { remove, run } from "./machine.ts";
import { copyDemo, type Place } from "./place.ts";
import { Session } from "./session.ts";

/** A copy of the demo whose server is a process of this machine that gunicov starts. */
export async function localPlace(): Promise<Place> {
  return localPlaceIn(join(await copyDemo(), "demo"));
}

/** The same for any project inside a temporary directory of its own; `close` removes that. */
export function localPlaceIn(demo: string): Place {
  if (dirname(demo) === realpathSync(tmpdir())) throw new Error(`${demo} is in no directory of its own`);
  const sessions: Session[] = [];
  return {
    demo,
    watch: async (passed = []) => {
      const session = new Session(["watch", "--json", "--local", "--", ...passed], demo);
      sessions.push(session);
      return session;
    },
    exec: (argv) => run(argv, { cwd: demo }),
    records: () => localRecords(demo),
    leftovers: (session) => session.processes(),
    close: async () => {
      for (const session of sessions) await session.kill();
      await remove(dirname(demo));
    },
  };
}

/** Directory of the records of the one session there is. */
export async function localRecords(root: string): Promise<string> {
  const own = join(root, ".gunicov");
  // One for each session; those of sessions that ended in good order are gone.
  const servers = (await readdir(own)).filter((name) => name.startsWith("server-"));
  if (servers.length !== 1) throw new Error(`${servers.length} servers have a record in ${own}`);
  return join(own, servers[0] ?? "");
}
