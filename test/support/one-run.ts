/** `gunicov run` on a local server as CI calls it: to its end, with all it said. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { execa } from "execa";
import { environment, ROOT } from "./machine.ts";
import { project } from "./small-project.ts";

const APP = `from lib import choose

def app(environ, start_response):
    print("served", environ["PATH_INFO"], flush=True)
    body = choose(environ["PATH_INFO"])
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

export const LIB = `def choose(path):
    if path == "/never":
        return b"never"
    return b"hello"


def unused():
    return 1
`;

/** A project with an app of two files, in a git repository with one commit on \`main\`. */
export async function committed(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const all = {
    "src/app.py": APP,
    "src/lib.py": LIB,
    ".coveragerc": "[run]\nbranch = true\nsource = src\n",
    ".gitignore": "__pycache__\n.gunicov\nout\n",
    ...files,
  };
  const server = ["gunicorn", "--bind", "127.0.0.1:{port}", "-w", "2", "--pythonpath", "src", "app:app"];
  const directory = await project({ server, files: all });
  git(directory, "init", "-q", "-b", "main");
  commit(directory);
  return directory;
}

export function git(cwd: string, ...words: readonly string[]): string {
  const who = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"];
  return execFileSync("git", [...who, ...words], { cwd, encoding: "utf8" });
}

export function commit(cwd: string): void {
  git(cwd, "add", "-A");
  git(cwd, "commit", "-qm", "a commit");
}

export interface Ran {
  readonly code: number | undefined;
  readonly out: string;
  readonly err: string;
}

export async function gunicovRun(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const words = [join(ROOT, "bin", "gunicov"), "run", "--local", ...args];
  const ran = await execa(process.execPath, words, {
    cwd,
    env: environment(env),
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return { code: ran.exitCode, out: ran.stdout, err: ran.stderr };
}
