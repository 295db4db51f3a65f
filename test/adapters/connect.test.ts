/** How an engine is found: as the docker command finds it, on configuration directories of our own. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { connectDocker } from "../../src/adapters/docker/connect.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let directory: string;
const engines: Server[] = [];
const asked: string[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory("docker");
  asked.length = 0;
});
afterEach(async () => {
  for (const engine of engines.splice(0)) engine.close();
  await remove(directory);
});

/** Something that answers a ping as an engine does. `place`: a socket's path, or a port of this machine. */
async function engine(place: string | number): Promise<Server> {
  const server = createServer((request, response) => {
    asked.push(`${place}${request.url}`);
    response.end("OK");
  });
  engines.push(server);
  if (typeof place === "string") server.listen(place);
  else server.listen(place, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** A context as `docker context create` writes it. */
async function context(name: string, host: string): Promise<void> {
  const id = createHash("sha256").update(name).digest("hex");
  await mkdir(join(directory, "contexts", "meta", id), { recursive: true });
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  await writeFile(join(directory, "contexts", "meta", id, "meta.json"), JSON.stringify(meta));
}

const connect = (env: Record<string, string>) => connectDocker({ DOCKER_CONFIG: directory, ...env });

describe("an engine is found by", () => {
  test("DOCKER_HOST with a socket", async () => {
    const socket = join(directory, "own.sock");
    await engine(socket);
    expect((await connect({ DOCKER_HOST: `unix://${socket}` })).ok).toBe(true);
    expect(asked).toEqual([`${socket}/_ping`]);
  });

  test("DOCKER_CONTEXT, before the one that is chosen in the configuration", async () => {
    const [one, two] = [join(directory, "1.sock"), join(directory, "2.sock")];
    await Promise.all([
      engine(one),
      engine(two),
      context("one", `unix://${one}`),
      context("two", `unix://${two}`),
    ]);
    await writeFile(join(directory, "config.json"), JSON.stringify({ currentContext: "one" }));
    expect((await connect({ DOCKER_CONTEXT: "two" })).ok).toBe(true);
    expect((await connect({})).ok).toBe(true);
    expect(asked).toEqual([`${two}/_ping`, `${one}/_ping`]);
  });

  test("DOCKER_HOST, before any context; an empty one is none", async () => {
    const [one, two] = [join(directory, "1.sock"), join(directory, "2.sock")];
    await Promise.all([engine(one), engine(two), context("one", `unix://${one}`)]);
    await connect({ DOCKER_HOST: `unix://${two}`, DOCKER_CONTEXT: "one" });
    await connect({ DOCKER_HOST: "", DOCKER_CONTEXT: "one" });
    expect(asked).toEqual([`${two}/_ping`, `${one}/_ping`]);
  });

  test("DOCKER_HOST with a TCP address, with its scheme or without", async () => {
    const server = await engine(0);
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect((await connect({ DOCKER_HOST: `tcp://${address}` })).ok).toBe(true);
    expect((await connect({ DOCKER_HOST: address })).ok).toBe(true);
  });

  test("a context with a TCP address", async () => {
    const server = await engine(0);
    await context("far", `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await connect({ DOCKER_CONTEXT: "far" })).ok).toBe(true);
  });
});

describe("none is found, and it is said where it was looked for", () => {
  test.each([
    {
      env: { DOCKER_HOST: "unix:///nowhere/at/all.sock" },
      message: /unix:\/\/\/nowhere\/at\/all\.sock \(ENOENT\)/,
    },
    { env: { DOCKER_HOST: "tcp://127.0.0.1:1" }, message: /tcp:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/ },
    { env: { DOCKER_HOST: "ssh://me@far" }, message: /ssh:\/\/me@far/ },
    { env: { DOCKER_CONTEXT: "gone" }, message: /The Docker context gone can't be read/ },
  ])("$env", async ({ env, message }) => {
    const result = await connect(env);
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "no-engine", message: expect.stringMatching(message) },
    });
    if (!result.ok) expect(result.failure.fix).not.toBe("");
  });

  test("a context whose engine is behind ssh", async () => {
    await context("far", "ssh://me@far");
    const result = await connect({ DOCKER_CONTEXT: "far" });
    expect(result).toMatchObject({ ok: false, failure: { message: expect.stringContaining("ssh") } });
  });

  test("a configuration that is no JSON is as none", async () => {
    await writeFile(join(directory, "config.json"), "{ no JSON");
    const result = await connect({ XDG_RUNTIME_DIR: directory });
    // There may be an engine on this machine; what matters is that nothing is thrown.
    expect(typeof result.ok).toBe("boolean");
  });

  test("what answers, but is no engine", async () => {
    const socket = join(directory, "odd.sock");
    const odd = createServer((_, response) => {
      response.statusCode = 404;
      response.end("what?");
    });
    engines.push(odd);
    odd.listen(socket);
    await once(odd, "listening");
    expect(await connect({ DOCKER_HOST: `unix://${socket}` })).toMatchObject({
      ok: false,
      failure: { kind: "no-engine" },
    });
  });

  test("what takes the connection and never answers", async () => {
    const socket = join(directory, "mute.sock");
    const mute = createServer(() => {});
    engines.push(mute);
    mute.listen(socket);
    await once(mute, "listening");
    const result = await connect({ DOCKER_HOST: `unix://${socket}` });
    expect(result).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("no answer within 5 s") },
    });
    mute.closeAllConnections();
  });
});
