/** Finds a Docker engine as the docker command would: DOCKER_HOST, contexts, then the usual sockets. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** An engine that answers, or why there is none. */
export async function connectDocker(env: Env = process.env): Promise<Result<Docker>> {
  const { default: Engine } = await import("dockerode");
  const host = await dockerHost(env);
  if (host?.startsWith("ssh:")) {
    const fix =
      "Forward its socket (ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST to that.";
    return fail(failure("no-engine", `An engine behind ssh (${host}) is not supported.`, fix));
  }
  const docker = new Engine(host === null ? {} : options(host));
  try {
    await docker.ping();
    return ok(docker);
  } catch (error) {
    const where = host ?? "its usual socket";
    const message = `No Docker engine answers at ${where} (${reason(error)}).`;
    return fail(
      failure("no-engine", message, "Start Docker, or run with --local to start gunicorn on this machine."),
    );
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function options(host: string): Docker.DockerOptions {
  if (host.startsWith("unix://")) return { socketPath: host.slice("unix://".length) };
  const url = new URL(host);
  return {
    host: url.hostname,
    port: url.port || "2375",
    protocol: url.protocol === "https:" ? "https" : "http",
  };
}

/** Null: let dockerode read DOCKER_HOST and its TLS settings itself, or take its default. */
async function dockerHost(env: Env): Promise<string | null> {
  const explicit = env.DOCKER_HOST;
  if (explicit?.startsWith("unix://") || explicit?.startsWith("ssh:")) return explicit;
  if (explicit !== undefined) return null;
  const fromContext = await contextHost(env);
  return fromContext ?? usualSocket(env);
}

async function contextHost(env: Env): Promise<string | null> {
  const directory = env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  const name = env.DOCKER_CONTEXT ?? (await readJson(join(directory, "config.json")))?.currentContext;
  if (typeof name !== "string" || name === "" || name === "default") return null;
  const id = createHash("sha256").update(name).digest("hex");
  const meta = await readJson(join(directory, "contexts", "meta", id, "meta.json"));
  const host = (meta?.Endpoints as { docker?: { Host?: unknown } } | undefined)?.docker?.Host;
  return typeof host === "string" ? host : null;
}

async function readJson(path: string): Promise<Record<string, unknown> | null> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return null;
  }
}

function usualSocket(env: Env): string | null {
  const runtime = env.XDG_RUNTIME_DIR;
  const places = [
    "/var/run/docker.sock",
    ...(runtime === undefined ? [] : [join(runtime, "docker.sock"), join(runtime, "podman", "podman.sock")]),
    join(homedir(), ".docker", "run", "docker.sock"),
    join(homedir(), ".docker", "desktop", "docker.sock"),
  ];
  const found = places.find((place) => existsSync(place));
  return found === undefined ? null : `unix://${found}`;
}
