/** The shapes of what the injected programs say (docs/protocol.md). Anything else is refused at the door. */
import * as v from "valibot";

const int = v.pipe(v.number(), v.integer());
const pid = v.nullish(int, null);
const text = v.nullish(v.string(), null);

export const Hello = v.object({
  event: v.literal("hello"),
  protocol: v.literal(1),
  program: v.string(),
  pid: int,
  uid: v.nullish(int, null),
  executable: v.string(),
  python: v.string(),
});

export const Message = v.looseObject({
  id: int,
  event: v.optional(v.string()),
  ok: v.optional(v.unknown()),
  error: v.optional(v.object({ kind: v.string(), message: v.string(), fix: text, detail: text })),
});

export const Writable = v.object({ waited: v.boolean() });

export const Written = v.object({ files: v.array(v.string()) });

export const Nothing = v.unknown();

const Worker = v.object({ age: int, pid });
const Lost = v.object({ age: int, pid, cause: v.string() });

const coverageSettings = {
  coverage: text,
  coverage_config: text,
  source: v.nullish(v.array(v.string()), []),
  branch: v.nullish(v.boolean(), false),
};

export const Find = v.object({
  master: v.object({
    pid: int,
    uid: int,
    gid: v.nullish(int, null),
    /** False: it is another user's, and only a helper of that user can tell more. */
    readable: v.nullish(v.boolean(), true),
    /** The hook is its config file. */
    named: v.nullish(v.boolean(), false),
    cwd: v.string(),
    argv: v.nullish(v.array(v.string()), []),
    /** The config file that its command line names. */
    config: text,
    /** What keeps gunicov's hook out, although it is named, and the way out. */
    kept_out: v.nullish(v.tuple([v.string(), v.string()]), null),
    interpreter: text,
    gunicorn: text,
    ...coverageSettings,
    hook: v.boolean(),
    /** Where a hook of the server's own writes its data files; null: not known. */
    data_directory: text,
    generation: v.nullish(int, null),
    warnings: v.array(v.string()),
  }),
});

const CheckFailure = v.object({
  path: v.string(),
  line: v.nullish(int, null),
  column: v.nullish(int, null),
  message: v.string(),
  text,
});

/** What `find` waits for. */
export const Starting = v.object({ event: v.literal("starting"), why: v.string() });

export const Check = v.object({
  failures: v.array(CheckFailure),
  unloaded: v.optional(v.array(CheckFailure), []),
  lagging: v.array(v.string()),
});

export const Freshness = v.object({ fresh: v.boolean(), why: v.string(), generation: int });

/** Why each fast path was not used; null: it was. */
const fastPaths = v.optional(v.record(v.string(), text), {});

export const Restart = v.object({
  generation: int,
  workers: v.array(Worker),
  boot_errors: v.array(v.object({ age: int, pid, traceback: v.string() })),
  config_error: text,
  /** Files that decide on what the workers are; some are only places where one might come. */
  reads: v.optional(v.array(v.string()), []),
  /** Missing: no hook of ours tells. */
  settings: v.optional(v.object(coverageSettings)),
  fast_paths: fastPaths,
  ms: v.number(),
});

export const Flush = v.object({
  generation: int,
  generations: v.array(int),
  expected: int,
  written: int,
  lost: v.array(Lost),
  requests: v.nullish(int, null),
  /** Whether one has come since the tests may have begun; null: not known. */
  reached: v.nullish(v.boolean(), null),
  /** Where the server listens. */
  addresses: v.optional(v.array(v.string()), []),
  fast_paths: fastPaths,
  /** Why the data is not whole, apart from `lost`; `note`: or else what keeps it from being proved. */
  reasons: v.optional(v.array(v.string()), []),
  note: text,
});

/** Without a file: it measured nothing. */
export const Saved = v.object({
  event: v.literal("saved"),
  pid,
  file: v.string(),
  written: int,
  expected: int,
});
export const Waiting = v.object({ event: v.literal("waiting"), age: int, pid, why: v.string() });
export const Part = v.object({
  event: v.literal("file"),
  path: v.string(),
  data: v.string(),
  last: v.optional(v.boolean(), true),
});

