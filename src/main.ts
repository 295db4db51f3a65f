/** argv → a command → exit code. */
import { resolve } from "node:path";
import { HostLog } from "./adapters/host/log.ts";
import { machine } from "./adapters/host/machine.ts";
import type { Command } from "./commands/command.ts";
import { complain, linesOfFailure } from "./commands/complain.ts";
import { type Asked, readArguments } from "./config/arguments.ts";
import { FAILURE_EXIT, failure } from "./core/failure.ts";
import { CRASHED } from "./core/outcome.ts";
import type { Result } from "./core/result.ts";
import { Crash } from "./crash.ts";
import { ownCommit, ownVersion } from "./version.ts";

/** Loaded when asked for. */
const COMMANDS: Readonly<Record<Asked["do"], () => Promise<Command>>> = {
  watch: async () => (await import("./commands/cycles.ts")).cycles,
  run: async () => (await import("./commands/cycles.ts")).cycles,
  demo: async () => (await import("./commands/demo.ts")).demo,
  doctor: async () => (await import("./commands/doctor.ts")).doctor,
  init: async () => (await import("./commands/init.ts")).init,
  config: async () => (await import("./commands/config.ts")).config,
};

/** Runs the command line `argv` (without the program's name) and gives the exit code. Ends the process where it breaks down. */
export async function main(argv: readonly string[]): Promise<number> {
  const crash: Crash = new Crash((error) =>
    isOutOfFiles(error) ? outOfFiles(wantsJson(argv) && !crash.showing) : null,
  );
  crash.watch();
  try {
    return await run(argv, crash);
  } catch (error) {
    crash.now(error);
    return CRASHED;
  }
}

/** What the shell's `ulimit -n` is too small for. */
const TOO_MANY_FILES = failure(
  "limit",
  "gunicov may not open as many files as it needs.",
  "Raise the limit of open files in this shell: ulimit -n 1024",
);

function isOutOfFiles(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return code === "EMFILE" || code === "ENFILE";
}

/** Facts are for stdout, and said before the process ends. */
function outOfFiles(json: boolean): { readonly text: string; readonly code: number } {
  if (json) complain(TOO_MANY_FILES, true);
  return { text: `gunicov: ${linesOfFailure(TOO_MANY_FILES).join("\n")}`, code: FAILURE_EXIT.limit };
}

async function run(argv: readonly string[], crash: Crash): Promise<number> {
  // Whoever reads has had enough (`gunicov doctor | head`): that is no fault of ours. Cycles end with it (commands/cycles.ts).
  process.stdout.on("error", () => {});
  const version = await ownVersion();
  const read = readArguments(argv);
  if (!read.ok) return complain(read.failure, wantsJson(argv));
  if (read.value.do === "version") {
    process.stdout.write(`gunicov ${version}${inBrackets(await ownCommit())}\n`);
    return 0;
  }
  if (read.value.do === "print") {
    process.stdout.write(read.value.text.endsWith("\n") ? read.value.text : `${read.value.text}\n`);
    return 0;
  }
  const opened = openLog(read.value, version);
  if (!opened.ok) return complain(opened.failure, read.value.json);
  const log = opened.value;
  crash.log = log;
  const command = await COMMANDS[read.value.do]();
  const code = await command(read.value, { version, log, crash });
  log.note({ what: "end", code });
  return code;
}

/** What was asked for, by a flag or the environment; else the last part of it is kept in memory. */
function openLog(asked: Asked, version: string): Result<HostLog> {
  const named = asked.log ?? (process.env.GUNICOV_LOG || null);
  const opened = HostLog.open(named === null ? null : resolve(named));
  if (!opened.ok) return opened;
  const log = opened.value;
  log.hide(process.env);
  log.note({ what: "gunicov", version, ...machine() });
  void ownCommit().then((commit) => log.note({ what: "commit", commit }));
  return opened;
}

/** For a command line that can't be read. */
function wantsJson(argv: readonly string[]): boolean {
  const dashes = argv.indexOf("--");
  return (dashes < 0 ? argv : argv.slice(0, dashes)).includes("--json");
}

const inBrackets = (commit: string | null) => (commit === null ? "" : ` (${commit})`);
