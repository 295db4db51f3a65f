/** From a project with containers, without gunicov, to the table of a cold run: the wheel, and the commands of docs/start. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, temporaryDirectory } from "../support/machine.ts";
import { expectColdRun } from "./compare.ts";
import { CONTAINED } from "./contained.ts";
import { Containers } from "./containers.ts";
import { installedWheel } from "./python.ts";

/** In ms: where an engine has none of the images, all of them are built at once. */
const LONG = { timeout: 600_000 };

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("an example in containers", LONG, () => {
  let place: string;
  let tool: string;
  let containers: Containers;

  beforeAll(async () => {
    place = await temporaryDirectory("containers");
    tool = await installedWheel(join(place, "tool"));
    containers = await Containers.open();
  });

  afterAll(async () => {
    await containers?.close();
    await remove(place);
  });

  test.concurrent.each(CONTAINED)("$title: the page's commands give a cold run's table", async (example) => {
    const first = await containers.firstTable(example, place, tool);
    try {
      const { code, said } = first.typed;
      expect(code, said).toBe(0);
      const states = [...said.matchAll(/^TOTAL(?: \((\w+)\))? /gm)].map(([, state = null]) => state);
      expect(states, said).toEqual([example.state]);
      await expectColdRun(first.report, await first.cold(), first.directory);
    } finally {
      await first.close();
    }
  });
});
