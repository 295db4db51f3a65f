/** `gunicov demo`: a small service with its system tests, in a directory that may be edited, and gunicov on it. */
import { delimiter, resolve } from "node:path";
import { demoPython } from "../demo/environment.ts";
import { copyDemo } from "../demo/project.ts";
import type { Command } from "./command.ts";
import { complain } from "./complain.ts";
import { cycles } from "./cycles.ts";

export const demo: Command = async (asked, context) => {
  const say = (text: string) => void process.stderr.write(`gunicov: ${text}\n`);
  const directory = resolve(asked.directory ?? ".");
  const copied = await copyDemo(directory);
  if (!copied.ok) return complain(copied.failure, asked.json);
  say(`${copied.value ? "the demo is now in" : "the demo in"} ${directory}: edit a file below its source/`);
  const python = await demoPython(directory, process.env, say);
  if (!python.ok) return complain(python.failure, asked.json);
  if (python.value !== null) process.env.PATH = `${python.value}${delimiter}${process.env.PATH ?? ""}`;
  process.chdir(directory);
  const flags = { ...asked.flags, local: true };
  return await cycles({ ...asked, do: asked.once ? "run" : "watch", explicit: asked.once, flags }, context);
};
