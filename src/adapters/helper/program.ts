/** The Python programs that are shipped with gunicov and injected by their text. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

export type ProgramName = "server_helper" | "test_runner";

/** The directory with the Python files, in a checkout and in the installed package alike. */
const PYTHON = fileURLToPath(new URL("../../../python/", import.meta.url));

/** Absolute path of the gunicorn config file that measures. */
export const HOOK_PATH = `${PYTHON}gunicov_hook.py`;

export interface Program {
  readonly name: ProgramName;
  readonly source: string;
}

export async function loadProgram(name: ProgramName): Promise<Program> {
  return { name, source: await readFile(`${PYTHON}${name}.py`, "utf8") };
}

/** argv that reads the program's text from stdin (docs/protocol.md, section 1). */
export function bootstrap(python: string, program: Program): readonly string[] {
  const code = `import sys;b=sys.stdin.buffer;exec(compile(b.read(int(b.readline())),"${program.name}.py","exec"))`;
  return [python, "-c", code];
}

/** What is written to stdin first. */
export function preamble(program: Program): string {
  return `${Buffer.byteLength(program.source)}\n${program.source}`;
}
