/** What doctor makes of facts that no machine here can be brought to, and where a line is not ✗ though it looks so. */
import { describe, expect, test } from "vitest";
import { failure } from "../../src/core/failure.ts";
import { coverageLines, tracersLine } from "../../src/doctor/coverage.ts";
import {
  behind,
  exitCode,
  type Finding,
  LINES,
  type LineId,
  right,
  unknown,
  wrong,
} from "../../src/doctor/finding.ts";
import { Findings } from "../../src/doctor/findings.ts";
import { hookLine, workersLine } from "../../src/doctor/gunicorn.ts";
import { linesOfBlocked, linesOfFinding, PLAIN, summaryOf } from "../../src/doctor/lines.ts";
import { engineLine } from "../../src/doctor/look/engine.ts";
import { clockLine, diskLine, inotifyLine, memoryLine } from "../../src/doctor/machine.ts";
import { fromImage } from "../../src/doctor/mounts.ts";
import { recordLine } from "../../src/doctor/record.ts";
import { collectionLine, reached, requestsLine } from "../../src/doctor/tests.ts";
import type { CoverageFacts, ServerFacts, TestsFacts } from "../../src/ports/examination.ts";

const COVERAGE: CoverageFacts = {
  version: "7.17.5",
  core: "CTracer",
  config: "/app/.coveragerc",
  error: null,
  source: ["src"],
  missing: [],
  plugins: [],
  measured: 2,
  asked: 2,
  ignored: [],
  outside: [],
  reason: null,
};

const SERVER: ServerFacts = {
  readable: true,
  pid: 7,
  uid: 1000,
  gid: 1000,
  argv: ["gunicorn", "app:app"],
  interpreter: "/venv/bin/python",
  time: 0,
  busy: null,
  absent: [],
  different: [],
  directories: [],
  cwd: "/app",
  user_config: null,
  gunicorn: "27.0.1",
  python: "3.14.1",
  worker_class: "sync",
  workers: 2,
  threads: 1,
  preload: false,
  reload: false,
  hook: true,
  hook_version: "0.1.0",
  misfit: null,
  named: "/gunicov/gunicov_hook.py",
  off: false,
  config: null,
  kept_out: null,
  own: null,
  warnings: [],
  other_tracer: null,
  booted: [1, 2],
  boot_errors: [],
  modules: ["/app/src/shop.py"],
  served: 0,
  counts: true,
  record: {
    path: "/tmp/gunicov/master-7-1",
    there: true,
    looked: "/tmp/gunicov/master-7-1",
    free: 1e9,
    inodes: null,
    read_only: false,
    refused: [],
    error: null,
    start_error: null,
  },
  memory: { limit: null, free: 1e9, workers: [1e7, 1e7] },
  addresses: ["0.0.0.0:8000"],
  coverage: COVERAGE,
};

const TESTS: TestsFacts = {
  program: "/venv/bin/pytest",
  interpreter: "/venv/bin/python",
  cwd: "/app",
  pytest: "9.0",
  plugins: [],
  tests: ["test_a.py::test_a"],
  collected: 1,
  errors: 0,
  exit_code: 0,
  said: "",
  addresses: [],
  other_tracer: null,
};

const NO_HOOK = failure("no-hook", "It runs without it.", "Load it.");
const stateOf = (finding: Finding | null | undefined) => finding?.state;

describe("the server", () => {
  test("a hook of another version whose record can't be read is ✗, whatever else is right", () => {
    const misfit = { message: "gunicov's hook 9 runs in the server", fix: "Install it." };
    expect(hookLine({ ...SERVER, misfit }, NO_HOOK)).toMatchObject({ state: "wrong", kind: "hook-version" });
  });

  test("GUNICOV=0 is named, and is none of a server that never had the hook", () => {
    const off = { ...SERVER, hook: false, off: true };
    expect(hookLine(off, NO_HOOK).text).toMatch(/GUNICOV=0/);
    expect(hookLine({ ...off, named: null }, NO_HOOK).text).toBe("It runs without it.");
  });

  test("reload and missing workers are told", () => {
    expect(workersLine({ ...SERVER, reload: true })).toMatchObject({ state: "wrong", kind: "config" });
    expect(workersLine({ ...SERVER, booted: [1] })).toMatchObject({ state: "unknown" });
  });

  test("what is measured and comes from the image is ✗; gunicorn's config and what is left out are not", () => {
    const modules = ["/app/src/shop.py", "/app/lib.py", "/app/manage.py", "/app/gunicorn.conf.py"];
    const coverage = { ...COVERAGE, ignored: ["/app/manage.py"] };
    const facts = { ...SERVER, modules, coverage, user_config: "/app/gunicorn.conf.py" };
    expect(fromImage(facts, (path) => path.startsWith("/app/src"))).toEqual(["/app/lib.py"]);
  });
});

