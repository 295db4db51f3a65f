/** The user's editor, at a line. Blocks: the terminal is the editor's meanwhile. */
import { spawnSync } from "node:child_process";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/**
 * Runs $VISUAL or $EDITOR (words by spaces) on a file; `line` where the editor is known to take one. Fails where it did not
 * start, and where it did not end well: an option that it does not know, say.
 */
export function editFile(
  path: string,
  line: number | null,
  env: NodeJS.ProcessEnv = process.env,
): Result<void> {
  const variable = env.VISUAL ? "$VISUAL" : "$EDITOR";
  const [file, ...args] = (env.VISUAL || env.EDITOR || "vi").trim().split(/\s+/);
  if (file === undefined || file === "") {
    return fail(failure("no-command", `${variable} names no editor.`, `Set ${variable}.`));
  }
  const { error, status, signal } = spawnSync(file, [...args, ...place(file, path, line)], {
    stdio: "inherit",
  });
  const name = nameOf(file);
  if (error) {
    const why = codeOf(error) === "ENOENT" ? "it is not there" : (codeOf(error) ?? error.message);
    return fail(
      failure(
        "no-command",
        `The editor ${name} can't be started: ${why}.`,
        `Set ${variable} to one that can.`,
      ),
    );
  }
  if (status === 0) return ok(undefined);
  const how = signal === null ? `with exit code ${status}` : `by ${signal}`;
  return fail(
    failure("no-command", `The editor ${name} ended ${how}.`, `See what ${variable} says in a shell.`),
  );
}

function codeOf(error: Error): string | undefined {
  return "code" in error && typeof error.code === "string" ? error.code : undefined;
}

function nameOf(editor: string): string {
  return editor.split("/").at(-1) ?? editor;
}

function place(editor: string, path: string, line: number | null): readonly string[] {
  if (line === null) return [path];
  const name = nameOf(editor);
  if (/^(code|codium|cursor)$/.test(name)) return ["--goto", `${path}:${line}`];
  if (/^(subl|hx|zed)$/.test(name)) return [`${path}:${line}`];
  return [`+${line}`, path];
}
