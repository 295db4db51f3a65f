/** What may stand in `[tool.gunicov]` of pyproject.toml, or in gunicov.toml: each key with what it means. */
import * as v from "valibot";

const words = v.pipe(v.array(v.string()), v.minLength(1, "needs at least one word"));
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const seconds = v.pipe(v.number(), v.minValue(1));
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const env = v.record(v.string(), v.string());
const name = v.pipe(v.string(), v.minLength(1, "is empty"));
const flag = v.boolean();

/** A key that may be left out. The text is for docs/configuration.md and for editors; the example for a key without a default. */
function key<const S extends v.GenericSchema>(schema: S, text: string, example?: unknown) {
  const examples = example === undefined ? [] : [example];
  return v.optional(v.pipe(schema, v.description(text), v.examples(examples as v.InferOutput<S>[])));
}

/** The same for one that may not be left out. */
function required<const S extends v.GenericSchema>(schema: S, text: string, example: unknown) {
  return v.pipe(schema, v.description(text), v.examples([example] as v.InferOutput<S>[]));
}

const BASE_URL = { BASE_URL: "http://127.0.0.1:{port}" };

export const FileConfig = v.strictObject({
  server: v.optional(
    v.strictObject({
      service: key(v.string(), "compose service of the server …", "web"),
      container: key(v.string(), "… or its container, by name or id", "web-1"),
      project: key(name, "compose project of the service (also --project)", "shop-test"),
      source: key(v.array(v.string()), "the server's own code: a change of it always restarts the workers", [
        "src",
      ]),
      master: key(
        name,
        "with several gunicorns in one container: a part of the command line that only this one has",
        "--name web",
      ),
      coverage_dir: key(
        name,
        "a server with its own coverage hook: the directory that this hook writes to",
        "/cov",
      ),
      command: key(words, "for a server on this machine: what starts it", [
        "gunicorn",
        "--bind",
        "127.0.0.1:{port}",
        "app:app",
      ]),
      cwd: key(v.string(), "its working directory"),
      port: key(port, "the value of {port}; 0: any free port"),
      env: key(env, "its environment, on top of yours", { APP_ENV: "test" }),
      start_timeout: key(seconds, "seconds from its start until gunicorn has run gunicov's hook"),
      restart_timeout: key(seconds, "seconds without progress of a restart"),
      flush_timeout: key(seconds, "seconds in which no worker saves"),
      mount_timeout: key(seconds, "seconds until a container sees what you saved on this machine"),
      preload: key(flag, "this and the next three are fast paths: false switches one off"),
      keep_code: key(flag, "what one worker has compiled goes to the next"),
      early_end: key(flag, "old workers end while the master prepares the next ones"),
      report_first: key(flag, "after the tests, the report comes before the workers' restart"),
    }),
  ),
  tests: v.optional(
    v.strictObject({
      service: key(v.string(), "compose service in which the tests run …", "tests"),
      container: key(v.string(), "… or its container, by name or id", "tests-1"),
      run: key(
        v.picklist(["host", "compose-run"]),
        '… or "host": on this machine, the default without a service; "compose-run": in a new container of the service for each run',
        "host",
      ),
      command: key(words, "what runs the tests", ["pytest", "-n", "auto", "test/system"]),
      source: key(
        v.array(v.string()),
        "a change reruns the tests; it restarts the workers only if they had loaded the file",
        ["test"],
      ),
      cwd: key(v.string(), "the tests' working directory", "."),
      env: key(env, "on top of their environment, in a container too", BASE_URL),
      timeout: key(seconds, "seconds for a whole run"),
      junit: key(
        v.union([name, v.array(name)]),
        "JUnit XML that a command other than pytest writes: a path, a pattern, or several",
        "report.xml",
      ),
      requests: key(flag, "false: these tests need no server"),
      warm: key(flag, "a fast path; false: a new interpreter for each run, when the server is ready"),
      order: key(
        v.picklist(["pytest", "failed-first"]),
        '"failed-first": files whose tests failed last go first',
      ),
    }),
  ),
  coverage: v.optional(
    v.strictObject({
      fail_under: key(percent, "percent; below it `gunicov run` ends with exit code 5", 90),
      fail_under_of: key(
        v.picklist(["system", "all"]),
        'whose total that is; "all": with the data of [[tool.gunicov.also]]',
      ),
      diff: key(name, "judge the lines that changed since this commit (also --diff)", "origin/main"),
      diff_fail_under: key(
        percent,
        "percent of them that must be run; below it: exit code 5 (also --diff-fail-under)",
        90,
      ),
      keep_rows: key(flag, "a fast path: only files of which something has changed are analysed"),
    }),
  ),
  also: v.optional(
    v.array(
      v.strictObject({
        name: required(
          v.pipe(v.string(), v.regex(/^[\w-]+$/, "is letters, digits, - and _")),
          "another measurement: the name of its column",
          "unit",
        ),
        data: key(
          v.pipe(v.array(name), v.minLength(1, "needs at least one data file")),
          "its data files of coverage.py, or directories of them …",
          ["unit/.coverage"],
        ),
        command: key(
          words,
          "… or what makes them, where $COVERAGE_FILE says: run when something has changed",
          ["coverage", "run", "-m", "pytest", "unit"],
        ),
        cwd: key(v.string(), "the command's working directory", "."),
        source: key(
          v.array(v.string()),
          "what the command depends on beside server.source; default: the tests that it names",
          ["unit"],
        ),
      }),
    ),
  ),
  watch: v.optional(
    v.strictObject({
      on_change: key(
        v.picklist(["abort", "queue"]),
        'a change during a cycle starts over; "queue": it waits for the end',
      ),
      quiet_ms: key(
        v.pipe(v.number(), v.minValue(0), v.maxValue(10_000)),
        'silence after a change before a cycle starts; see "The wait after a save"',
        60,
      ),
      poll: key(flag, "true where the file system sends no events (WSL's /mnt/c)"),
      ignore: key(v.array(name), "patterns as in .gitignore, from the project's root: never watched", [
        "docs/",
        "*.md",
      ]),
      include: key(v.array(name), "patterns of what is watched, whatever other rules say", ["data/*.db"]),
    }),
  ),
});