const optionalInt = v.exactOptional(int);
/** A percentage as coverage.py prints it. */
const shown = v.pipe(v.string(), v.regex(/^[\d.]+$/));
const Summary = v.object({
  covered_lines: int,
  num_statements: int,
  percent_covered: v.number(),
  percent_covered_display: shown,
  missing_lines: int,
  excluded_lines: int,
  num_branches: optionalInt,
  num_partial_branches: optionalInt,
  covered_branches: optionalInt,
  missing_branches: optionalInt,
});
/** Numbers of lines, of which a report has a million: looked at in place, where valibot would copy each. */
const lines = v.custom<number[]>(isIntegers, "Expected a list of whole numbers");
const branches = v.custom<[number, number][]>(
  (value) => Array.isArray(value) && value.every((pair) => isIntegers(pair) && pair.length === 2),
  "Expected a list of pairs of whole numbers",
);

function isIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every(Number.isInteger);
}

const Row = v.object({
  path: v.string(),
  summary: Summary,
  /** Lines and jumps, as `coverage report -m` has them. */
  missing: v.pipe(v.string(), v.regex(/^[\w\->, ]*$/)),
  missing_lines: lines,
  excluded_lines: lines,
  executed_lines: lines,
  missing_branches: branches,
});

/** `sha256`: of the source as it was analysed; null: it changed meanwhile, or can't be read. */
const MeasuredRow = v.object({ ...Row.entries, sha256: v.nullable(v.string()) });

const below = v.nullable(
  v.object({ total: shown, fail_under: v.number(), by: v.picklist(["gunicov", "coverage"]) }),
);
const PlainReport = v.object({ totals: Summary, files: v.array(Row) });

export const Combine = v.object({
  others: v.array(
    v.object({
      name: v.string(),
      report: PlainReport,
      stale: v.array(v.string()),
      gone: v.array(v.string()),
    }),
  ),
  /** What can't be put together with the rest. */
  refused: v.optional(v.array(v.object({ name: v.string(), why: v.string() })), []),
  all: PlainReport,
  below,
});

export const Collect = v.object({
  report: v.object({
    number: int,
    totals: Summary,
    /** A path alone: its row is that of the report before. */
    files: v.array(v.union([v.string(), MeasuredRow])),
    view: v.object({ sort: v.string(), skip_covered: v.boolean(), skip_empty: v.boolean() }),
    below,
  }),
  superseded: v.array(v.string()),
  /** Why the workers' data is not whole. */
  reasons: v.optional(v.array(v.string()), []),
  /** What else coverage.py has said. */
  warnings: v.optional(v.array(v.string()), []),
  /** Of gunicorn's master, which no reload loads again. */
  stale: v.optional(v.array(v.string()), []),
  fast_paths: fastPaths,
});

export const Export = v.object({
  compared: int,
  /** An empty path: in the totals. */
  differences: v.array(
    v.object({ path: v.string(), what: v.string(), ours: v.string(), theirs: v.string() }),
  ),
});

export const Source = v.object({ text: v.string(), sha256: v.string() });

export const Prepare = v.object({ interpreter: text, pytest: v.boolean() });
export const Go = v.object({});
export const Total = v.object({ event: v.literal("total"), total: v.nullish(int, null) });
export const Test = v.object({
  event: v.literal("test"),
  /** The test's id: `id` is the request's. */
  test: v.string(),
  outcome: v.picklist(["passed", "failed", "error", "skipped"]),
  ms: v.number(),
  started: v.number(),
  ended: v.number(),
  message: v.string(),
  place: v.string(),
  /** The tests' directory, from which the place counts. */
  cwd: v.nullish(v.string(), null),
  output: v.string(),
  setup_ms: v.optional(v.number(), 0),
  teardown_ms: v.optional(v.number(), 0),
  xfail: v.nullish(v.picklist(["xfailed", "xpassed"]), null),
});
export const Said = v.object({ event: v.literal("said"), message: v.string() });
export const Doubt = v.object({ event: v.literal("doubt"), message: v.string() });
export const TestsSummary = v.object({
  event: v.literal("told"),
  warnings: v.array(
    v.object({
      category: v.string(),
      message: v.string(),
      place: v.string(),
      test: v.string(),
      count: int,
    }),
  ),
  /** How many more came than are listed. */
  more: int,
  sections: v.array(v.object({ title: v.string(), text: v.string() })),
  cwd: v.nullish(v.string(), null),
});
export const Run = v.object({
  passed: int,
  failed: int,
  errors: int,
  skipped: int,
  exit_code: int,
  ms: v.number(),
  output: v.string(),
  /** Selected tests that no longer exist. */
  missing: v.array(v.string()),
  fast_paths: fastPaths,
  /** How it ended though every test passed, and why, as far as it says so; null: as its tests did. */
  ended: v.nullish(v.string(), null),
});
export type Ran = v.InferOutput<typeof Run>;
