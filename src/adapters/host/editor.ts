/** The user's editor, at a line: in the terminal, which is its own meanwhile, or in a window, which nobody waits for. */
import { spawn, spawnSync } from "node:child_process";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type EditorCommand, editorCommand } from "./editor-command.ts";
import { editorName, hasWindow, placeWords } from "./editors.ts";

export interface EditorStart {
  readonly name: string;
  /** It needs the terminal while `run` has not settled. */
  readonly inTerminal: boolean;
  /** Settles when the editor has ended. Fails where it did not start, and where it did not end well: an option that it does not know, say. */
  readonly run: () => Promise<Result<void>>;
}

/** How to open a file, at a line or without one, in the editor that the environment names. Fails where there is none. */
export function editFile(
  path: string,
  line: number | null,
  env: NodeJS.ProcessEnv = process.env,
): Result<EditorStart> {
  const found = editorCommand(env);
  if (!found.ok) return found;
  const command = found.value;
  const words = placeWords(command.program, path, line);
  const inTerminal = !hasWindow(command.program, command.options);
  const end = inTerminal ? takeTerminal : startApart;
  return ok({
    name: editorName(command.program),
    inTerminal,
    run: async () => judge(command, await end(command, words, env)),
  });
}

interface End {
  readonly error?: NodeJS.ErrnoException | undefined;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What the terminal sends to all programs in it, the waiting one too. */
const KEYS = ["SIGINT", "SIGQUIT"] as const;

/** Blocks: a program that reads its first line must not share it with this one. */
async function takeTerminal(
  { argv }: EditorCommand,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<End> {
  const [file, ...args] = argv;
  const kept = KEYS.map((signal) => [signal, process.listeners(signal)] as const);
  const ignore = () => {};
  for (const signal of KEYS) process.removeAllListeners(signal).on(signal, ignore);
  try {
    const { error, status, signal } = spawnSync(file, [...args, ...words], { stdio: "inherit", env });
    // Signals that came meanwhile are handed out in turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
    return { error, status, signal };
  } finally {
    for (const [signal, listeners] of kept) {
      process.off(signal, ignore);
      for (const listener of listeners) process.on(signal, listener);
    }
  }
}

/** In a session of its own: it outlives gunicov, and hears nothing of the terminal. */
function startApart({ argv }: EditorCommand, words: readonly string[], env: NodeJS.ProcessEnv): Promise<End> {
  const [file, ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(file, [...args, ...words], { stdio: "ignore", detached: true, env });
    child.unref();
    child.once("error", (error) => resolve({ error, status: null, signal: null }));
    child.once("exit", (status, signal) => resolve({ status, signal }));
  });
}

function judge({ argv, program, variable }: EditorCommand, { error, status, signal }: End): Result<void> {
  if (error === undefined && status === 0) return ok(undefined);
  const name = editorName(program);
  const set = variable ?? "$EDITOR";
  const why = reason(argv[0] === "sh", error, status);
  if (why !== null) {
    const message = `The editor ${name} can't be started: ${why}.`;
    return fail(failure("no-command", message, `Set ${set} to one that can.`));
  }
  const how = signal === null ? `with exit code ${status}` : `by ${signal}`;
  return fail(failure("no-command", `The editor ${name} ended ${how}.`, `See what ${set} says in a shell.`));
}

/** Why it did not start; null: it did. */
function reason(
  byShell: boolean,
  error: NodeJS.ErrnoException | undefined,
  status: number | null,
): string | null {
  if (error !== undefined) return error.code === "ENOENT" ? "it is not there" : (error.code ?? error.message);
  // POSIX, "Exit Status for Commands".
  if (byShell && status === 127) return "it is not there";
  if (byShell && status === 126) return "EACCES";
  return null;
}
