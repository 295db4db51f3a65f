import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { FAILURE_EXIT } from "../../src/core/failure.ts";

const PAGE = new URL("../../docs/protocol.md", import.meta.url);

test("docs/protocol.md has each kind of failure with its exit code, and no other", async () => {
  const table = /<!-- kinds:[\s\S]*<!-- \/kinds -->/.exec(await readFile(PAGE, "utf8"))?.[0] ?? "";
  const rows = [...table.matchAll(/^\| `([\w-]+)` \| (\d+) \|/gm)].map(([, kind, code]) => [
    kind,
    Number(code),
  ]);
  expect(rows).toEqual(Object.entries(FAILURE_EXIT));
});
