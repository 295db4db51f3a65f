/** This machine's files, compose and Docker engine, for `discover`. */
import type Docker from "dockerode";
import { composeConfig } from "../adapters/docker/compose-config.ts";
import { connectDocker } from "../adapters/docker/connect.ts";
import { imageSaid, runningContainers } from "../adapters/docker/running.ts";
import { sameBytes } from "../adapters/docker/same-bytes.ts";
import { projectFiles } from "../adapters/host/project-files.ts";
import type { Survey } from "../ports/survey.ts";

/** Nothing is connected before it is asked for. */
export function systemSurvey(env: Survey["env"] = process.env): Survey {
  let connected: Promise<Docker | null> | null = null;
  const engine = () => {
    connected ??= connectDocker(env).then((one) => (one.ok ? one.value : null));
    return connected;
  };
  return {
    env,
    files: projectFiles,
    compose: composeConfig,
    containers: async () => {
      const docker = await engine();
      return docker === null ? null : await runningContainers(docker).catch(() => null);
    },
    image: async (name) => {
      const docker = await engine();
      return docker === null ? null : await imageSaid(docker, name);
    },
    sameBytes: async (container, host, inside) => {
      const docker = await engine();
      return docker === null ? null : await sameBytes(docker, container, host, inside);
    },
  };
}
