/** The shapes of the answers to `examine` (docs/protocol.md). */
import * as v from "valibot";
import type { ServerFacts, Stranger, TestsFacts } from "../../ports/examination.ts";

const int = v.pipe(v.number(), v.integer());
const text = v.nullable(v.string());
const texts = v.array(v.string());
const optional = v.nullable(int);

const stranger = {
  readable: v.boolean(),
  pid: int,
  uid: int,
  gid: optional,
  argv: texts,
  interpreter: text,
  time: v.number(),
  busy: optional,
  absent: texts,
  different: texts,
  directories: v.array(v.object({ path: v.string(), there: v.boolean(), read_only: v.boolean() })),
};

const CoverageFacts = v.object({
  version: text,
  core: text,
  config: text,
  error: text,
  source: texts,
  missing: texts,
  plugins: v.array(v.object({ name: v.string(), error: text })),
  measured: optional,
  asked: int,
  ignored: texts,
  outside: texts,
  reason: text,
});

export const Examined: v.GenericSchema<unknown, ServerFacts> = v.object({
  ...stranger,
  cwd: text,
  user_config: text,
  gunicorn: text,
  python: text,
  worker_class: text,
  workers: optional,
  threads: optional,
  preload: v.nullable(v.boolean()),
  reload: v.boolean(),
  hook: v.boolean(),
  hook_version: text,
  misfit: v.nullable(v.object({ message: v.string(), fix: v.string() })),
  named: text,
  off: v.boolean(),
  config: text,
  kept_out: v.nullable(v.tuple([v.string(), v.string()])),
  own: text,
  warnings: texts,
  other_tracer: text,
  booted: v.array(int),
  boot_errors: texts,
  modules: texts,
  served: int,
  counts: v.boolean(),
  record: v.object({
    path: v.string(),
    there: v.boolean(),
    looked: v.string(),
    free: v.nullable(v.number()),
    inodes: v.nullable(v.number()),
    read_only: v.boolean(),
    refused: v.array(v.object({ uid: int, why: v.string() })),
    error: text,
    start_error: text,
  }),
  memory: v.object({
    limit: v.nullable(v.number()),
    free: v.nullable(v.number()),
    workers: v.array(v.number()),
  }),
  addresses: texts,
  coverage: v.nullable(CoverageFacts),
});

/** Of a master of another user. */
export const Seen: v.GenericSchema<unknown, Stranger> = v.object(stranger);

export const Arrived = v.object({ from: texts, connections: optional });

export const TestsExamined: v.GenericSchema<unknown, TestsFacts> = v.object({
  program: v.string(),
  interpreter: text,
  cwd: v.string(),
  pytest: text,
  plugins: texts,
  tests: texts,
  collected: optional,
  errors: int,
  exit_code: optional,
  said: v.string(),
  addresses: v.array(v.object({ host: v.string(), port: int, why: v.string() })),
  other_tracer: text,
});

export const Knocked = v.object({ from: text, refused: text });
