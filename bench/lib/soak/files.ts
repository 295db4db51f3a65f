/** The soak's server and tests, as files; each worker of a generation runs a line of its own. */

/** More than a generation has workers: their numbers are consecutive, so no two share a line. */
const SLOTS = 40;
const HEAD = 3; // lines before the first slot's

function slots(): string {
  const lines = ["import os", "", `slot = int(os.environ["AGE"]) % ${SLOTS}`];
  for (let slot = 0; slot < SLOTS; slot += 1) lines.push(`if slot == ${slot}:`, `    mine = ${slot}`);
  return `${lines.join("\n")}\n`;
}

export const SLOTS_FILE = "source/slots.py";

export function slotOf(age: number): number {
  return age % SLOTS;
}

/** The slots whose line is among these of SLOTS_FILE. */
export function slotsIn(executed: readonly number[]): ReadonlySet<number> {
  return new Set(
    executed.filter((line) => line > HEAD && (line - HEAD) % 2 === 0).map((line) => (line - HEAD) / 2 - 1),
  );
}

export const APP = `import os
import signal
import time

import extra
import slots


def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif path == "/hang":
        time.sleep(60)
    elif path == "/exit":
        os._exit(1)
    elif path == "/eat":
        kept = []
        while True:
            kept.append(b"x" * 10_000_000)
    body = extra.hello(slots.mine).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

/** pre_fork and on_reload run in the master, one after the other; post_worker_init when the app was imported. */
export const CONFIG = `import os

workers = 2


def note(*words):
    with open("/witness/notes", "a") as file:
        file.write(" ".join(map(str, words)) + "\\n")


def on_starting(server):
    note("start")


def on_reload(server):
    note("reload")


def pre_fork(server, worker):
    note("fork", worker.age)


def post_fork(server, worker):
    os.environ["AGE"] = str(worker.age)


def post_worker_init(worker):
    note("ran", worker.age)
`;

/** `fault`: lines of the second test. Its requests may break off; the tests themselves pass. */
export function tests(fault = "pass"): string {
  const lines = fault.split("\n").map((line) => `    ${line}`);
  return `import contextlib
import os
import urllib.request


def get(path):
    with urllib.request.urlopen(os.environ["URL"] + path, timeout=30) as answer:
        return answer.status


def test_requests():
    for _ in range(6):
        assert get("/") == 200


def test_fault():
${lines.join("\n")}
`;
}

/** A request that costs a worker its life. */
export function fatal(path: string): string {
  return tests(`with contextlib.suppress(Exception):\n    get("${path}")`);
}

/** All files of the project when nothing is wrong; null: not there. */
export type Files = Readonly<Record<string, string | null>>;

export function goodFiles(stamp: number): Files {
  return {
    "source/app.py": `${APP}# ${stamp}\n`,
    "source/extra.py": 'def hello(who):\n    return f"hello from {who}"\n',
    [SLOTS_FILE]: slots(),
    "source/conf.py": CONFIG,
    "source/coverage.rc": "[run]\nbranch = true\nsource = /app/source\nomit = */conf.py\n",
    "test/test_soak.py": tests(),
  };
}

/** The notes' ages of a generation's workers that imported the app, of the last master: generation n follows its nth start or reload. */
export function agesOf(notes: string, generation: number): readonly number[] {
  const all = notes.split("\n").map((line) => line.split(" "));
  const lines = all.slice(all.findLastIndex(([word]) => word === "start") + 1);
  const ran = new Set(lines.filter(([word]) => word === "ran").map(([, age]) => Number(age)));
  const forked: number[] = [];
  let number = 1;
  for (const [word, age] of lines) {
    if (word === "reload") number += 1;
    if (word === "fork" && number === generation) forked.push(Number(age));
  }
  return forked.filter((age) => ran.has(age));
}
