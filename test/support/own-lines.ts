/**
 * A server in which every worker runs a line of its own, by its age (gunicorn's number of it), and that notes by its own
 * gunicorn hooks which workers each generation had. The proof that no worker's data is missing owes nothing to our record.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Report } from "./facts.ts";
import { localPlaceIn } from "./local-place.ts";
import { temporaryDirectory } from "./machine.ts";
import type { Place } from "./place.ts";

const AGES = 300; // more than there will be workers
const HEAD = 3; // lines before the first age's
export const APP = "web/app.py";

function app(): string {
  const lines = ["import os", "", 'age = int(os.environ["AGE"])'];
  for (let age = 1; age <= AGES; age += 1) lines.push(`if age == ${age}:`, `    mine = ${age}`);
  return `${lines.join("\n")}

def app(environ, start_response):
    body = str(mine).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;
}

/** The ages whose own line a report says was run. */
export function agesIn(report: Report): readonly number[] {
  const file = report.files.find((one) => one.path === APP);
  const own = (file?.executed_lines ?? []).filter((line) => line <= HEAD + 2 * AGES);
  return own.filter((line) => line > HEAD && (line - HEAD) % 2 === 0).map((line) => (line - HEAD) / 2);
}

// pre_fork and on_reload run in the master, one after the other; post_worker_init when the app was imported.
const CONFIG = `
import os


def note(*words):
    with open(os.environ["WITNESS"], "a") as file:
        file.write(" ".join(map(str, words)) + "\\n")


def on_reload(server):
    note("reload")


def pre_fork(server, worker):
    note("fork", worker.age)


def post_fork(server, worker):
    os.environ["AGE"] = str(worker.age)


def post_worker_init(worker):
    note("ran", worker.age)
`;

function tests(requests: number): string {
  return `
import os
import urllib.request


def test_requests():
    for _ in range(${requests}):
        with urllib.request.urlopen(os.environ["URL"], timeout=10) as answer:
            assert answer.status == 200
`;
}

function settings(args: readonly string[], witness: string): string {
  const command = ["gunicorn", "--bind", "127.0.0.1:{port}", ...args, "web.app:app"];
  return `
[tool.gunicov.server]
command = ${JSON.stringify(command)}
env = { WITNESS = ${JSON.stringify(witness)} }
source = ["web"]

[tool.gunicov.tests]
command = ["pytest", "-q", "-p", "no:cacheprovider", "test"]
source = ["test"]
env = { URL = "http://127.0.0.1:{port}" }
`;
}

/** Such a project on this machine, its gunicorn with these arguments and so many requests in each run of the tests. */
export async function ownLines(args: readonly string[], requests: number): Promise<Place> {
  const directory = join(await temporaryDirectory("ages"), "project");
  const files = {
    [APP]: app(),
    "gunicorn.conf.py": CONFIG,
    ".coveragerc": "[run]\nbranch = true\nsource = web\n",
    "test/test_requests.py": tests(requests),
    "gunicov.toml": settings(args, witnessOf(directory)),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }
  return localPlaceIn(directory);
}

function witnessOf(project: string): string {
  return join(dirname(project), "witness");
}

/** Ages of a generation's workers that imported the app, as gunicorn itself told: generation n follows the nth start or reload. */
export async function agesOf(place: Place, generation: number): Promise<readonly number[]> {
  const notes = (await readFile(witnessOf(place.demo), "utf8")).split("\n").map((line) => line.split(" "));
  const ran = new Set(notes.filter(([word]) => word === "ran").map(([, age]) => Number(age)));
  const forked: number[] = [];
  let number = 1;
  for (const [word, age] of notes) {
    if (word === "reload") number += 1;
    if (word === "fork" && number === generation) forked.push(Number(age));
  }
  return forked.filter((age) => ran.has(age));
}
