/** A way to the Docker engine that a test can cut and fix: what gunicov sees when the engine goes and comes back. */
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createConnection, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { remove, temporaryDirectory } from "./machine.ts";

const REAL = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, "");

export class EngineProxy {
  readonly #directory: string;
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  static async open(): Promise<EngineProxy> {
    const proxy = new EngineProxy(await temporaryDirectory("engine"));
    await proxy.fix();
    return proxy;
  }

  get #path(): string {
    return join(this.#directory, "docker.sock");
  }

  /** What gunicov is given as DOCKER_HOST. */
  get host(): string {
    return `unix://${this.#path}`;
  }

  /** All connections break, and nobody listens any more. */
  async cut(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server && once(server, "close");
    server?.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
    await rm(this.#path, { force: true });
  }

  async fix(): Promise<void> {
    // An exec's stdin ends by half a close, which must get through.
    const server = createServer({ allowHalfOpen: true }, (client) => {
      const engine = createConnection({ path: REAL, allowHalfOpen: true });
      this.#keep(client, engine);
      this.#keep(engine, client);
      client.pipe(engine);
      engine.pipe(client);
    });
    this.#server = server.listen(this.#path);
    await once(server, "listening");
  }

  async close(): Promise<void> {
    await this.cut();
    await remove(this.#directory);
  }

  #keep(socket: Socket, other: Socket): void {
    this.#sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#sockets.delete(socket);
      other.destroy();
    });
  }
}
