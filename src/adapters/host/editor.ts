/** The user's editor, at a line. Blocks: the terminal is the editor's meanwhile. */
import { spawnSync } from "node:child_process";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

/** Runs $VISUAL or $EDITOR (words by spaces, as git reads it) on a file; `line` where the editor is known to take one. */
export function editFile(
  path: string,
  line: number | null,
  env: NodeJS.ProcessEnv = process.env,
): Result<void> {
  const [file, ...args] = (env.VISUAL || env.EDITOR || "vi").trim().split(/\s+/);
  if (file === undefined || file === "")
    return fail(failure("no-command", "No editor is named.", "Set $EDITOR."));
  const { error } = spawnSync(file, [...args, ...place(file, path, line)], { stdio: "inherit" });
  if (error)
    return fail(
      failure("no-command", `The editor ${file} can't be started.`, "Set $EDITOR to one that can."),
    );
  return ok(undefined);
}

function place(editor: string, path: string, line: number | null): readonly string[] {
  if (line === null) return [path];
  const name = editor.split("/").at(-1) ?? editor;
  if (/^(code|codium|cursor)$/.test(name)) return ["--goto", `${path}:${line}`];
  if (/^(subl|hx|zed)$/.test(name)) return [`${path}:${line}`];
  return [`+${line}`, path];
}
