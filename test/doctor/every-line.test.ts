import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LINES } from "../../src/doctor/finding.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");

/** Tests with a real gunicorn, and no other. */
const REAL = ["test/process/doctor.test.ts", "test/docker/doctor.test.ts"];

test("each line of doctor is made ✗ by a test on a real project", () => {
  const made = new Set(
    REAL.map(read).flatMap((text) => [...text.matchAll(/makesWrong\(\s*"(\w+)"/g)].map(([, id]) => id)),
  );
  expect(Object.keys(LINES).filter((id) => !made.has(id))).toEqual([]);
});

test("docs/troubleshooting.md has each line of doctor by its name and its id, in this order", () => {
  const rows = [...read("docs/troubleshooting.md").matchAll(/^\| ([\w .]+) \| .* \| `(\w+)` \|$/gm)];
  expect(rows.map(([, name, id]) => [id, name])).toEqual(Object.entries(LINES));
});
