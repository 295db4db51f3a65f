/** Which editor the user has asked for. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { splitWords } from "../../core/shell-words.ts";

export interface EditorCommand {
  /** The program and its options. */
  readonly program: string;
  readonly options: readonly string[];
  /** How to start it, before the words that name the place. */
  readonly argv: readonly [string, ...string[]];
  /** The variable that names it; null: none does. */
  readonly variable: string | null;
}

/** Taken in this order where no variable is set. */
const USUAL = ["vi", "nano"];
/** What only a shell understands. */
const SHELL = /[$`~;&|<>(){}*?[\]]/;
const ASSIGNMENT = /^\w+=/;
/** Words before the editor's own. */
const BEFORE = /^(?:env|exec|command|nohup)$/;

/** $VISUAL, else $EDITOR, else vi, else nano. Fails where there is none. Not git's core.editor: that is for git's own messages. */
export function editorCommand(env: NodeJS.ProcessEnv): Result<EditorCommand> {
  const variable = env.VISUAL ? "$VISUAL" : "$EDITOR";
  const value = env.VISUAL || env.EDITOR;
  if (!value) return usual(env);
  const text = value.trim();
  if (text === "") return fail(failure("no-command", `${variable} names no editor.`, `Set ${variable}.`));
  const [program, rest] = pathWithSpaces(text);
  if (program !== null) {
    const options = splitWords(rest).words;
    return ok({ program, options, argv: [program, ...options], variable });
  }
  const { words, open } = splitWords(text);
  if (open) {
    const message = `${variable} has a quote that is not closed: ${text}`;
    return fail(failure("no-command", message, `Correct ${variable}.`));
  }
  const at = words.findIndex((word) => !ASSIGNMENT.test(word) && !BEFORE.test(word));
  const [name = text, ...options] = words.slice(at);
  const [first = name, ...more] = words;
  // As git does it: the place comes as the shell's arguments, whatever is in its name.
  const bySystem = ASSIGNMENT.test(first) || SHELL.test(text);
  return ok({
    program: name,
    options,
    argv: bySystem ? ["sh", "-c", `${text} "$@"`, name] : [first, ...more],
    variable,
  });
}

function usual(env: NodeJS.ProcessEnv): Result<EditorCommand> {
  const directories = (env.PATH ?? "").split(delimiter);
  const program = USUAL.find((name) => directories.some((directory) => isProgram(join(directory, name))));
  if (program === undefined) {
    const message = "No editor is set, and there is neither vi nor nano.";
    return fail(failure("no-command", message, "Set $EDITOR to one that is there."));
  }
  return ok({ program, options: [], argv: [program], variable: null });
}

/** The longest beginning that is a program's path, and the rest: `/Applications/My Editor/ed -w`, without quotes. */
function pathWithSpaces(text: string): readonly [string | null, string] {
  if (!text.startsWith("/")) return [null, text];
  const pieces = text.split(" ");
  for (let length = pieces.length; length > 0; length--) {
    const path = pieces.slice(0, length).join(" ");
    if (isProgram(path)) return [path, pieces.slice(length).join(" ")];
  }
  return [null, text];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