describe("coverage.py", () => {
  const line = (id: LineId, coverage: Partial<CoverageFacts>) =>
    coverageLines({ ...SERVER, coverage: { ...COVERAGE, ...coverage } }).find((one) => one.id === id);

  test("a source that excludes the whole app is ✗, one that has part of it is not", () => {
    expect(line("measured", { measured: 0, reason: "is outside" })).toMatchObject({ state: "wrong" });
    expect(stateOf(line("measured", { measured: 1 }))).toBe("ok");
    const some = {
      measured: 1,
      asked: 6,
      outside: ["/a.py", "/b.py", "/c.py", "/d.py", "/gunicorn.conf.py"],
    };
    const facts = { ...SERVER, user_config: "/gunicorn.conf.py", coverage: { ...COVERAGE, ...some } };
    const found = coverageLines(facts, (path) => path.slice(1)).find(({ id }) => id === "measured");
    expect(found?.text).toBe("source: src; 1 of 6 files of the app: not a.py, b.py, c.py and 1 more");
    expect(found?.fix).toMatch(/`source` of \/app\/\.coveragerc/);
    expect(stateOf(line("measured", { measured: null, asked: 0 }))).toBe("unknown");
  });

  test("without its C tracer it is ✗; sysmon is none", () => {
    expect(stateOf(line("coverage", { core: "PyTracer" }))).toBe("wrong");
    expect(stateOf(line("coverage", { core: "SysMonitor" }))).toBe("ok");
  });

  test("measured tests beside a server's own hook are ✗, beside gunicov's they are not", () => {
    expect(stateOf(tracersLine({ ...SERVER, own: "/cov" }, "/rc"))).toBe("wrong");
    expect(stateOf(tracersLine(SERVER, "/rc"))).toBe("ok");
  });

  test("each line comes once, whatever is wrong", () => {
    for (const coverage of [
      null,
      { ...COVERAGE, version: null },
      { ...COVERAGE, error: "ConfigError: no" },
      { ...COVERAGE, error: "x", plugins: [{ name: "a", error: "x" }] },
    ]) {
      const ids = coverageLines({ ...SERVER, coverage }).map(({ id }) => id);
      expect(ids.toSorted()).toEqual(["coverage", "measured", "plugins", "settings"]);
    }
  });
});

describe("the record and the machine", () => {
  const record = (changed: Partial<ServerFacts["record"]>) =>
    recordLine({ ...SERVER, record: { ...SERVER.record, ...changed } });

  test.each([
    { read_only: true },
    { error: "No space left on device" },
    { refused: [{ uid: 33, why: "Permission denied" }] },
    { free: 1000 },
    { inodes: 3 },
  ])("record: %o is ✗", (changed) => {
    expect(record(changed)).toMatchObject({ state: "wrong", kind: "coverage-dir" });
    expect(record(changed).fix).toMatch(/GUNICOV_DIR/);
  });

  test("memory, watches, clocks and disks have their limits", () => {
    expect(stateOf(memoryLine({ limit: 1e8, free: 1e7, workers: [1e7, 1e7] }))).toBe("wrong");
    expect(stateOf(memoryLine({ limit: 1e8, free: 3e7, workers: [1e7, 1e7] }))).toBe("ok");
    expect(stateOf(memoryLine({ limit: null, free: null, workers: [] }))).toBe("unknown");
    expect(inotifyLine({ directories: 9, watched: 4, refused: "ENOSPC" })).toMatchObject({
      state: "wrong",
      fix: expect.stringMatching(/max_user_watches/),
    });
    expect(clockLine(-30).text).toMatch(/30 s behind/);
    expect(stateOf(clockLine(1.5))).toBe("ok");
    expect(diskLine("/p/.gunicov", 1e6, null)).toMatchObject({ state: "wrong" });
  });
});

test("an engine whose socket one may not use is ✗ with the way to that right", async () => {
  const no = failure(
    "no-engine",
    "No Docker engine answers at unix:///var/run/docker.sock (EACCES).",
    "Start it.",
  );
  expect(await engineLine({ ok: false, failure: no })).toMatchObject({
    state: "wrong",
    kind: "denied",
    fix: expect.stringMatching(/usermod -aG docker/),
  });
});

