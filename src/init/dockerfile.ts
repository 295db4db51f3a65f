/** Which directories of the project an image has a copy of, as its Dockerfile says. */
import { posix } from "node:path";

export interface Copied {
  /** From the build's context; `.`: all of it. */
  readonly from: string;
  readonly to: string;
}

/** COPY and ADD of the last stage, from the context. */
export function copiedOf(dockerfile: string): {
  readonly copied: readonly Copied[];
  readonly workingDir: string;
} {
  let [copied, workingDir]: [Copied[], string] = [[], "/"];
  for (const line of dockerfile.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
    const [, word = "", rest = ""] = /^\s*([A-Za-z]+)\s+(.*?)\s*$/.exec(line) ?? [];
    const instruction = word.toUpperCase();
    if (instruction === "FROM") [copied, workingDir] = [[], "/"];
    if (instruction === "WORKDIR") workingDir = posix.resolve(workingDir, rest);
    if (instruction !== "COPY" && instruction !== "ADD") continue;
    const words = wordsOf(rest);
    if (words.some((one) => one.startsWith("--from="))) continue;
    const paths = words.filter((one) => !one.startsWith("--"));
    const to = paths.pop() ?? "";
    for (const from of paths) {
      const whole = paths.length === 1 || to.endsWith("/");
      if (whole)
        copied.push({ from: posix.normalize(from).replace(/\/$/, ""), to: posix.resolve(workingDir, to) });
    }
  }
  return { copied, workingDir };
}

function wordsOf(text: string): string[] {
  const list = text.indexOf("[");
  if (list < 0) return text.split(/\s+/);
  try {
    return [
      ...text
        .slice(0, list)
        .split(/\s+/)
        .filter((one) => one !== ""),
      ...(JSON.parse(text.slice(list)) as string[]),
    ];
  } catch {
    return [];
  }
}
