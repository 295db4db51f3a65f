/** A Python with the demo's packages: the one on PATH, where it has them, else a .venv in the demo's directory. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Failure, failure } from "../core/failure.ts";
import { fail, ok, type Result } from "../core/result.ts";

/** The oldest Python that the demo's packages run on. */
const OLDEST = "3.10";
const NEEDED = ["flask", "gunicorn", "coverage", "pytest", "xdist"];
/** A line of JSON: whether its version will do, whether it can make environments, whether all packages are there. */
const ASK = `
import importlib.util, json, shutil, sys
has = lambda *names: all(importlib.util.find_spec(name) for name in names)
print(json.dumps([sys.version_info >= (3, 10), sys.version.split()[0], has("venv", "ensurepip"),
    has(*${JSON.stringify(NEEDED)}) and bool(shutil.which("gunicorn") and shutil.which("pytest"))]))
`;

type Env = Readonly<Record<string, string | undefined>>;

/** The directory to put before all others on PATH; null: what is there has all. `say` gets what takes its time. */
export async function demoPython(
  directory: string,
  env: Env,
  say: (text: string) => void,
): Promise<Result<string | null>> {
  const venv = join(directory, ".venv");
  const wanted = await readFile(join(directory, "requirements.txt"), "utf8");
  const stamp = join(venv, "gunicov-demo.txt");
  const bin = join(venv, "bin");
  if (existsSync(join(bin, "python")) && (await textOf(stamp)) === wanted) return ok(bin);
  // Set by uvx, which need not come with a Python of the system's.
  const uv = env.UV || null;
  const asked = await ask();
  if (asked?.hasAll) return ok(null);
  const refused = uv === null ? whyNot(asked) : null;
  if (refused !== null) return fail(refused);
  say(`installing the demo's packages into ${venv}`);
  for (const [program = "", ...words] of uv === null ? withPip(venv) : withUv(uv, venv)) {
    const ran = await run(program, words, directory);
    if (!ran.ok) return ran;
  }
  await writeFile(stamp, wanted);
  return ok(bin);
}

function withPip(venv: string): readonly (readonly string[])[] {
  const pip = [join(venv, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  return [
    ["python3", "-m", "venv", venv],
    [...pip, "-r", "requirements.txt"],
  ];
}

function withUv(uv: string, venv: string): readonly (readonly string[])[] {
  const python = join(venv, "bin", "python");
  return [
    [uv, "venv", "--quiet", "--allow-existing", "--python", `>=${OLDEST}`, venv],
    [uv, "pip", "install", "--quiet", "--python", python, "-r", "requirements.txt"],
  ];
}

interface Answer {
  readonly isNew: boolean;
  readonly version: string;
  readonly makesVenvs: boolean;
  readonly hasAll: boolean;
}

/** Null: there is no python3. */
async function ask(): Promise<Answer | null> {
  try {
    const { stdout } = await promisify(execFile)("python3", ["-c", ASK]);
    const [isNew, version, makesVenvs, hasAll] = JSON.parse(stdout) as [boolean, string, boolean, boolean];
    return { isNew, version, makesVenvs, hasAll: isNew && hasAll };
  } catch {
    return null;
  }
}

function whyNot(asked: Answer | null): Failure | null {
  if (asked === null)
    return failure("no-python", "The demo needs python3.", `Install Python ${OLDEST} or newer.`);
  if (!asked.isNew) {
    const message = `python3 is ${asked.version}, and the demo needs ${OLDEST} or newer.`;
    return failure("no-python", message, "Put a newer one first on PATH.");
  }
  if (!asked.makesVenvs) {
    const fix = "Install it (on Debian and Ubuntu: apt-get install python3-venv).";
    return failure("no-python", "python3 has no venv module that works.", fix);
  }
  return null;
}

async function run(program: string, words: readonly string[], cwd: string): Promise<Result<void>> {
  try {
    await promisify(execFile)(program, [...words], { cwd, maxBuffer: 1 << 26 });
    return ok(undefined);
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    const message = `The demo's packages can't be installed: \`${[program, ...words].join(" ")}\` failed.`;
    const fix =
      "Is there a network? Or install what requirements.txt there names into an environment of yours, and activate that.";
    return fail(failure("no-python", message, fix, said.trim().split("\n").slice(-8).join("\n")));
  }
}

async function textOf(file: string): Promise<string | null> {
  return await readFile(file, "utf8").catch(() => null);
}
