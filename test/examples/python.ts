import { join } from "node:path";
import { run } from "../support/machine.ts";

/** Makes a Python environment in `directory`; `packages` are words of pip's, whose paths start in `from`. Gives its bin/. */
export async function pythonEnvironment(
  directory: string,
  packages: readonly string[],
  from = "/",
): Promise<string> {
  await run(["python3", "-m", "venv", directory]);
  const bin = join(directory, "bin");
  const pip = [join(bin, "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
  await run([...pip, ...packages], { cwd: from });
  return bin;
}