describe("the tests", () => {
  const knock = { host: "proxy", port: 80, why: "conftest.py" };

  test("a connection that arrives nowhere is not known, one that is refused is ✗, one of several that arrives is enough", () => {
    const silent = { ...knock, refused: null, arrived: false };
    const refused = { ...knock, refused: "Connection refused", arrived: false };
    expect(requestsLine(SERVER, [silent])).toMatchObject({
      state: "unknown",
      fix: expect.stringMatching(/--run/),
    });
    expect(stateOf(requestsLine(SERVER, [refused]))).toBe("wrong");
    expect(stateOf(requestsLine(SERVER, [refused, silent]))).toBe("unknown");
    expect(stateOf(requestsLine(SERVER, [refused, { ...silent, arrived: true }]))).toBe("ok");
    expect(stateOf(requestsLine(SERVER, []))).toBe("unknown");
  });

  test("a request is proved by a worker that has served, its absence only where all would tell", () => {
    const none = { served: 0, connections: 5 };
    expect(reached(SERVER, none, { served: 1, connections: 6 })).toBe(true);
    expect(reached(SERVER, none, { served: 0, connections: 6 })).toBe(false);
    const blind = { ...SERVER, counts: false };
    expect(reached(blind, none, { served: 0, connections: 6 })).toBe(null);
    expect(reached(blind, none, { served: 0, connections: 5 })).toBe(false);
    const spent = { served: 2, connections: 5 };
    expect(reached(SERVER, spent, { served: 2, connections: 6 })).toBe(null);
    expect(reached({ ...SERVER, addresses: ["unix:/s"] }, spent, spent)).toBe(null);
  });

  test("no test, a broken file and a pytest that ends early are three things", () => {
    expect(collectionLine({ ...TESTS, collected: 0, exit_code: 5 }).text).toBe("pytest collects no test");
    expect(collectionLine({ ...TESTS, errors: 1, said: "E   NameError: x" }).text).toMatch(
      /1 file can't.*NameError/,
    );
    expect(collectionLine({ ...TESTS, collected: null, exit_code: 3, said: "INTERNALERROR" }).text).toMatch(
      /exit code 3/,
    );
    expect(stateOf(collectionLine({ ...TESTS, interpreter: null }))).toBe("unknown");
  });
});

describe("all of it", () => {
  test("lines are told in their order, once, and none is left out", () => {
    const told: LineId[] = [];
    const findings = new Findings(({ id }) => told.push(id));
    findings.add(right("disk", "x"), right("engine", "x"));
    expect(told).toEqual([]);
    findings.add(right("configuration", "x"));
    findings.add(wrong("engine", "no-engine", "later", "x"));
    expect(told).toEqual(["configuration", "engine"]);
    expect(findings.end().map(({ id }) => id)).toEqual(Object.keys(LINES));
    expect(told).toEqual(Object.keys(LINES));
  });

  test("the exit code is the first ✗'s, and 0 without one", () => {
    const some = [
      unknown("hook", "x"),
      wrong("requests", "no-requests", "x", "x"),
      wrong("server", "server-lost", "x", "x"),
    ];
    expect(exitCode(some)).toBe(4);
    expect(exitCode(some.slice(2))).toBe(3);
    expect(exitCode([right("disk", "x"), ...behind(["hook"], "server")])).toBe(0);
    expect(summaryOf(some)).toBe("2 lines wrong, 1 not known. Begin with the first ✗.");
  });

  test("what was not asked is one line for each cause, in the text", () => {
    const all = [
      wrong("server", "server-lost", "It has ended.", "Start it."),
      ...behind(["gunicorn", "hook"], "server"),
      wrong("tests", "no-command", "x", "x"),
      ...behind(["pytest"], "tests"),
      ...behind(["requests"], "gunicorn"),
      unknown("memory", "the system does not tell"),
    ];
    expect(linesOfBlocked(all, 100, PLAIN)).toEqual([
      "? not asked       needs “server”: gunicorn, hook, requests",
      "? not asked       needs “tests”: pytest",
    ]);
    expect(linesOfBlocked([right("server", "x")], 100, PLAIN)).toEqual([]);
    expect(summaryOf(all)).toBe("2 lines wrong, 1 not known, 4 not asked. Begin with the first ✗.");
  });

  test("a line is wrapped by words, and text from outside moves no cursor", () => {
    const finding = wrong("hook", "no-hook", `${"word ".repeat(20)}\u001b[2Jend`, "Mend it.");
    const lines = linesOfFinding(finding, 60, PLAIN);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
    expect(lines.join("\n")).not.toContain("\u001b");
    expect(lines.at(-1)?.trim()).toBe("→ Mend it.");
  });
});
