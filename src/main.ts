/** argv → configuration → wiring → exit code. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { HostLog } from "./adapters/host/log.ts";
import { machine } from "./adapters/host/machine.ts";
import { type Arguments, readArguments } from "./config/arguments.ts";
import { LiveSettings } from "./config/live.ts";
import { loadConfig } from "./config/load.ts";
import { policyOf } from "./config/policy.ts";
import { checkDirectories, mergeSettings } from "./config/settings.ts";
import { FAILURE_EXIT, type Failure, failure } from "./core/failure.ts";
import { CRASHED } from "./core/outcome.ts";
import { refusedFacts } from "./core/refused.ts";
import type { Result } from "./core/result.ts";
import { Crash } from "./crash.ts";
import type { EngineHandle } from "./engine/handle.ts";
import { INSTALLED } from "./installed.ts";

type Go = Exclude<Arguments, { do: "print" }>;
type Surface = "ink" | "text" | "ndjson";

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
  const version = await ownVersion();
  const read = readArguments(argv, version);
  if (!read.ok) return complain(read.failure, wantsJson(argv));
  if (read.value.do === "print") {
    process.stdout.write(read.value.text.endsWith("\n") ? read.value.text : `${read.value.text}\n`);
    return 0;
  }
  const opened = openLog(read.value, version);
  if (!opened.ok) return complain(opened.failure, read.value.json);
  const log = opened.value;
  crash.log = log;
  const loaded = await loadConfig(process.cwd(), read.value.config);
  if (!loaded.ok) return complain(loaded.failure, read.value.json);
  const settings = mergeSettings(loaded.value, read.value.flags, process.cwd());
  if (!settings.ok) return complain(settings.failure, read.value.json);
  log.root = settings.value.root;
  log.note({ what: "settings", settings: settings.value });
  const there = checkDirectories(settings.value);
  if (!there.ok) return complain(there.failure, read.value.json);
  const live = new LiveSettings(loaded.value, settings.value, read.value.flags, process.cwd());
  const code = await go(read.value, live, version, log, crash);
  log.note({ what: "end", code });
  return code;
}

/** What was asked for, by a flag or the environment; else the last part of it is kept in memory. */
function openLog(args: Go, version: string): Result<HostLog> {
  const asked = args.log ?? (process.env.GUNICOV_LOG || null);
  const opened = HostLog.open(asked === null ? null : resolve(asked));
  if (!opened.ok) return opened;
  const log = opened.value;
  log.hide(process.env);
  log.note({ what: "gunicov", version, ...machine() });
  return opened;
}

async function go(
  args: Go,
  live: LiveSettings,
  version: string,
  log: HostLog,
  crash: Crash,
): Promise<number> {
  const terminal = process.stdout.isTTY === true && process.stdin.isTTY === true;
  const surface: Surface = args.json ? "ndjson" : args.do === "watch" && terminal ? "ink" : "text";
  // Facts can be read for ever through a pipe when watching was asked for; plain text without a terminal is one run.
  const watching = args.do === "watch" && (surface === "ink" || (args.json && (args.explicit || terminal)));
  const [show, engine] = await Promise.all([
    SURFACES[surface](),
    import("./wire.ts").then(({ wire }) => wire(live, policyOf(live.current, watching), log, log.path)),
  ]);
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const quit = () => engine.dispatch({ type: "quit" });
  for (const signal of signals) process.on(signal, quit);
  process.stdout.on("error", quit);
  // The terminal has gone, and with a shell that keeps SIGHUP to itself nothing else says so.
  if (surface === "ink") for (const event of ["end", "error"]) process.stdin.on(event, quit);
  crash.showing = true;
  const done = show(engine, version, (restore) => {
    crash.restore = restore;
  });
  engine.start();
  const code = await engine.ended;
  await done;
  return code;
}

/** Shows an engine from now on; settles when the terminal is as it was before. `restorable` gets the way to have it so at once. */
type Show = (
  engine: EngineHandle,
  version: string,
  restorable: (restore: () => void) => void,
) => Promise<void>;

const write = (text: string) => void process.stdout.write(text);

/** Loaded when chosen: NDJSON needs no React. */
const SURFACES: Readonly<Record<Surface, () => Promise<Show>>> = {
  ndjson: async () => {
    const { runNdjson } = await import("./surfaces/ndjson/ndjson.ts");
    return async (engine) => runNdjson(engine, write);
  },
  text: async () => {
    const { runText } = await import("./surfaces/text/text.ts");
    return async (engine) => runText(engine, write);
  },
  ink: async () => {
    const [{ runInk }, { editFile }, { suspendProcess }, { keepSmall }] = await Promise.all([
      import("./surfaces/ink/run.tsx"),
      import("./adapters/host/editor.ts"),
      import("./adapters/host/suspend.ts"),
      import("./adapters/host/memory.ts"),
    ]);
    const color = !process.env.NO_COLOR;
    return async (engine, version, restorable) => {
      const options = { version, color, editor: editFile, suspend: suspendProcess, restorable };
      const done = runInk(engine, options);
      keepSmall();
      await done;
    };
  },
};

/** What can't even begin: one clear message on stderr, with `json` the facts of a cycle that ended at once. Gives the exit code. */
function complain(why: Failure, json: boolean): number {
  if (json) for (const fact of refusedFacts(why, Date.now())) write(`${JSON.stringify(fact)}\n`);
  else process.stderr.write(`gunicov: ${linesOfFailure(why).join("\n")}\n`);
  return FAILURE_EXIT[why.kind];
}

function linesOfFailure({ message, fix, detail }: Failure): readonly string[] {
  return [message, fix, ...(detail === undefined ? [] : [detail])];
}

/** For a command line that can't be read. */
function wantsJson(argv: readonly string[]): boolean {
  const dashes = argv.indexOf("--");
  return (dashes < 0 ? argv : argv.slice(0, dashes)).includes("--json");
}

async function ownVersion(): Promise<string> {
  const text = await readFile(`${INSTALLED}package.json`, "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
