/** `docker compose config`: compose reads its files itself. It starts nothing, and writes nothing. */
import { parse } from "yaml";
import type { ComposeAnswer } from "../../ports/survey.ts";

/** A compose that takes longer counts as not there, in ms. */
const PATIENCE = 10_000;

type Words = readonly string[];
/** With all profiles where it can be asked for these; v1 prints services of all profiles. */
const WAYS: readonly (readonly [Words, Words])[] = [
  [
    ["docker", "compose"],
    ["--profile", "*"],
  ],
  [["docker-compose"], []],
];

/** `files` empty: those that compose finds in `directory`. */
export async function composeConfig(directory: string, files: readonly string[]): Promise<ComposeAnswer> {
  const named = files.flatMap((file) => ["-f", file]);
  for (const [program, profiles] of WAYS) {
    if (!(await run([...program, "version"], directory)).ok) continue;
    const first = await run([...program, ...named, ...profiles, "config"], directory);
    const read =
      first.ok || profiles.length === 0 ? first : await run([...program, ...named, "config"], directory);
    if (read.ok) return answer(read.out, `${program.join(" ")} config`);
    return read.late ? { type: "none" } : { type: "refused", message: read.err };
  }
  return { type: "none" };
}

function answer(out: string, by: string): ComposeAnswer {
  try {
    return { type: "read", read: { document: parse(out, { logLevel: "silent" }), by } };
  } catch {
    return { type: "none" };
  }
}

async function run(argv: Words, cwd: string) {
  const { execa } = await import("execa");
  const [file = "", ...args] = argv;
  const done = await execa(file, args, { cwd, reject: false, timeout: PATIENCE, stdin: "ignore" });
  const err = done.stderr
    .trim()
    .split("\n")
    .filter((line) => !/WARN|level=warning/.test(line))
    .join("\n");
  return { ok: done.exitCode === 0, late: done.timedOut, out: done.stdout, err };
}
