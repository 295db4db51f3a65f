/** The shape of every fact, written from docs/protocol.md, and the rules that hold for all of them together. */
import * as v from "valibot";
import { FAILURE_EXIT } from "../../src/core/failure.ts";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const ms = v.pipe(v.number(), v.minValue(0));
const lineNumber = v.pipe(v.number(), v.integer(), v.minValue(1));
const lines = v.array(lineNumber);
const text = v.pipe(v.string(), v.minLength(1));
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const worker = { age: lineNumber, pid: v.nullable(lineNumber) };
const lost = v.array(v.strictObject({ ...worker, cause: text }));
const loss = { expected: count, written: count, lost };
const counts = { passed: count, failed: count, errors: count, skipped: count };

const statements = {
  covered_lines: count,
  num_statements: count,
  percent_covered: percent,
  percent_covered_display: v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/)),
  missing_lines: count,
  excluded_lines: count,
};
const branches = {
  num_branches: count,
  num_partial_branches: count,
  covered_branches: count,
  missing_branches: count,
};
/** Without branches coverage.py has none of their keys. */
const Summary = v.union([v.strictObject({ ...statements, ...branches }), v.strictObject(statements)]);

const File = v.strictObject({
  path: text,
  inside: v.pipe(v.string(), v.startsWith("/")),
  summary: Summary,
  missing: v.pipe(v.string(), v.regex(/^$|^\d+(-\d+|->(\d+|exit))?(, \d+(-\d+|->(\d+|exit))?)*$/)),
  missing_lines: lines,
  excluded_lines: lines,
  executed_lines: lines,
  missing_branches: v.array(v.tuple([v.pipe(v.number(), v.integer()), v.pipe(v.number(), v.integer())])),
  sha256: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
});

const where = v.strictObject({ only: v.record(v.string(), count), several: count });

const steps = ["checking", "restarting", "testing", "flushing", "collecting", "reporting"] as const;

const head = {
  v: v.literal(1),
  seq: lineNumber,
  cycle: lineNumber,
  at: v.pipe(v.number(), v.minValue(1.6e12)),
};

function fact<const T extends string, const E extends v.ObjectEntries>(type: T, entries: E) {
  return v.strictObject({ ...head, type: v.literal(type), ...entries });
}

const coverage = v.nullable(
  v.strictObject({
    version: text,
    config: v.nullable(text),
    source: v.array(v.string()),
    branch: v.boolean(),
  }),
);

export const Fact = v.variant("type", [
  fact("cycle.started", {
    reason: v.picklist(["start", "change", "rerun", "back"]),
    files: v.array(text),
    selected: count,
  }),
  fact("check.failed", {
    failures: v.pipe(
      v.array(
        v.strictObject({
          path: text,
          line: v.nullable(lineNumber),
          column: v.nullable(count),
          message: text,
          text: v.nullable(v.string()),
        }),
      ),
      v.minLength(1),
    ),
  }),
  fact("server.restarting", { why: text }),
  fact("server.ready", {
    generation: lineNumber,
    workers: v.array(v.strictObject(worker)),
    ms,
    restarted: v.boolean(),
    coverage: v.optional(coverage),
  }),
  fact("server.waiting", { worker: v.strictObject(worker), why: text }),
  fact("server.boot-error", { traceback: text, workers: lineNumber }),
  fact("server.lost", { message: text, fix: text }),
  fact("tests.lost", { message: text, fix: text }),
  fact("server.back", { name: text, master: lineNumber, warnings: v.array(v.string()), coverage }),
  fact("error", {
    kind: v.picklist(Object.keys(FAILURE_EXIT) as (keyof typeof FAILURE_EXIT)[]),
    message: text,
    fix: text,
    detail: v.optional(v.string()),
  }),
  fact("note", { message: text }),
  fact("found", {
    findings: v.pipe(v.array(v.strictObject({ key: text, value: text, why: text })), v.minLength(1)),
    missing: v.array(v.strictObject({ message: text, fix: text })),
    answers: v.nullable(text),
  }),
  fact("warning", { message: text }),
  fact("tests.started", { total: v.nullable(count) }),
  fact("test.finished", {
    id: text,
    outcome: v.picklist(["passed", "failed", "error", "skipped"]),
    ms,
    message: v.string(),
    place: v.string(),
    output: v.string(),
    started: ms,
    ended: ms,
    setup_ms: ms,
    teardown_ms: ms,
    xfail: v.nullable(v.picklist(["xfailed", "xpassed"])),
  }),
  fact("tests.told", {
    warnings: v.array(
      v.strictObject({
        category: text,
        message: v.string(),
        place: text,
        test: v.string(),
        count: lineNumber,
      }),
    ),
    more: count,
    sections: v.array(v.strictObject({ title: v.string(), text })),
  }),
  fact("tests.finished", { ...counts, xfailed: count, xpassed: count, ms }),
  fact("coverage.file", { written: lineNumber, expected: lineNumber, pid: v.nullable(lineNumber) }),
  fact("coverage.complete", { ...loss, lost: v.pipe(lost, v.maxLength(0)) }),
  fact("coverage.incomplete", { ...loss, reasons: v.pipe(v.array(text), v.minLength(1)) }),
  fact("report", {
    totals: Summary,
    files: v.array(File),
    complete: v.boolean(),
    reasons: v.array(text),
    partial: v.boolean(),
    generations: v.array(lineNumber),
    requests: v.nullable(count),
    view: v.strictObject({ sort: text, skip_covered: v.boolean(), skip_empty: v.boolean() }),
    below: v.nullable(
      v.strictObject({ total: text, fail_under: v.number(), by: v.picklist(["gunicov", "coverage"]) }),
    ),
  }),
  fact("diff", {
    base: text,
    merge_base: text,
    complete: v.boolean(),
    lines: count,
    missing: count,
    percent: v.nullable(percent),
    percent_display: v.string(),
    files: v.array(v.strictObject({ path: text, lines: count, missing: lines, changed: v.nullable(lines) })),
    not_measured: v.array(text),
    below: v.nullable(v.strictObject({ fail_under: percent })),
  }),
  fact("diff.unknown", { base: text, message: text }),
  fact("also.started", { names: v.pipe(v.array(text), v.minLength(1)) }),
  fact("also.running", { name: text, command: v.pipe(v.array(v.string()), v.minLength(1)) }),
  fact("also.ran", { name: text, ok: v.boolean(), message: v.string(), ms, output: v.string() }),
  fact("combined", {
    names: v.array(text),
    percents: v.record(v.string(), v.nullable(v.string())),
    totals: Summary,
    where,
    files: v.array(
      v.strictObject({
        path: text,
        percents: v.record(v.string(), v.nullable(v.string())),
        summary: Summary,
        missing: v.string(),
        elsewhere: lines,
        where,
      }),
    ),
    complete: v.boolean(),
    reasons: v.array(text),
    notes: v.array(text),
    below: v.nullable(v.strictObject({ total: text, fail_under: percent, by: text })),
  }),
  fact("cycle.fast-paths", {
    paths: v.pipe(
      v.array(v.strictObject({ name: v.picklist(FAST_PATHS), used: v.boolean(), why: v.nullable(text) })),
      v.minLength(1),
      v.everyItem(({ used, why }) => used === (why === null)),
    ),
  }),
  fact("cycle.finished", {
    outcome: v.picklist(["passed", "failed", "incomplete", "error", "cancelled"]),
    exit_code: v.picklist([0, 1, 2, 3, 4, 5, 130]),
    ms,
    phases: v.partial(v.strictObject(v.entriesFromList(steps, ms))),
  }),
]);

