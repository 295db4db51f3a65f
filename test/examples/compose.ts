/** A compose project of a test's own, under this machine's compose: v1, or v2 where docker has it. */
import { execa } from "execa";

export type Env = Readonly<Record<string, string>>;

/** The words that start compose. */
export async function composeCommand(env: Env): Promise<readonly string[]> {
  const { failed } = await execa("docker", ["compose", "version"], { env, extendEnv: false, reject: false });
  return failed ? ["docker-compose"] : ["docker", "compose"];
}

export class ComposeProject {
  readonly #words: readonly string[];
  readonly #options: { readonly cwd: string; readonly env: Env };

  /** `command`: the words that start compose; `name`: null where it is the directory's. */
  constructor(
    command: readonly string[],
    directory: string,
    files: readonly string[],
    name: string | null,
    env: Env,
  ) {
    this.#words = [
      ...command,
      ...files.flatMap((file) => ["-f", file]),
      ...(name === null ? [] : ["-p", name]),
    ];
    this.#options = { cwd: directory, env };
  }

  async compose(...words: readonly string[]): Promise<string> {
    return await this.#run([...this.#words, ...words]);
  }

  /** Id of a service's container. */
  async container(service: string): Promise<string> {
    return (await this.compose("ps", "-q", service)).trim();
  }

  /** A field of a container. */
  async inspect(container: string, format: string): Promise<string> {
    return (await this.#run(["docker", "inspect", "--format", format, container])).trim();
  }

  /** All that it has made, but the images. */
  async down(): Promise<void> {
    await this.compose("down", "--timeout", "2", "--volumes", "--remove-orphans");
  }

  async #run([file = "", ...words]: readonly string[]): Promise<string> {
    const options = { ...this.#options, extendEnv: false, stdin: "ignore" } as const;
    return (await execa(file, words, options)).stdout;
  }
}
