/** server.command as people type it: gunicorn's master is found among all that it starts, or what is there instead is named. */
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { remove, run, temporaryDirectory, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

const BIND = ["--bind", "127.0.0.1:{port}", "-w", "2", "app:app"];
const SCRIPT = `#!/bin/sh
echo starting
"$@"
echo ended
`;
/** As uv, honcho and their like: the server is a child, in a session of its own. */
const WRAPPER = `import signal, subprocess, sys
child = subprocess.Popen(sys.argv[1:], start_new_session=True)
signal.signal(signal.SIGTERM, lambda *_: child.terminate())
sys.exit(child.wait())
`;
const EMBEDDED = `import os, runpy, sys
from gunicorn.app.base import BaseApplication

class Program(BaseApplication):
    def load_config(self):
        self.cfg.set("bind", sys.argv[1])
        for name, value in runpy.run_path(os.environ.get("HOOK", os.devnull), run_name="__config__").items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
    def load(self):
        from app import app
        return app

Program().run()
`;
const SLOW_CONFIG = `import time
def when_ready(server):
    time.sleep(8)
`;
const SLOW_LOAD = `import time
time.sleep(8)
`;
const FLASK = `from flask import Flask
app = Flask("app")
@app.route("/")
def hello():
    return "hello"
`;
const DJANGO = `import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[2])), http.server.BaseHTTPRequestHandler).serve_forever()
`;

let titles: string;
beforeAll(async () => {
  titles = await temporaryDirectory("titles");
  await run(["python3", "-m", "pip", "install", "--quiet", "--target", titles, "setproctitle"]);
});
afterAll(() => remove(titles));

const opened: { session: Session; directory: string }[] = [];
afterEach(async () => {
  for (const { session, directory } of opened.splice(0)) {
    await session.kill();
    await remove(directory);
  }
});

interface Files {
  readonly [path: string]: string;
}

async function start(
  server: readonly string[],
  more = "",
  files: Files = {},
  mode = "run",
): Promise<Session> {
  const directory = await project({
    server,
    more: `source = ["app.py"]\n${more}`,
    files: {
      ".coveragerc": "[run]\nbranch = true\n[report]\ninclude = app.py\n",
      "script.sh": SCRIPT,
      "wrapper.py": WRAPPER,
      "program.py": EMBEDDED,
      ...files,
    },
  });
  await chmod(join(directory, "script.sh"), 0o755);
  const session = new Session([mode, "--json", "--local"], directory);
  opened.push({ session, directory });
  return session;
}

async function nothingIsLeft(session: Session): Promise<void> {
  await until("the end of every process", async () => (await session.processes()).length === 0);
}

const HOOK = join(import.meta.dirname, "..", "..", "python", "gunicov_hook.py");

describe("gunicorn is found, and measured whole", () => {
  test.each<[string, readonly string[], ((() => string) | null)?, Files?]>([
    ["env and nice", ["env", "X=1", "nice", "gunicorn", ...BIND]],
    ["sh -c", ["sh", "-c", `gunicorn ${BIND.join(" ")}; echo ended`]],
    ["a script without exec", ["./script.sh", "gunicorn", ...BIND]],
    ["a script in a script", ["./script.sh", "./script.sh", "gunicorn", ...BIND]],
    ["a child in a session of its own", ["python3", "wrapper.py", "gunicorn", ...BIND]],
    ["python -m gunicorn", ["python3", "-m", "gunicorn", ...BIND]],
    ["coverage run -m gunicorn", ["coverage", "run", "-m", "gunicorn", ...BIND]],
    [
      "a program that has gunicorn in it",
      ["python3", "program.py", "127.0.0.1:{port}"],
      () => `env = { HOOK = "${HOOK}" }`,
    ],
    ["setproctitle", ["gunicorn", ...BIND], () => `env = { PYTHONPATH = "${titles}" }`],
    [
      "setproctitle, in a script",
      ["./script.sh", "gunicorn", ...BIND],
      () => `env = { PYTHONPATH = "${titles}" }`,
    ],
    ["12 s until gunicorn", ["sh", "-c", `sleep 12; exec gunicorn ${BIND.join(" ")}`]],
    ["8 s before when_ready", ["gunicorn", ...BIND], null, { "gunicorn.conf.py": SLOW_CONFIG }],
    ["8 s in gunicorn's config", ["gunicorn", ...BIND], null, { "gunicorn.conf.py": SLOW_LOAD }],
  ])("%s", async (_name, command, more, files) => {
    const session = await start(command, more?.() ?? "", files);
    const cycle = await session.next();
    expect(cycle.of("error")).toEqual([]);
    expect(cycle.report()).toMatchObject({ complete: true, totals: { covered_lines: 3, num_statements: 3 } });
    expect(await session.ended()).toBe(0);
    await nothingIsLeft(session);
  });
});

describe("what is no gunicorn of its own in the foreground is named", () => {
  test.each<[string, readonly string[], number, RegExp, Files?, string?]>([
    [
      "gunicorn --daemon",
      ["gunicorn", "--daemon", ...BIND],
      2,
      /gunicorn has ended and left `.*` in the background.*no --daemon/,
    ],
    [
      "daemon = True",
      ["gunicorn", ...BIND],
      2,
      /in the background/,
      { "gunicorn.conf.py": "daemon = True\n" },
    ],
    [
      "a script that does not wait",
      ["sh", "-c", `gunicorn ${BIND.join(" ")} &`],
      2,
      /in the background.*no & in a script/,
    ],
    ["uvicorn", ["uvicorn", "app:app", "--port", "{port}"], 3, /uvicorn \(pid \d+\).*UvicornWorker/],
    [
      "flask run",
      ["flask", "--app", "app", "run", "-p", "{port}"],
      3,
      /flask run.*gunicorn module:app/,
      { "app.py": FLASK },
    ],
    [
      "manage.py runserver",
      ["python3", "manage.py", "runserver", "{port}"],
      3,
      /manage.py runserver.*project.wsgi/,
      { "manage.py": DJANGO },
    ],
    [
      "a program that starts nothing",
      ["python3", "-m", "http.server", "-b", "127.0.0.1", "{port}"],
      3,
      /`.*http.server.*` has started no gunicorn/,
      {},
      "start_timeout = 1",
    ],
    [
      "gunicorn in a program, without the hook",
      ["python3", "program.py", "127.0.0.1:{port}"],
      2,
      /program.py .*` starts it itself.*load_config/,
    ],
  ])("%s", async (_name, command, code, text, files, more) => {
    const session = await start(command, more ?? "", files);
    const cycle = await session.next();
    const errors = cycle.of("error").map(({ message, fix }) => `${message} ${fix}`);
    expect(errors).toEqual([expect.stringMatching(text)]);
    expect(await session.ended()).toBe(code);
    await nothingIsLeft(session);
  });
});

test("a local server that is not there yet is looked for again while its command lives", async () => {
  const command = ["sh", "-c", `until [ -e go ]; do sleep 0.1; done; exec gunicorn ${BIND.join(" ")}`];
  const session = await start(command, "start_timeout = 1", {}, "watch");
  const first = await session.next();
  expect(first.of("error")).toMatchObject([{ kind: "no-gunicorn" }]);
  const [place] = opened;
  await writeFile(join(place?.directory ?? "", "go"), "");
  const second = await session.next();
  expect(second.report()).toMatchObject({ complete: true });
});

test("a local server that could not start is started at the next save", async () => {
  const session = await start(["gunicorn", ...BIND], "", { "gunicorn.conf.py": "nonsense(\n" }, "watch");
  const first = await session.next();
  expect(first.of("error")).toHaveLength(1);
  const directory = opened[0]?.directory ?? "";
  await writeFile(join(directory, "gunicorn.conf.py"), "");
  await writeFile(join(directory, "app.py"), `# saved\n${await run(["cat", join(directory, "app.py")])}\n`);
  const second = await session.next();
  expect(second.report()).toMatchObject({ complete: true });
});
