/** `gunicov doctor` on projects of this machine: what is right, and each thing that can be wrong. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { doctor, inState, makesWrong } from "../support/doctor.ts";
import { processesWith, remove, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { APP, type Choices, project } from "../support/small-project.ts";

const directories: string[] = [];

afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

async function made(choices: Choices): Promise<string> {
  const directory = await project(choices);
  directories.push(directory);
  return directory;
}

const RC = "[run]\nbranch = true\nsource = .\n";

test("a healthy project has no ✗, and nothing is left behind", async () => {
  const directory = await made({ files: { ".coveragerc": RC } });
  const before = await readdir(directory, { recursive: true });
  const mark = `${Math.random()}`;
  const looked = await doctor(directory, { GUNICOV_TEST_DOCTOR: mark });
  expect(inState(looked, "wrong"), JSON.stringify(looked.findings)).toEqual([]);
  expect(inState(looked, "unknown")).toEqual([]);
  expect(looked.code).toBe(0);
  expect(looked.line("requests").text).toMatch(
    /127\.0\.0\.1:\d+ \(URL in the tests' environment\) has arrived/,
  );
  expect(looked.line("collection").text).toBe("1 test");
  expect(await readdir(directory, { recursive: true })).toEqual(before);
  expect(await processesWith("GUNICOV_TEST_DOCTOR", mark)).toEqual([]);
});

test("beside a session that measures the same server it looks at that one, and leaves it alone", async () => {
  const directory = await made({ files: { ".coveragerc": RC } });
  const session = new Session(["watch", "--json", "--local"], directory);
  try {
    const first = await session.next();
    expect(first.finished.outcome).toBe("passed");
    const looked = await doctor(directory);
    expect(inState(looked, "wrong"), JSON.stringify(looked.findings)).toEqual([]);
    const [master] = session.facts.flatMap((one) => (one.type === "server.back" ? [one.master] : []));
    expect(looked.line("gunicorn").text).toMatch(
      new RegExp(`^master ${master},.*another gunicov is measuring it`),
    );
    expect(looked.line("server").text).toMatch(/another gunicov has started/);
    expect(looked.line("requests")).toMatchObject({ state: "ok" });
    await writeFile(
      join(directory, "app.py"),
      `${await readFile(join(directory, "app.py"), "utf8")}\n# saved\n`,
    );
    const next = await session.next();
    expect(next.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(next.report()).toMatchObject({ complete: true });
    expect(session.facts.filter((one) => one.type === "server.lost")).toEqual([]);
  } finally {
    await session.kill();
  }
});

/** Shifts the clock of every Python that is started with it on PYTHONPATH. */
const SHIFT = "import time\nreal = time.time\ntime.time = lambda: real() + 3600\n";

test("workers, measured, collection, clock, inotify", async () => {
  const directory = await made({
    more: 'env = { PYTHONPATH = "shift" }',
    files: {
      "shift/sitecustomize.py": SHIFT,
      "gunicorn.conf.py": "preload_app = True\n",
      ".coveragerc": "[run]\nsource = nowhere_at_all\n",
      "tests/test_broken.py": "import not_installed_at_all\n",
    },
  });
  const limit = 'echo 0 > /proc/sys/user/max_inotify_instances; exec "$@"';
  const looked = await doctor(
    directory,
    {},
    [],
    ["unshare", "--user", "--map-root-user", "sh", "-c", limit, "sh"],
  );
  makesWrong("workers", looked, "config", /preload_app is on/, /Switch preload_app/);
  makesWrong(
    "measured",
    looked,
    "coverage-config",
    /no directory and no module nowhere_at_all/,
    /Correct `source`/,
  );
  makesWrong(
    "collection",
    looked,
    "no-tests",
    /1 file can't be collected: .*not_installed_at_all/,
    /--collect-only/,
  );
  makesWrong("clock", looked, "config", /3600 s ahead of/, /Set the clock/);
  makesWrong(
    "inotify",
    looked,
    "limit",
    /\d+ of \d+ folders can't be watched \(EMFILE\)/,
    /max_user_instances.*poll = true/,
  );
  expect(looked.code).toBe(2);
});

