/** The log of a real run: what is needed to find a fault is in it, and no secret. */
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { environment, processesWith, ROOT, remove, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

const SECRET = "the-token-of-this-test";
const ENV = { API_TOKEN: SECRET };
const COVERAGE = "[run]\nsource = .\nomit = tests/*\n";
const HOLD = `import os, time

def test_waits():
    open("runner.pid", "w").write(str(os.getppid()))
    time.sleep(600)
`;
/** It is broken when gunicov's helper looks, not before. */
const PLUGIN = `import coverage, sys

class Plugin(coverage.CoveragePlugin):
    def configure(self, config):
        if sys.argv == ["-c"]:
            raise KeyError("a fault of the plugin's")

def coverage_init(reg, options):
    reg.add_configurer(Plugin())
`;

interface Note {
  readonly what: string;
  readonly [key: string]: unknown;
}

let directory: string;
let session: Session | null = null;
const files: Record<string, string> = {};

beforeEach(() => {
  for (const name of Object.keys(files)) delete files[name];
  files[".coveragerc"] = COVERAGE;
});
afterEach(async () => {
  await session?.kill();
  session = null;
  await remove(directory);
});

async function run(args: readonly string[], env: Readonly<Record<string, string>> = ENV): Promise<Session> {
  directory = await project({ files });
  session = new Session(args, directory, env);
  return session;
}

async function notesOf(path: string): Promise<readonly Note[]> {
  const text = await readFile(join(directory, path), "utf8");
  expect(text).not.toContain(SECRET);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

test("has what went to and came from helper and runner, all versions, and how it ended", async () => {
  files["app.py"] = `import os
print("the token is", os.environ["API_TOKEN"], flush=True)
print("another is", open(".env").read(), flush=True)

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`;
  files[".env"] = 'export MAIL_PASSWORD="only .env has it"\n';
  const running = await run(["run", "--json", "--local", "--log", "debug.json"]);
  expect(await running.ended()).toBe(0);
  const notes = await notesOf("debug.json");
  const all = JSON.stringify(notes);
  expect(notes[0]).toMatchObject({
    what: "gunicov",
    node: process.versions.node,
    platform: process.platform,
  });
  for (const program of ["gunicov_helper", "gunicov_runner"]) {
    expect(notes.some((note) => note.what === "sent" && note.to === program)).toBe(true);
    expect(notes.some((note) => note.what === "received" && note.from === program)).toBe(true);
  }
  expect(all).toMatch(/"gunicorn":"\d.*"coverage":"\d/);
  expect(all).toContain("the token is <API_TOKEN>");
  expect(all).toContain("another is ");
  expect(all).not.toContain("only .env has it");
  expect(notes.at(-1)).toMatchObject({ what: "end", code: 0 });
  expect((await stat(join(directory, "debug.json"))).mode & 0o777).toBe(0o600);
});

describe("of a fault that was put in has the place of", () => {
  test("an app that can't be imported", async () => {
    files["app.py"] = `import os
raise RuntimeError("no connection with " + os.environ["API_TOKEN"])
`;
    const running = await run(["run", "--json", "--local"], { ...ENV, GUNICOV_LOG: "x.log" });
    expect(await running.ended()).toBe(3);
    const text = JSON.stringify(await notesOf("x.log"));
    expect(text).toMatch(/app\.py.{1,20}line 2/);
    expect(text).toContain("RuntimeError: no connection with <API_TOKEN>");
  });

  test("a runner that is killed in the middle of the tests", async () => {
    files["tests/test_app.py"] = HOLD;
    const running = await run(["run", "--json", "--local", "--log", "x.log"]);
    const pid = join(directory, "runner.pid");
    await until("the test", async () => (await readFile(pid, "utf8").catch(() => "")) !== "", 60);
    process.kill(Number(await readFile(pid, "utf8")), "SIGKILL");
    expect(await running.ended()).toBe(3);
    const notes = await notesOf("x.log");
    expect(notes).toContainEqual(
      expect.objectContaining({ what: "ended", program: "gunicov_runner", signal: "SIGKILL" }),
    );
    expect(notes.find((note) => note.status === "failed")).toMatchObject({
      step: "testing",
      failure: { kind: "tests-lost" },
    });
  });

  test("a helper that breaks down: the error names the log, which nobody had asked for", async () => {
    files[".coveragerc"] = `${COVERAGE}plugins = plugin\n`;
    files["plugin.py"] = PLUGIN;
    const running = await run(["run", "--json", "--local"]);
    expect(await running.ended()).toBe(3);
    const [error] = running.facts.flatMap((fact) => (fact.type === "error" ? [fact] : []));
    expect(error).toMatchObject({
      kind: "internal",
      message: expect.stringContaining("a fault of the plugin's"),
    });
    expect(error?.fix).toContain(".gunicov/internal-error.log");
    const text = JSON.stringify(await notesOf(".gunicov/internal-error.log"));
    expect(text).toMatch(/plugin\.py.{1,20}line 6/);
    expect(text).toContain('"do":"collect"');
  });
});

test("in the project starts no cycle, though it is written all the time", async () => {
  const running = await run(["watch", "--json", "--local", "--log", "debug.py"]);
  await running.next();
  await writeFile(join(directory, "app.py"), `${await readFile(join(directory, "app.py"), "utf8")}\n`);
  const second = await running.next();
  expect(second.of("cycle.started")[0]?.files).toEqual(["app.py"]);
  await writeFile(join(directory, "tests", "more.py"), "a = 1\n");
  const third = await running.next();
  expect(third.of("cycle.started")[0]?.files).toEqual(["tests/more.py"]);
  expect(await running.stop()).toBe(0);
});

test("that can't be written is refused before anything is started", async () => {
  const running = await run(["run", "--json", "--local", "--log", "nowhere/x.log"]);
  expect(await running.ended()).toBe(2);
  expect(running.facts.find((fact) => fact.type === "error")).toMatchObject({
    kind: "config",
    fix: expect.stringContaining("--log"),
  });
});

describe("what nobody catches", () => {
  const PROVOKE = {
    "a rejection": 'void Promise.reject(new TypeError("provoked " + process.env.API_TOKEN))',
    "an exception": 'setTimeout(() => { throw new TypeError("provoked") })',
    "a value that is no error": 'void Promise.reject("provoked")',
  };

  test.each(Object.entries(PROVOKE))(
    "%s ends it with 70, names the log, and leaves nothing",
    async (_, code) => {
      files["tests/test_app.py"] = HOLD;
      files["provoke.mjs"] = `process.on("SIGUSR2", () => { ${code}; });\n`;
      directory = await project({ files });
      const mark = randomUUID();
      const child = spawn(
        process.execPath,
        ["--import", join(directory, "provoke.mjs"), join(ROOT, "bin", "gunicov"), "run", "--local"],
        {
          cwd: directory,
          env: environment({ ...ENV, GUNICOV_TEST_CRASH: mark }),
          stdio: ["ignore", "pipe", "pipe"],
        },
      );
      let stderr = "";
      child.stderr.on("data", (chunk) => {
        stderr += chunk;
      });
      child.stdout.resume();
      const closed = once(child, "close");
      try {
        await until(
          "the test",
          async () => (await stat(join(directory, "runner.pid")).catch(() => null)) !== null,
          60,
        );
        child.kill("SIGUSR2");
        expect((await closed)[0]).toBe(70);
        expect(stderr).toMatch(/^gunicov: it has broken down: .*provoked/);
        expect(stderr).toContain(join(directory, ".gunicov", "internal-error.log"));
        expect(stderr).toContain("docs/troubleshooting.md");
        expect(stderr.trimEnd().split("\n")).toHaveLength(3);
        const notes = await notesOf(".gunicov/internal-error.log");
        expect(notes.at(-1)).toMatchObject({
          what: "broken down",
          error: expect.stringContaining("provoked"),
        });
        await until(
          "the end of all that it has started",
          async () => (await processesWith("GUNICOV_TEST_CRASH", mark)).length === 0,
          60,
        );
      } finally {
        child.kill("SIGKILL");
      }
    },
  );
});
