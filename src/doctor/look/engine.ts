/** The Docker engine, and the program compose. */
import type Docker from "dockerode";
import { spawnProcess } from "../../adapters/process/channel.ts";
import type { Result } from "../../core/result.ts";
import { type Finding, failed, notNeeded, right, wrong } from "../finding.ts";

export async function engineLine(connected: Result<Docker>): Promise<Finding> {
  if (!connected.ok) {
    const { failure } = connected;
    if (!/\((?:EACCES|EPERM)\)/.test(failure.message)) return failed("engine", failure);
    const fix =
      "Add yourself to the group of its socket (sudo usermod -aG docker $USER), and log in again. Or set DOCKER_HOST.";
    return wrong("engine", "denied", failure.message, fix);
  }
  const { modem } = connected.value as Docker & {
    modem: { socketPath?: string; host?: string; port?: string };
  };
  const where = modem.socketPath ?? `${modem.host}:${modem.port}`;
  try {
    const { Version } = await connected.value.version();
    return right("engine", `${Version} at ${where}`);
  } catch (error) {
    const text = `The engine at ${where} does not tell its version (${error instanceof Error ? error.message : error}).`;
    return wrong("engine", "no-engine", text, "Check that it runs: docker info");
  }
}

/** `needed`: the tests run in containers that compose makes. */
export async function composeLine(needed: boolean, root: string): Promise<Finding> {
  const found: string[] = [];
  for (const words of [["docker", "compose"], ["docker-compose"]]) {
    const said = await versionOf([...words, "version", "--short"], root);
    if (said !== null) found.push(`${words.join(" ")} ${said}`);
  }
  if (found.length > 0) return right("compose", found.join(", "));
  if (!needed) return notNeeded("compose", 'no program of that name; only run = "compose-run" needs it');
  const text = "Neither `docker compose` nor `docker-compose` is there";
  return wrong("compose", "no-command", text, "Install one of them: it makes the containers of the tests.");
}

async function versionOf(words: readonly string[], cwd: string): Promise<string | null> {
  const spawned = await spawnProcess(words, { cwd });
  if (!spawned.ok) return null;
  let said = "";
  spawned.value.onOutput((text) => {
    said += text;
  });
  spawned.value.end();
  return (await spawned.value.exited).code === 0 ? (said.trim().split("\n")[0] ?? "") : null;
}
