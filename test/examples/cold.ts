/** A cold run of an example: its plain server, measured by coverage.py's own means, stopped so that exit handlers write. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "../../src/adapters/process/port.ts";
import { coverageJson, type JsonReport } from "../support/coverage-py.ts";
import { environment, run, until } from "../support/machine.ts";
import type { Example } from "./example.ts";

/** Workers of uvicorn hand SIGTERM to the system at their end, past all exit handlers. */
const EXIT_HANDLERS = `import signal, sys

def post_worker_init(worker):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
`;

/** coverage.py's JSON report of a cold run in `project`, with its own coverage configuration, if it has one, on the packages of `bin`. */
export async function coldRun(
  example: Example,
  project: string,
  bin: string,
  scratch: string,
): Promise<JsonReport> {
  const rc = [".coveragerc", "pyproject.toml"].find((name) => existsSync(join(project, name)));
  const data = join(scratch, "cold");
  await mkdir(data, { recursive: true });
  const settings = join(scratch, rc?.endsWith(".toml") ? "rc.toml" : "rc");
  const text = rc === undefined ? "" : await readFile(join(project, rc), "utf8");
  await writeFile(settings, parallel(text));
  const env = plainEnvironment(example, project, bin, `${await freePort()}`, data);
  const measured: Record<string, string> = {
    ...env,
    COVERAGE_PROCESS_START: settings,
    COVERAGE_FILE: join(data, ".coverage"),
  };
  if (example.uvicorn) {
    await writeFile(join(scratch, "exit.py"), EXIT_HANDLERS);
    measured.GUNICORN_CMD_ARGS = `-c ${join(scratch, "exit.py")}`;
  }
  const cwd = project;
  const [file = "", ...args] = example.server.map((word) => fill(word, env.GUNICOV_TEST_PORT ?? "", project));
  const server = spawn(file, args, { cwd, env: environment(measured), stdio: ["ignore", "pipe", "pipe"] });
  const [program = "", ...words] = example.beside ?? ["true"];
  const beside = spawn(program, words, { cwd, env: environment(env), stdio: "ignore" });
  let log = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => (log += chunk));
  const closed = once(server, "close");
  try {
    await until("the cold server", () => log.split("Booting worker").length > 2);
    await run(["pytest", "-q", "-p", "no:cacheprovider", ...example.tests], { cwd: project, env });
  } finally {
    server.kill("SIGTERM");
    beside.kill("SIGTERM");
    await closed;
  }
  const judge = { ...env, COVERAGE_RCFILE: settings };
  return await coverageJson((argv) => run(argv, { cwd, env: judge }), data);
}

/** `parallel = true` on top of what a configuration says: each process has a data file. */
export function parallel(rc: string): string {
  if (/^parallel\b/m.test(rc)) return rc;
  const found = rc.replace(/^\[(tool\.coverage\.)?run\]$/m, "$&\nparallel = true");
  return found === rc ? `${rc}\n[run]\nparallel = true\n` : found;
}

function plainEnvironment(
  { environment: own }: Example,
  project: string,
  bin: string,
  port: string,
  scratch: string,
): Record<string, string> {
  const filled = Object.entries(own).map(([name, value]) => [name, fill(value, port, project)]);
  const path = [bin, process.env.PATH].join(":");
  // What the examples keep in files they keep there.
  return { ...Object.fromEntries(filled), PATH: path, TMPDIR: scratch, GUNICOV_TEST_PORT: port };
}

function fill(text: string, port: string, root: string): string {
  return text.replaceAll("{port}", port).replaceAll("{root}", root);
}
