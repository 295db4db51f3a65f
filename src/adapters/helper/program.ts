/** The Python programs that are shipped with gunicov and injected by their text. */
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { INSTALLED } from "../../installed.ts";

export type ProgramName = "gunicov_helper" | "gunicov_runner";

/** The directory with the Python files. */
const PYTHON = `${INSTALLED}python/`;

/** The gunicorn config file that measures: its absolute path, with the folder gunicov_hook beside it, and the same in one file. */
export const HOOK_PATH = `${PYTHON}gunicov_hook.py`;
export const HOOK_IN_ONE_FILE = `${INSTALLED}dist/gunicov_hook.py`;

export interface Program {
  readonly name: ProgramName;
  readonly source: string;
}

/** What both programs use. */
const COMMON = "gunicov_common";

/** One text that holds all modules of a package, and the common ones, and runs it. */
export async function loadProgram(name: ProgramName): Promise<Program> {
  const [loader, ...packages] = await Promise.all([
    readFile(`${PYTHON}inject.py`, "utf8"),
    readPackage(COMMON),
    readPackage(name),
  ]);
  const texts = Object.assign({}, ...packages);
  // A JSON object of strings is a dict literal of Python's too.
  return { name, source: `${loader}\n\nrun("${name}", ${JSON.stringify(texts)})\n` };
}

async function readPackage(name: string): Promise<Record<string, string>> {
  const found = await readdir(join(PYTHON, name), { recursive: true, withFileTypes: true });
  const files = found.filter((one) => one.isFile() && one.name.endsWith(".py"));
  const texts = files.map(async ({ parentPath, name: file }) => {
    const path = join(parentPath, file);
    return [relative(PYTHON, path), await readFile(path, "utf8")] as const;
  });
  return Object.fromEntries(await Promise.all(texts));
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
