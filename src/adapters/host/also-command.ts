/** The command of another measurement, from its start to the end of all that it has started. */
import { setTimeout as sleep } from "node:timers/promises";
import { cleanLines } from "../../core/text.ts";
import { INSTALLED } from "../../installed.ts";
import { type ProcessChannel, spawnProcess } from "../process/channel.ts";

/** Starts the command, and ends all that comes of it when its own stdin ends: also when gunicov is killed (python/guard.py). */
const GUARD = `${INSTALLED}python/guard.py`;
/** How long the guard may take to end it, in ms: longer than its own two limits together. */
const END_TIMEOUT = 8_000;
/** So much of what it said last is kept, in UTF-16 units. */
const MOST_OUTPUT = 64 * 1024;
const GUARDS_LINES = /\n?^gunicov-guard: (?:pid|left) .*\n/gm;

export interface Started {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly limit: number;
}

export interface Ended {
  /** In one line; null: it has ended well. */
  readonly failure: string | null;
  readonly output: string;
  readonly ms: number;
}

/** Null: it was aborted, and is dead. */
export async function runCommand(
  { command, cwd, env, limit }: Started,
  signal: AbortSignal,
): Promise<Ended | null> {
  const began = Date.now();
  const spawned = await spawnProcess(["python3", GUARD, ...command], { cwd, env });
  const ms = () => Date.now() - began;
  if (!spawned.ok) return { failure: spawned.failure.message, output: spawned.failure.fix, ms: ms() };
  const channel = spawned.value;
  let output = "";
  const take = (text: string) => {
    output = `${output}${text}`.slice(-MOST_OUTPUT);
  };
  channel.onOutput(take);
  channel.onErrorOutput(take);
  const late = AbortSignal.timeout(limit * 1000);
  await ends(channel, AbortSignal.any([signal, late]));
  const { code, signal: killer } = await channel.exited;
  if (signal.aborted) return null;
  const said = output.replace(GUARDS_LINES, "");
  const failure = late.aborted ? `it has taken longer than ${limit} s` : failureOf(command, code, killer);
  const words = lastWords(said);
  const why = failure === null || words === null ? failure : `${failure}: ${words}`;
  return { failure: why, output: said, ms: ms() };
}

/** Settles when the process has ended, by itself or because of the signal. */
async function ends(channel: ProcessChannel, signal: AbortSignal): Promise<void> {
  const stop = () => {
    channel.end();
    void sleep(END_TIMEOUT, undefined, { ref: false }).then(() => channel.kill());
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  await channel.exited;
  signal.removeEventListener("abort", stop);
}

function failureOf(command: readonly string[], code: number | null, signal: string | null): string | null {
  if (code === 0) return null;
  const what = `\`${command.join(" ")}\``;
  if (code === 127) return `${what} was not found`;
  return `${what} has failed (${signal === null ? `exit code ${code}` : `killed by ${signal}`})`;
}

/** What it failed of, mostly: its last line. */
function lastWords(output: string): string | null {
  return cleanLines(output).at(-1)?.trim() || null;
}
