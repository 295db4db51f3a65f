/** A cold run of an example in containers: the same image, files and tests, measured by coverage.py's own means. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { coverageJson, type JsonReport } from "../support/coverage-py.ts";
import { run, until } from "../support/machine.ts";
import { parallel } from "./cold.ts";
import { ComposeProject, type Env } from "./compose.ts";
import type { Contained } from "./contained.ts";

const MEASURED = "env COVERAGE_PROCESS_START=/cold/rc COVERAGE_FILE=/cold/data/.coverage";

/**
 * coverage.py's JSON report. `image`: the server's. The project's own compose file starts it, with coverage.py in
 * gunicorn's environment and with nothing of gunicov; it is stopped so that exit handlers write.
 */
export async function coldContained(
  example: Contained,
  compose: readonly string[],
  project: string,
  image: string,
  scratch: string,
  env: Env,
): Promise<JsonReport> {
  const { service, server, file, workers, tests } = example;
  const data = join(scratch, "data");
  await mkdir(data, { recursive: true });
  await chmod(data, 0o777); // for a server with a user of its own
  await writeFile(join(scratch, "rc"), parallel(await readFile(join(project, ".coveragerc"), "utf8")));
  const override = join(scratch, "cold.json");
  const command = ["sh", "-c", server.replace("MEASURED", MEASURED)];
  const services = { [service]: { image, command, volumes: [`${scratch}:/cold`] } };
  await writeFile(override, JSON.stringify({ services }));
  const name = `${basename(project)}-cold`;
  const cold = new ComposeProject(compose, project, [file, override], name, env);
  try {
    await cold.compose("up", "-d");
    const container = await cold.container(service);
    const log = () => run(["sh", "-c", 'docker logs "$1" 2>&1', "sh", container]);
    await until("the cold server", async () => (await log()).split("Booting worker").length > workers);
    await cold.compose("exec", "-T", tests.service, ...tests.command);
    await cold.compose("stop", "--timeout", "20", service);
    const code = await cold.inspect(container, "{{.State.ExitCode}}");
    if (code !== "0") throw new Error(`the cold server ended with ${code}:\n${await log()}`);
    const judge = ["run", "--rm", "-T", "--no-deps", "-e", "COVERAGE_RCFILE=/cold/rc", "--entrypoint"];
    return await coverageJson(
      ([entry = "", ...argv]) => cold.compose(...judge, entry, service, ...argv),
      "/cold/data",
    );
  } finally {
    await cold.down();
  }
}
