/** A broken file that no worker loads (a template, a fixture) holds up no cycle. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { localPlaceIn } from "../support/local-place.ts";
import { temporaryDirectory } from "../support/machine.ts";
import { edit } from "../support/place.ts";
import { project } from "../support/small-project.ts";

const BROKEN = "def {{ name }}(:\n";

test("a template that does not compile is reported once, and every cycle goes on", async () => {
  const files = {
    "skeleton/module.py": "# {{ name }}\n",
    ".coveragerc": "[run]\nbranch = true\nsource = .\nomit = skeleton/*,tests/*\n",
  };
  const directory = await project({ files }, join(await temporaryDirectory("unloaded"), "project"));
  const place = localPlaceIn(directory);
  try {
    const session = await place.watch();
    expect((await session.next()).finished).toMatchObject({ outcome: "passed" });
    await writeFile(join(directory, "skeleton/module.py"), BROKEN);
    const first = await session.next();
    expect(first.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(first.of("check.failed")).toEqual([]);
    expect(first.of("warning").map((one) => one.message)).toEqual([
      expect.stringMatching(/^skeleton\/module\.py:1: SyntaxError: .* No worker loads this file/),
    ]);
    for (const number of [1, 2]) {
      await edit(place, "app.py", (text) => `${text}# ${number}\n`);
      const cycle = await session.next();
      expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
      expect(cycle.of("warning")).toEqual([]);
    }
    await edit(place, "app.py", (text) => `${BROKEN}${text}`);
    const failed = await session.next();
    expect(failed.of("check.failed")[0]?.failures[0]?.path).toBe("app.py");
    await edit(place, "app.py", (text) => text.slice(BROKEN.length));
    expect((await session.next()).finished).toMatchObject({ outcome: "passed" });
    expect(await session.stop()).toBe(0);
  } finally {
    await place.close();
  }
});
