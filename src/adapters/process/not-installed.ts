/** What runs a program in the project's environment says that it is not there, each in its own words. */
import { basename } from "node:path";
import { type Failure, failure } from "../../core/failure.ts";

interface Runner {
  /** Its last words, with the program's name. */
  readonly said: RegExp;
  /** What installs a package there. */
  readonly add: string;
}

const RUNNERS: Readonly<Record<string, Runner>> = {
  uv: { said: /Failed to spawn: `?([^\s`]+)`?/, add: "uv add --dev" },
  poetry: { said: /Command not found: (\S+)/, add: "poetry add --group dev" },
  pdm: { said: /Command '(\S+)' is not found in your PATH/, add: "pdm add -d" },
};

/** Null: it has ended for another reason. `words`: the command; `tail`: what it wrote last. */
export function notInstalled(words: readonly string[], tail: string): Failure | null {
  const [name, runner] = Object.entries(RUNNERS).find(([each]) => each === basename(words[0] ?? "")) ?? [];
  const program = runner?.said.exec(tail)?.[1];
  if (program === undefined || runner === undefined) return null;
  const missing = program === "gunicorn" ? "gunicorn coverage" : program;
  const fix = `Install it: ${runner.add} ${missing}`;
  return failure("no-gunicorn", `${name} finds no ${program} in the project's environment.`, fix);
}
