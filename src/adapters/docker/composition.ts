/** With which compose, files and project a container is made beside those of a project that runs. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type Docker from "dockerode";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { spawnProcess } from "../process/channel.ts";
import type { Composition } from "./compose-run.ts";
import { DIRECTORY, FILES, type Labels, listContainers, PROJECT } from "./labels.ts";
import type { ProjectChoice } from "./project.ts";

/** That of the project which has `service`; where none has, what compose finds in `root`. */
export async function compositionOf(
  docker: Docker,
  projects: ProjectChoice,
  service: string,
  root: string,
): Promise<Result<Composition>> {
  const program = await composeProgram();
  if (program === null) {
    const message = "Neither `docker compose` nor `docker-compose` is there.";
    const fix = "Install one of them: it makes the containers of the tests.";
    return fail(failure("no-command", message, fix));
  }
  const all = await listContainers(docker, true).catch((error: Error) => error);
  if (all instanceof Error) {
    const message = `Docker's engine does not answer (${all.message}).`;
    return fail(failure("no-engine", message, "Check that it runs: docker info"));
  }
  const chosen = projects.choose(all, service);
  if (!chosen.ok) return chosen;
  const project = chosen.value;
  const labels = all.find((info) => info.Labels[PROJECT] === project)?.Labels ?? {};
  const named = project === null ? [] : ["-p", project];
  return ok({ words: [...program, ...startedWith(labels), ...named], directory: labels[DIRECTORY] ?? root });
}

/** The files of a project, as its labels tell: where all of them are there. */
function startedWith(labels: Labels): readonly string[] {
  const directory = labels[DIRECTORY];
  const files = (labels[FILES] ?? "").split(",").filter((file) => file !== "");
  if (directory === undefined || files.length === 0) return [];
  const whole = files.map((file) => resolve(directory, file));
  const all = ["--project-directory", directory, ...whole.flatMap((file) => ["-f", file])];
  return whole.every((file) => existsSync(file)) ? all : [];
}

/** Compose v2, else v1; null: neither. */
async function composeProgram(): Promise<readonly string[] | null> {
  for (const words of [["docker", "compose"], ["docker-compose"]]) {
    const spawned = await spawnProcess([...words, "version"]);
    if (spawned.ok && (await spawned.value.exited).code === 0) return words;
  }
  return null;
}