test("plugins, requests", async () => {
  const directory = await made({
    testsMore: "",
    files: {
      ".coveragerc": "[run]\nplugins = not_installed_at_all\n",
      "tests/test_app.py":
        'import urllib.request\n\ndef test_a():\n    urllib.request.urlopen("http://127.0.0.1:1/")\n',
    },
  });
  const looked = await doctor(directory);
  makesWrong(
    "plugins",
    looked,
    "coverage-config",
    /not_installed_at_all can't be used/,
    /Install it for the server's Python/,
  );
  makesWrong(
    "requests",
    looked,
    "no-requests",
    /127\.0\.0\.1:1 \(tests\/test_app\.py\) does not answer: Connection refused/,
    /gunicorn listens at 127\.0\.0\.1:\d+/,
  );
  expect(looked.line("measured")).toMatchObject({
    state: "unknown",
    text: expect.stringMatching(/“plugins”/),
  });
});

test("settings, tracers, pytest", async () => {
  const directory = await made({
    more: 'env = { COVERAGE_PROCESS_START = "/nowhere/rc" }',
    tests: ["pytest", "--nonsense", "tests"],
  });
  const looked = await doctor(directory);
  makesWrong(
    "settings",
    looked,
    "coverage-config",
    /refuses its configuration \(\/nowhere\/rc\)/,
    /Correct \/nowhere\/rc/,
  );
  makesWrong(
    "tracers",
    looked,
    "coverage-config",
    /COVERAGE_PROCESS_START is set in the server's/,
    /take COVERAGE_PROCESS_START out/,
  );
  makesWrong("pytest", looked, "usage", /--nonsense/, /Correct the test command/);
  expect(looked.line("requests")).toMatchObject({
    state: "unknown",
    text: expect.stringMatching(/“pytest”/),
  });
});

test("hook, coverage, tests", async () => {
  const directory = await made({
    server: ["gunicorn", "-c", "own.py", "--bind", "127.0.0.1:{port}", "app:app"],
    more: 'env = { PYTHONPATH = "broken" }',
    tests: ["not-installed-at-all", "tests"],
    files: {
      "own.py": "workers = 1\n",
      "broken/coverage/__init__.py": "raise ImportError('half of it is gone')\n",
    },
  });
  const looked = await doctor(directory);
  makesWrong(
    "hook",
    looked,
    "no-hook",
    /-c own\.py on its command line keeps it out/,
    /GUNICOV_USER_CONFIG = "own\.py"/,
  );
  makesWrong(
    "coverage",
    looked,
    "no-coverage",
    /can't be imported: ImportError: half of it is gone/,
    /-m pip install coverage/,
  );
  makesWrong("tests", looked, "no-command", /no “not-installed-at-all” on PATH/, /Install it there/);
  expect(looked.line("workers").state).toBe("unknown");
});

test("server: its program is not there, and all that does not depend on it is told", async () => {
  const directory = await made({ server: ["gunicorm", "app:app"] });
  const looked = await doctor(directory);
  makesWrong("server", looked, "no-gunicorn", /gunicorm was not found/, /pip install gunicorn/);
  expect(looked.line("collection")).toMatchObject({ state: "ok", text: "1 test" });
  expect(looked.line("hook")).toMatchObject({ state: "unknown", text: expect.stringMatching(/“server”/) });
  expect(looked.code).toBe(3);
});

