import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { FAILURE_EXIT } from "../../src/core/failure.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const read = (path: string) => readFileSync(`${ROOT}${path}`, "utf8");
const page = read("docs/protocol.md");

/** The first cells of the rows of tables between two places in the page. */
function rowsBetween(start: string, end: string): readonly string[] {
  const part = page.slice(page.indexOf(start), page.indexOf(end, page.indexOf(start)));
  return [...part.matchAll(/^\| `([\w.-]+)` \|/gm)].map(([, name = ""]) => name);
}

test("docs/protocol.md has each kind of failure with its exit code, and no other", () => {
  const table = /<!-- kinds:[\s\S]*<!-- \/kinds -->/.exec(page)?.[0] ?? "";
  const rows = [...table.matchAll(/^\| `([\w-]+)` \| (\d+) \|/gm)].map(([, kind, code]) => [
    kind,
    Number(code),
  ]);
  expect(rows).toEqual(Object.entries(FAILURE_EXIT));
});

test("docs/protocol.md has each type of fact, and no other", () => {
  const types = [...read("src/core/fact.ts").matchAll(/readonly type: "([\w.-]+)"/g)].map(([, type]) => type);
  expect(types.length).toBeGreaterThan(15);
  expect(rowsBetween("## 6. Facts", "| field of `report`").toSorted()).toEqual(types.toSorted());
});

test("docs/protocol.md has each request of the helper, and no other", () => {
  const requests = globSync("python/gunicov_helper/requests/*.py", { cwd: ROOT }).map(read).join("\n");
  const names = [...requests.matchAll(/^ +def do_(\w+)\(/gm)].map(([, name]) => name);
  expect(rowsBetween("## 3. The server helper", "### find").toSorted()).toEqual(
    [...names, "cancel"].toSorted(),
  );
});
