/** Answers that the user gave once, kept in `.gunicov/answers`: a list that people can read and shorten. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ownDirectory, replace } from "./publisher.ts";

type Answers = Readonly<Record<string, string | readonly string[]>>;

export const ANSWERS = ".gunicov/answers";
const ABOUT =
  "# What you answered when gunicov asked. Take a line away, and it asks again; a configuration file wins over this.\n";

/** A line that can't be read says nothing. */
export async function readAnswers(root: string): Promise<Answers> {
  const text = await readFile(join(root, ANSWERS), "utf8").catch(() => "");
  return Object.fromEntries(
    text.split("\n").flatMap((line) => {
      const [, key, value] = /^([a-z]+\.[a-z_]+) = (.+)$/.exec(line) ?? [];
      const read = key === undefined ? undefined : readValue(value ?? "");
      return key === undefined || read === undefined ? [] : [[key, read] as const];
    }),
  );
}

export async function keepAnswers(root: string, answers: Answers): Promise<void> {
  const lines = Object.entries(answers).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
  await replace(join(await ownDirectory(root), "answers"), `${ABOUT}${lines.join("")}`);
}

function readValue(text: string): string | readonly string[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "string") return value;
    return Array.isArray(value) && value.every((one) => typeof one === "string") ? value : undefined;
  } catch {
    return undefined;
  }
}