export type Fact = v.InferOutput<typeof Fact>;
export type FactType = Fact["type"];
export type FactOf<T extends FactType> = Extract<Fact, { type: T }>;
export type Report = FactOf<"report">;

/** One line of stdout as a fact; throws with the line where it is none. */
export function parseFact(line: string): Fact {
  const parsed = v.safeParse(Fact, readJson(line));
  if (parsed.success) return parsed.output;
  throw new Error(`no fact: ${v.summarize(parsed.issues)}\n${line.slice(0, 1000)}`);
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`stdout has a line that is no JSON: ${JSON.stringify(line)}`);
  }
}

export function ofType<T extends FactType>(facts: readonly Fact[], type: T): readonly FactOf<T>[] {
  return facts.filter((one): one is FactOf<T> => one.type === type);
}

/** What is wrong with the facts of a session as a sequence, a line each; `ended`: the session is over. */
export function faultsOf(facts: readonly Fact[], ended: boolean): readonly string[] {
  const faults: string[] = [];
  facts.forEach((one, index) => {
    if (one.seq !== index + 1) faults.push(`seq ${one.seq} in place ${index + 1}`);
    const before = facts[index - 1];
    if (before && one.cycle < before.cycle)
      faults.push(`seq ${one.seq}: cycle ${one.cycle} after ${before.cycle}`);
  });
  const cycles = Map.groupBy(facts, (one) => one.cycle);
  for (const [number, ofCycle] of cycles) {
    const isLast = number === Math.max(...cycles.keys());
    faults.push(...faultsOfCycle(number, ofCycle, isLast && !ended));
  }
  return faults;
}

function faultsOfCycle(number: number, facts: readonly Fact[], open: boolean): readonly string[] {
  const faults: string[] = [];
  const started = ofType(facts, "cycle.started").length;
  const finished = ofType(facts, "cycle.finished").length;
  // What came after the last cycle belongs to one that never started.
  if (started > 1 || finished > 1 || (!open && started !== finished)) {
    faults.push(`cycle ${number}: started ${started} times, finished ${finished} times`);
  }
  if (finished === 1 && facts.at(-1)?.type !== "cycle.finished") {
    faults.push(`cycle ${number}: its last fact is ${facts.at(-1)?.type}`);
  }
  const files = ofType(facts, "coverage.file");
  files.forEach((file, index) => {
    if (file.written !== index + 1)
      faults.push(`cycle ${number}: file ${index + 1} says written ${file.written}`);
  });
  const written = [...ofType(facts, "coverage.complete"), ...ofType(facts, "coverage.incomplete")][0]
    ?.written;
  if (written !== undefined && written !== files.length) {
    faults.push(`cycle ${number}: ${files.length} coverage.file facts, ${written} files written`);
  }
  return faults;
}
