import { dirname, join } from "node:path";
import { builtPackages } from "../package/installed.ts";
import { ROOT, remove, run } from "../support/machine.ts";

/**
 * Makes a Python environment in `directory`; `packages` are words of pip's, whose paths start in `from`. Gives its bin/.
 * The repository's pip installs, and compiles nothing: a pip in each would take longer than all of its packages.
 */
export async function pythonEnvironment(
  directory: string,
  packages: readonly string[],
  from = "/",
): Promise<string> {
  await run(["python3", "-m", "venv", "--without-pip", directory]);
  const bin = join(directory, "bin");
  const pip = [join(ROOT, ".venv/bin/python"), "-m", "pip", "--python", join(bin, "python")];
  const options = ["--quiet", "--disable-pip-version-check", "--no-compile"];
  await run([...pip, "install", ...options, ...packages], { cwd: from });
  return bin;
}

/** Installs gunicov's wheel, and nothing else, into an environment in `directory`. Gives its bin/. */
export async function installedWheel(directory: string): Promise<string> {
  const { wheel } = await builtPackages();
  const bin = await pythonEnvironment(directory, [wheel]);
  if (!process.env.GUNICOV_TEST_PACKAGES) await remove(dirname(wheel));
  return bin;
}
