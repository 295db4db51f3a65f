/** A python3 that does not begin (its directory is on a share that hangs, it is a wrapper that waits): nobody waits for it for ever. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { LocalServerTarget } from "../../src/adapters/process/server.ts";
import { environment, processesWith, ROOT, remove, temporaryDirectory, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

const NEVER = new AbortController().signal;
const directories: string[] = [];

/** A PATH whose Pythons hang. */
async function hangingPath(): Promise<string> {
  const directory = await temporaryDirectory("hangs");
  directories.push(directory);
  for (const name of ["python3", "python"]) {
    await writeFile(join(directory, name), "#!/bin/sh\nsleep 300\n");
    await chmod(join(directory, name), 0o755);
  }
  return [directory, environment().PATH].join(delimiter);
}

function target(PATH: string, cwd: string): LocalServerTarget {
  return new LocalServerTarget({
    command: ["sleep", "300"],
    cwd,
    port: 0,
    env: { PATH, HANGS: cwd },
    hook: join(ROOT, "python", "gunicov_hook.py"),
    patience: 500,
    makeScratch: async () => {
      const made = join(cwd, "record");
      await mkdir(made, { recursive: true });
      return made;
    },
  });
}

afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

test.each(["SIGINT", "SIGTERM"] as const)("%s meanwhile ends all at once", async (name) => {
  const directory = await project();
  directories.push(directory);
  const session = new Session(["run", "--json", "--local"], directory, { PATH: await hangingPath() });
  try {
    await until("the guard and the tests' runner", async () => {
      const waiting = (await session.processes()).filter((one) => one.endsWith(" sleep 300"));
      return waiting.length > 1;
    });
    const began = Date.now();
    session.signal(name);
    expect(await session.ended()).toBe(130);
    expect(Date.now() - began).toBeLessThan(15_000); // a hello has 20 s
    expect(session.facts.map(({ type }) => type)).toEqual(["note"]);
    await until("the end of every process", async () => (await session.processes()).length === 0);
  } finally {
    await session.kill();
  }
});

test("without a word the start of the server fails, and says what to look at", async () => {
  const directory = await temporaryDirectory("hangs");
  directories.push(directory);
  const server = target(await hangingPath(), directory);
  const opened = await server.open(NEVER);
  expect(opened).toMatchObject({
    ok: false,
    failure: {
      kind: "no-python",
      message: expect.stringContaining("`python3`, which starts its command, has said nothing for 0.5 s"),
      fix: expect.stringContaining("PATH"),
    },
  });
  expect(await processesWith("HANGS", directory)).toEqual([]);
  await server.close();
});

test("a start that is cancelled leaves nothing, and the next one starts it", async () => {
  const directory = await temporaryDirectory("hangs");
  directories.push(directory);
  const server = target(environment().PATH ?? "", directory);
  expect(await server.open(AbortSignal.abort())).toMatchObject({
    ok: false,
    failure: { kind: "cancelled" },
  });
  expect(await processesWith("HANGS", directory)).toEqual([]);
  expect((await server.open(NEVER)).ok).toBe(true);
  expect((await processesWith("HANGS", directory)).join("\n")).toMatch(/ sleep 300$/m);
  await server.close();
  expect(await processesWith("HANGS", directory)).toEqual([]);
});
