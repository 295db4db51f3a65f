/** An exec in a container as a channel. */
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import type { Channel, Exit, SpawnOptions } from "../../ports/target.ts";

/** Starts argv in the container, without a TTY (a TTY would mix the streams and rewrite line ends). */
export async function execIn(
  docker: Docker,
  container: Docker.Container,
  argv: readonly string[],
  options: SpawnOptions = {},
): Promise<Channel> {
  const exec = await container.exec({
    Cmd: [...argv],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Env: Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value}`),
    ...(options.cwd === undefined ? {} : { WorkingDir: options.cwd }),
    ...(options.user === undefined ? {} : { User: options.user }),
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  return new ExecChannel(docker, exec, stream);
}

type Duplex = Awaited<ReturnType<Docker.Exec["start"]>>;

class ExecChannel implements Channel {
  readonly exited: Promise<Exit>;
  readonly #stream: Duplex;
  readonly #stdout = new PassThrough({ encoding: "utf8" });
  readonly #stderr = new PassThrough({ encoding: "utf8" });

  constructor(docker: Docker, exec: Docker.Exec, stream: Duplex) {
    this.#stream = stream;
    docker.modem.demuxStream(stream, this.#stdout, this.#stderr);
    // Unread output must not keep the exec from ending.
    this.#stdout.resume();
    this.#stderr.resume();
    const over = new Promise<void>((resolve) => {
      stream.once("end", resolve);
      stream.once("close", resolve);
      stream.on("error", () => resolve());
    });
    this.exited = over.then(() => this.#finish(exec));
  }

  write(text: string): boolean {
    return this.#stream.writable ? this.#stream.write(text) : true;
  }

  end(): void {
    this.#stream.end();
  }

  onOutput(listener: (text: string) => void): void {
    this.#stdout.on("data", listener);
  }

  onErrorOutput(listener: (text: string) => void): void {
    this.#stderr.on("data", listener);
  }

  /** The stream's end is the process's: what it wrote is delivered first, then the engine is asked how it ended. */
  async #finish(exec: Docker.Exec): Promise<Exit> {
    const drained = [this.#stdout, this.#stderr].map(
      (stream) => new Promise<void>((resolve) => void stream.once("end", resolve)),
    );
    this.#stdout.end();
    this.#stderr.end();
    await Promise.all(drained);
    try {
      const { ExitCode: code } = await exec.inspect();
      return { code: code ?? null, signal: null };
    } catch {
      return { code: null, signal: null };
    }
  }
}
