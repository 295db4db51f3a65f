/** What may stand in `[tool.gunicov]` of pyproject.toml, or in gunicov.toml. */
import * as v from "valibot";

const words = v.pipe(v.array(v.string()), v.minLength(1, "needs at least one word"));
const port = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535));
const seconds = v.pipe(v.number(), v.minValue(1));
const env = v.record(v.string(), v.string());
const name = v.pipe(v.string(), v.minLength(1, "is empty"));

export const FileConfig = v.strictObject({
  server: v.optional(
    v.strictObject({
      service: v.optional(v.string()),
      container: v.optional(v.string()),
      project: v.optional(name),
      command: v.optional(words),
      cwd: v.optional(v.string()),
      port: v.optional(port),
      env: v.optional(env),
      source: v.optional(v.array(v.string())),
      master: v.optional(name),
      coverage_dir: v.optional(name),
      start_timeout: v.optional(seconds),
      restart_timeout: v.optional(seconds),
      flush_timeout: v.optional(seconds),
      mount_timeout: v.optional(seconds),
      preload: v.optional(v.boolean()),
      keep_code: v.optional(v.boolean()),
      early_end: v.optional(v.boolean()),
      report_first: v.optional(v.boolean()),
    }),
  ),
  tests: v.optional(
    v.strictObject({
      service: v.optional(v.string()),
      container: v.optional(v.string()),
      run: v.optional(v.picklist(["host", "compose-run"])),
      command: v.optional(words),
      cwd: v.optional(v.string()),
      env: v.optional(env),
      source: v.optional(v.array(v.string())),
      timeout: v.optional(seconds),
      requests: v.optional(v.boolean()),
      junit: v.optional(v.union([name, v.array(name)])),
      warm: v.optional(v.boolean()),
      order: v.optional(v.picklist(["pytest", "failed-first"])),
    }),
  ),
  coverage: v.optional(
    v.strictObject({
      fail_under: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
      diff: v.optional(name),
      diff_fail_under: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
      keep_rows: v.optional(v.boolean()),
    }),
  ),
  watch: v.optional(
    v.strictObject({
      poll: v.optional(v.boolean()),
      quiet_ms: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10_000))),
      on_change: v.optional(v.picklist(["abort", "queue"])),
      ignore: v.optional(v.array(name)),
      include: v.optional(v.array(name)),
    }),
  ),
});

export type FileConfig = v.InferOutput<typeof FileConfig>;

/** The keys known at a path of sections, for suggestions. */
export function knownKeys(path: readonly string[]): readonly string[] {
  let schema: unknown = FileConfig;
  for (const key of ["", ...path]) {
    if (key !== "") schema = entriesOf(schema)[key];
    schema = unwrap(schema);
  }
  return Object.keys(entriesOf(schema));
}

function unwrap(schema: unknown): unknown {
  return typeof schema === "object" && schema !== null && "wrapped" in schema ? schema.wrapped : schema;
}

function entriesOf(schema: unknown): Record<string, unknown> {
  const whole = typeof schema === "object" && schema !== null && "entries" in schema ? schema.entries : {};
  return whole as Record<string, unknown>;
}
