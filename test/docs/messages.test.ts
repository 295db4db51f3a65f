import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (file: string) => readFileSync(`${ROOT}${file}`, "utf8");

/** What gunicov says, as its source has it. */
const source = globSync(["bin/gunicov", "src/**/*.{ts,tsx}", "python/**/*.py"], { cwd: ROOT })
  .map(read)
  .join("\n");

/** `**"has no … package".**`: what stands for a name or a number is `…`. */
const quoted = [...read("docs/troubleshooting.md").matchAll(/^\*\*"(.+?)"/gm)].map(([, words = ""]) => words);

test("troubleshooting.md quotes messages", () => {
  expect(quoted.length).toBeGreaterThan(5);
});

test.each(quoted)("gunicov says %s", (words) => {
  for (const part of words.split("…")) expect(source.includes(part.trim()), part).toBe(true);
});
