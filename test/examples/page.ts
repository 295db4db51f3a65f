/** The commands of docs/start, as they stand on the page and as they are typed here: what is tested is what people read. */
import { readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { ROOT } from "../support/machine.ts";

export interface Section {
  /** `flask.md` */
  readonly page: string;
  readonly heading: string;
}

/** The lines of a section's console block, without the installation. Throws where these are more than two. */
export async function commandsOf({ page, heading }: Section): Promise<readonly string[]> {
  const text = await readFile(join(ROOT, "docs/start", page), "utf8");
  const section = text.split(/^## /m).find((one) => one.startsWith(`${heading}\n`)) ?? "";
  const [, block = ""] = /^```console\n(.*?)^```/ms.exec(section) ?? [];
  const lines = block
    .trim()
    .split("\n")
    .map((line) => line.replace(/^\$ /, ""));
  const commands = lines[0] === "pip install gunicov" ? lines.slice(1) : lines;
  const fits = commands.length <= 2 && commands.every((line) => /^gunicov( |$)/.test(line));
  if (!fits || commands.at(-1) !== "gunicov")
    throw new Error(`${page}, ${heading}: one command or two are expected, the last one gunicov: ${lines}`);
  return commands;
}

export interface Typed {
  readonly code: number | undefined;
  /** Both streams. */
  readonly said: string;
  /** The commands, each with its time. */
  readonly commands: readonly { readonly line: string; readonly seconds: number }[];
}

/**
 * Types commands in a project, with `bin` on the PATH; stops at the first that fails. There is no terminal to answer on:
 * `--yes` says what people say, and the last command, the table, writes its `report` too.
 */
export async function follow(
  commands: readonly string[],
  project: string,
  bin: string,
  env: Readonly<Record<string, string>>,
  report: string,
): Promise<Typed> {
  const options = { cwd: project, extendEnv: false, stdin: "ignore", reject: false, all: true } as const;
  const path = [bin, env.PATH].join(delimiter);
  const timed: { line: string; seconds: number }[] = [];
  let said = "";
  for (const line of commands) {
    const more = line === "gunicov" ? `--report 'json=${report}'` : "--yes";
    const ended = await execa("sh", ["-c", `${line} ${more}`], { ...options, env: { ...env, PATH: path } });
    said += `$ ${line}\n${ended.all}\n`;
    timed.push({ line, seconds: ended.durationMs / 1000 });
    if (ended.exitCode !== 0) return { code: ended.exitCode, said, commands: timed };
  }
  return { code: 0, said, commands: timed };
}
