/** Signals that somebody else sends to gunicorn's master during the tests: an editor's plugin, logrotate, a deploy script. */
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../support/facts.ts";
import { localPlaceIn } from "../support/local-place.ts";
import { temporaryDirectory } from "../support/machine.ts";
import { edit, type Place } from "../support/place.ts";
import { project } from "../support/small-project.ts";

const APP = `import os

def one():
    return "one"

def two():
    return "two"

def app(environ, start_response):
    said = {"/one": one, "/two": two}.get(environ["PATH_INFO"], str)()
    body = f"{said} {os.getppid()} {os.getpid()}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

/** Gets /one, sends the signal of that name, waits until a worker that it has brought answers, gets /two. */
function tests(signal: string, whose: "worker" | "master"): string {
  const place = whose === "master" ? 1 : 2;
  return `
import os, signal, time, urllib.request

def get(path):
    return urllib.request.urlopen(os.environ["URL"] + path, timeout=10).read().decode().split(" ")

def test_signal():
    said = get("/one")
    assert said[0] == "one"
    seen = {get("/")[${place}] for _ in range(20)}
    os.kill(int(said[1]), signal.${signal})
    until = time.monotonic() + 20
    while get("/")[${place}] in seen:
        assert time.monotonic() < until
        time.sleep(0.02)
    time.sleep(1)  # the older ones have ended
    assert get("/two")[0] == "two"
`;
}

async function open(test: string): Promise<Place> {
  const choices = {
    files: {
      "app.py": APP,
      ".coveragerc": "[run]\nbranch = true\nsource = .\nomit = tests/*\n",
      "tests/test_app.py": test,
      "gunicov.toml": `
[tool.gunicov.server]
command = ["gunicorn", "--bind", "127.0.0.1:{port}", "-w", "2", "app:app"]
source = ["app.py"]

[tool.gunicov.tests]
command = ["pytest", "-q", "-p", "no:cacheprovider", "tests"]
source = ["tests"]
env = { URL = "http://127.0.0.1:{port}" }
`,
    },
  };
  // The place removes what its project is in.
  return localPlaceIn(await project(choices, join(await temporaryDirectory("outside"), "project")));
}

function missing(report: Report): readonly number[] | undefined {
  return report.files.find((file) => file.path === "app.py")?.missing_lines;
}

test("a SIGHUP of somebody else's during the tests loses nothing", async () => {
  const place = await open(tests("SIGHUP", "worker"));
  try {
    const session = await place.watch();
    for (let number = 1; number <= 3; number += 1) {
      if (number > 1) await edit(place, "tests/test_app.py", (text) => `${text}# ${number}\n`);
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
      const report = cycle.report();
      expect(report).toMatchObject({ complete: true, reasons: [] });
      expect(report.generations).toHaveLength(2);
      expect(report.totals.percent_covered).toBe(100);
      expect(missing(report)).toEqual([]);
    }
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});

test("a second master makes the report incomplete", async () => {
  const place = await open(tests("SIGUSR2", "master"));
  try {
    const session = await place.watch();
    const cycle = await session.next();
    expect(cycle.finished).toMatchObject({ outcome: "incomplete", exit_code: 4 });
    expect(cycle.of("coverage.complete")).toEqual([]);
    const report = cycle.report();
    expect(report.complete).toBe(false);
    expect(report.reasons.join()).toMatch(/second gunicorn master \(pid \d+, from SIGUSR2\)/);
    const pid = Number(/pid (\d+)/.exec(report.reasons.join())?.[1]);
    // The next one begins with both; then one is ended, and all is well again.
    await edit(place, "tests/test_app.py", () => "def test_nothing():\n    pass\n");
    expect((await session.next()).finished).toMatchObject({ outcome: "incomplete", exit_code: 4 });
    process.kill(pid, "SIGTERM");
    await edit(place, "tests/test_app.py", () => tests("SIGHUP", "worker"));
    await session.next(); // the second one may have lived into it
    await edit(place, "tests/test_app.py", (text) => `${text}\n`);
    expect((await session.next()).report()).toMatchObject({ complete: true, reasons: [] });
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});