export type FileConfig = v.InferOutput<typeof FileConfig>;

/** What holds where nobody says anything. */
export const DEFAULTS = {
  server: {
    cwd: ".",
    port: 0,
    start_timeout: 60,
    restart_timeout: 60,
    flush_timeout: 60,
    mount_timeout: 5,
    preload: true,
    keep_code: true,
    early_end: true,
    report_first: true,
  },
  tests: {
    command: ["pytest", "-n", "auto"],
    timeout: 600,
    requests: true,
    warm: true,
    order: "pytest",
  },
  coverage: { fail_under_of: "system", keep_rows: true },
  watch: { on_change: "abort", poll: false },
} as const;

/** The schema at a path of keys, without what makes it optional; null: there is none. */
export function schemaAt(path: readonly string[]): v.GenericSchema | null {
  let schema: unknown = FileConfig;
  for (const part of path) schema = unwrap(isList(schema) ? schema.item : entriesOf(schema)[part]);
  return (schema ?? null) as v.GenericSchema | null;
}

/** The keys known at a path of sections, for suggestions. */
export function knownKeys(path: readonly string[]): readonly string[] {
  const schema = schemaAt(path);
  return Object.keys(entriesOf(isList(schema) ? schema.item : schema));
}

/** Each key with its table. Those of `also` are in a list, and not among them. */
export function allKeys(): readonly (readonly [string, string])[] {
  const tables = knownKeys([]).filter((table) => !isList(schemaAt([table])));
  return tables.flatMap((table) => knownKeys([table]).map((one) => [table, one] as const));
}

function unwrap(schema: unknown): unknown {
  return typeof schema === "object" && schema !== null && "wrapped" in schema ? schema.wrapped : schema;
}

function isList(schema: unknown): schema is { readonly item: unknown } {
  return typeof schema === "object" && schema !== null && "item" in schema;
}

function entriesOf(schema: unknown): Record<string, unknown> {
  const whole = typeof schema === "object" && schema !== null && "entries" in schema ? schema.entries : {};
  return whole as Record<string, unknown>;
}
