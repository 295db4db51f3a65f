/** From a project without gunicov to its first table, as a user has it: the wheel, and the commands of docs/start. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { JsonReport } from "../support/coverage-py.ts";
import { environment } from "../support/machine.ts";
import { coldRun } from "./cold.ts";
import { type Example, layOut } from "./example.ts";
import { commandsOf, follow, type Typed } from "./page.ts";
import { pythonEnvironment } from "./python.ts";

export interface FirstTable {
  readonly typed: Typed;
  /** Path of the JSON report that the last command has written. */
  readonly report: string;
  /** Makes a cold run of the same project. */
  cold(): Promise<JsonReport>;
  /** Where the names of that one's files start. */
  readonly directory: string;
  /** Ends what still runs. */
  close(): Promise<void>;
}

/** The repository's own programs are not on it. */
export const PATH = "/usr/local/bin:/usr/bin:/bin";

/** On this machine, in a new directory in `place`, with what the wheel has installed in `tool`. The project's packages are in its .venv. */
export async function firstTable(example: Example, place: string, tool: string): Promise<FirstTable> {
  const directory = join(place, example.name);
  const temporary = join(directory, "tmp");
  await mkdir(temporary, { recursive: true });
  const project = await layOut(example, directory);
  const bin = await pythonEnvironment(join(project, ".venv"), example.packages, project);
  const env = environment({ PATH, TMPDIR: temporary });
  if (example.before !== null) {
    const [file = "", ...args] = example.before;
    await execa(join(bin, file), args, { cwd: project, env, extendEnv: false });
  }
  const report = join(directory, "report.json");
  return {
    typed: await follow(await commandsOf(example.section), project, tool, env, report),
    report,
    cold: () => coldRun(example, project, bin, join(directory, "cold")),
    directory: project,
    close: async () => {},
  };
}
