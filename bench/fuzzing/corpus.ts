/** One good message of every kind that the protocol has (docs/protocol.md, sections 2 to 4). */

const SHA = "0".repeat(64);

/** Requests to the helper. */
export const TO_HELPER: readonly object[] = [
  { id: 1, do: "find", pid: 7, match: "app", coverage_dir: "/cov" },
  {
    id: 2,
    do: "check",
    files: [
      { path: "/nowhere/a.py", sha256: SHA },
      { path: "/b.py", sha256: null },
    ],
    timeout: 0.01,
  },
  { id: 3, do: "freshness", files: ["/app/a.py"], source: ["/app"] },
  { id: 4, do: "restart", timeout: 2 },
  { id: 5, do: "flush", timeout: 2 },
  { id: 6, do: "collect", generation: 1, since: 1 },
  { id: 7, do: "html" },
  { id: 8, do: "export", map: [{ inside: "/app", outside: "/home/me/app" }] },
  { id: 9, do: "read", path: "/app/a.py" },
  { id: 10, do: "prune" },
  { id: 11, do: "cancel", target: 4 },
  { id: 12, do: "writable", pause: 0.1, broken: false },
];

/** Requests to the runner. Nothing in them is on the PATH or there, but for `true`. */
export const TO_RUNNER: readonly object[] = [
  { id: 1, do: "prepare", command: ["pytest", "-q"], cwd: "/", env: { A: "b", C: null } },
  { id: 2, do: "prepare", command: ["/bin/true"], env: {} },
  { id: 3, do: "run", command: ["/bin/true"], cwd: "/", env: {}, select: [], timeout: 5 },
  { id: 4, do: "run", command: ["pytest"], env: {}, select: ["t.py::a"], timeout: null },
  { id: 5, do: "cancel", target: 3 },
];

/** What the runner's forked child says to it. */
export const FROM_CHILD: readonly object[] = [
  { event: "start", test: "t.py::a" },
  { event: "exec", errno: 2 },
  { event: "finish" },
  { event: "again" },
  { event: "code", key: ["rewritten", "/app/test_a.py"], digest: "0a", code: "AAEC" },
  { event: "modules", modules: { flask: "/lib/flask/__init__.py" } },
  { event: "internal", message: "INTERNALERROR" },
  { event: "total", total: 3, missing: ["t.py::gone"] },
  {
    event: "test",
    test: "t.py::a",
    outcome: "failed",
    ms: 1.5,
    started: 1700000000.5,
    ended: 1700000001.5,
    message: "assert 1 == 2",
    place: "t.py:3",
    output: "def a():\n>   assert 1 == 2",
  },
];

export const HELLO = {
  event: "hello",
  protocol: 1,
  program: "gunicov_helper",
  pid: 7,
  uid: 0,
  executable: "/usr/bin/python3",
  python: "3.13.1",
};

const SUMMARY = {
  covered_lines: 8,
  num_statements: 10,
  percent_covered: 78.5,
  percent_covered_display: "78",
  missing_lines: 2,
  excluded_lines: 1,
  num_branches: 4,
  num_partial_branches: 1,
  covered_branches: 3,
  missing_branches: 1,
};

const FILE = {
  summary: SUMMARY,
  missing: "3-4, 5->7, 6->exit",
  missing_lines: [3, 4],
  excluded_lines: [9],
  executed_lines: [1, 2, 5, 6],
  missing_branches: [
    [5, 7],
    [6, -1],
  ],
};

/** The answer `ok` of every request, by its name. */
export const ANSWERS = {
  find: {
    master: {
      pid: 31,
      start_time: 12345,
      uid: 0,
      cwd: "/app",
      argv: ["gunicorn", "app:app"],
      interpreter: "/usr/bin/python3",
      gunicorn: "23.0.0",
      coverage: "7.6.1",
      hook: true,
      data_directory: null,
      generation: 1,
      warnings: [],
    },
  },
  check: {
    failures: [{ path: "/app/a.py", line: 3, column: 1, message: "SyntaxError: x", text: "x =" }],
    lagging: ["/b"],
  },
  freshness: { fresh: false, why: "a worker has served", generation: 3 },
  restart: {
    generation: 3,
    workers: [{ age: 1, pid: 32 }],
    boot_errors: [{ age: 2, pid: 33, traceback: "Traceback …" }],
    config_error: null,
    ms: 31.5,
  },
  flush: {
    generation: 3,
    next_generation: 4,
    expected: 2,
    written: 1,
    lost: [{ age: 2, pid: 33, cause: "timeout" }],
    requests: 9,
    ms: 50,
  },
  collect: {
    report: {
      number: 1,
      totals: SUMMARY,
      files: [
        { path: "/app/a.py", ...FILE },
        { path: "/app/b/ü.py", ...FILE },
      ],
      branches: true,
      view: { sort: "-cover", skip_covered: true, skip_empty: false },
      below: { total: "78.5", fail_under: 80, by: "coverage" },
    },
    reasons: ["worker 7: coverage.py says: x"],
    warnings: ["worker 7: coverage.py says: y"],
    superseded: ["/app/a.py"],
  },
  html: { files: 1, bytes: 3 },
  export: {
    files: 2,
    bytes: 6,
    compared: 1,
    differences: [{ path: "/app/a.py", what: "missing_lines", ours: "[]", theirs: "[1]" }],
  },
  read: { text: "a = 1\n" },
  prune: { removed: [1] },
  prepare: { interpreter: "/usr/bin/python3", pytest: true, cwd: "/app" },
  run: {
    passed: 1,
    failed: 1,
    errors: 0,
    skipped: 0,
    exit_code: 1,
    ms: 20,
    output: "1 failed",
    total: 2,
    missing: [],
  },
  cancel: { found: true },
} as const satisfies Readonly<Record<string, object>>;

/** What may come before the answer. */
export const EVENTS: readonly object[] = [
  { event: "booted", age: 3, pid: 34 },
  { event: "waiting", age: 1, pid: 32, why: "it has a connection" },
  { event: "saved", age: 1, pid: 32, file: ".coverage.a.32.x", written: 1, expected: 2 },
  { event: "file", path: "index.html", data: "PGh0bWw+", part: 0, last: true },
  { event: "file", path: ".coverage", data: "AAEC", part: 0, last: true },
  { event: "file", path: "coverage.json", data: "e30=", part: 0, last: true },
  { event: "total", total: 12 },
  ...FROM_CHILD.filter((one) => "event" in one && one.event === "test"),
];

export const ERROR = { kind: "coverage-error", message: "no data", fix: "look", detail: "more" };