test("configuration, disk: the rest of the machine is told all the same", async () => {
  const directory = await made({ files: { "gunicov.toml": "[tool.gunicov.server\n", ".gunicov": "a file" } });
  const looked = await doctor(directory);
  makesWrong("configuration", looked, "config", /gunicov\.toml:1:\d+: this is not TOML/, /Correct it/);
  makesWrong("disk", looked, "config", /\.gunicov can't be written: it is a file/, /Let gunicov write/);
  expect(looked.line("inotify").state).toBe("ok");
  expect(looked.line("hook")).toMatchObject({
    state: "unknown",
    text: expect.stringMatching(/“configuration”/),
  });
  expect(looked.code).toBe(2);
});

test("without a configuration it looks at what is found, and says what that is", async () => {
  const directory = await made({ files: { Procfile: "web: gunicorn app:app\n", ".coveragerc": RC } });
  await rm(join(directory, "gunicov.toml"));
  const looked = await doctor(directory);
  expect(looked.line("configuration")).toMatchObject({ state: "ok" });
  expect(looked.line("configuration").text).toMatch(/found: .*server\.command gunicorn .*\(Procfile/);
  expect(looked.line("hook")).toMatchObject({ state: "ok" });
  expect(looked.line("collection")).toMatchObject({ state: "ok", text: "1 test" });
});

test("a source that names a part of the app says which of its loaded files are not measured", async () => {
  const files = { "shop/__init__.py": "", "shop/cart.py": "", "extra.py": "", "left_out.py": "" };
  const directory = await made({
    files: {
      ...files,
      "app.py": `import extra, left_out, shop.cart\n${APP}`,
      ".coveragerc": "[run]\nsource = .\nomit = left_out.py\n",
    },
  });
  expect((await doctor(directory)).line("measured")).toMatchObject({
    state: "ok",
    text: "source: .; 4 of 5 files of the app",
    fix: "",
  });
  await writeFile(join(directory, ".coveragerc"), "[run]\nsource = shop\nomit = shop/cart.py\n");
  const looked = await doctor(directory);
  expect(looked.line("measured")).toMatchObject({
    state: "ok",
    text: "source: shop; 1 of 5 files of the app: not app.py, extra.py, left_out.py",
    fix: expect.stringMatching(/name them in `source` of .*\.coveragerc\./),
  });
  expect(looked.code).toBe(0);
});

test("--run: one test shows whether a request reaches the server", async () => {
  const asks = await made({});
  const good = await doctor(asks, {}, ["--run"]);
  expect(good.line("requests")).toMatchObject({
    state: "ok",
    text: "tests/test_app.py::test_hello was run, and a request has reached the workers",
  });
  const own = await made({ files: { "tests/test_app.py": "def test_alone():\n    pass\n" } });
  const looked = await doctor(own, {}, ["--run"]);
  makesWrong(
    "requests",
    looked,
    "no-requests",
    /test_alone was run, and no request/,
    /listens at 127\.0\.0\.1:\d+/,
  );
  expect(looked.code).toBe(4);
  const without = await doctor(own);
  expect(without.line("requests")).toMatchObject({
    state: "unknown",
    fix: expect.stringMatching(/doctor --run/),
  });
});

test("engine, compose: where a container is wanted and no engine answers", async () => {
  const directory = await made({
    files: {
      "gunicov.toml":
        '[tool.gunicov.server]\nservice = "web"\n[tool.gunicov.tests]\nservice = "tests"\nrun = "compose-run"\n',
    },
  });
  const looked = await doctor(directory, { DOCKER_HOST: "unix:///nowhere.sock", PATH: "/nowhere" });
  makesWrong(
    "engine",
    looked,
    "no-engine",
    /No Docker engine answers at unix:\/\/\/nowhere\.sock/,
    /--local/,
  );
  makesWrong("compose", looked, "no-command", /Neither `docker compose` nor `docker-compose`/, /Install one/);
  expect(inState(looked, "ok")).toEqual(expect.arrayContaining(["configuration", "disk"]));
  expect(looked.code).toBe(3);
});

test("interrupted it ends, and its server with it", async () => {
  const directory = await made({ server: ["sleep", "1000"] });
  const mark = `${Math.random()}`;
  const session = new Session(["doctor"], directory, { GUNICOV_TEST_DOCTOR: mark });
  await until("the server", async () =>
    (await processesWith("GUNICOV_TEST_DOCTOR", mark)).some((one) => one.includes("sleep 1000")),
  );
  session.signal("SIGINT");
  await until("its end", async () => (await processesWith("GUNICOV_TEST_DOCTOR", mark)).length === 0);
});
