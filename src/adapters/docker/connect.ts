/** Finds a Docker engine as the docker command would: DOCKER_HOST, contexts, then the usual sockets. */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { failure } from "../../core/failure.ts";
import { fail, ok, type Result } from "../../core/result.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** An engine that takes longer to answer its ping (behind a firewall, say) counts as not there, in ms. */
const PATIENCE = 5_000;

/** An engine that answers, or why there is none. */
export async function connectDocker(env: Env = process.env): Promise<Result<Docker>> {
  const named = await dockerHost(env);
  if (!named.ok) return named;
  const host = named.value;
  if (host?.startsWith("ssh:")) {
    const fix =
      "Forward its socket (ssh -NL /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST to that.";
    return fail(failure("no-engine", `An engine behind ssh (${host}) is not supported.`, fix));
  }
  const { default: Engine } = await import("dockerode");
  try {
    const docker = new Engine(host === null ? {} : options(host));
    await Promise.race([docker.ping(), late()]);
    return ok(docker);
  } catch (error) {
    const where = host ?? env.DOCKER_HOST ?? "its usual socket";
    const message = `No Docker engine answers at ${where} (${reason(error)}).`;
    return fail(
      failure("no-engine", message, "Start Docker, or run with --local to start gunicorn on this machine."),
    );
  }
}

async function late(): Promise<never> {
  await sleep(PATIENCE, undefined, { ref: false });
  throw new Error(`no answer within ${PATIENCE / 1000} s`);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error && typeof error.code === "string" ? error.code : error.message;
}

function options(host: string): Docker.DockerOptions {
  const local = /^(?:unix|npipe):\/\/(.*)$/.exec(host)?.[1];
  if (local !== undefined) return { socketPath: local };
  const url = new URL(host);
  // docker-modem, now a part of the bundle, still has url.parse for these: Node would tell the user.
  process.noDeprecation = true;
  return {
    host: url.hostname,
    port: url.port || "2375",
    protocol: url.protocol === "https:" ? "https" : "http",
  };
}

/** Null: let dockerode read DOCKER_HOST and its TLS settings itself, or take its default. */
async function dockerHost(env: Env): Promise<Result<string | null>> {
  // As with the docker command, an empty variable is none.
  const explicit = env.DOCKER_HOST || null;
  if (explicit !== null && /^tcp:|^https:/.test(explicit) && env.DOCKER_TLS_VERIFY) return ok(null);
  if (explicit !== null) return ok(explicit.includes("://") ? explicit : `tcp://${explicit}`);
  const context = await contextName(env);
  return context === null ? ok(usualSocket(env)) : await contextHost(context, env);
}

async function contextName(env: Env): Promise<string | null> {
  const name =
    env.DOCKER_CONTEXT || (await readJson(join(configDirectory(env), "config.json")))?.currentContext;
  return typeof name !== "string" || name === "" || name === "default" ? null : name;
}

/** Another engine than the one that was chosen must not be taken in its stead. */
async function contextHost(name: string, env: Env): Promise<Result<string>> {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = await readJson(join(configDirectory(env), "contexts", "meta", id, "meta.json"));
  const host = (meta?.Endpoints as { docker?: { Host?: unknown } } | undefined)?.docker?.Host;
  if (typeof host === "string") return ok(host);
  const fix = "Choose one that docker context ls shows (docker context use NAME, or DOCKER_CONTEXT).";
  return fail(failure("no-engine", `The Docker context ${name} can't be read.`, fix));
}

function configDirectory(env: Env): string {
  return env.DOCKER_CONFIG || join(homedir(), ".docker");
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
