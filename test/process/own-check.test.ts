/** What is shown is compared with coverage.py's own numbers: none other stays on any surface. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ofType } from "../support/facts.ts";
import { ROOT, remove, run, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project } from "../support/small-project.ts";

const APP = `import os

def app(environ, start_response):
    with open(os.devnull) as file:
        for _ in [1]:
            file.read()
    start_response("200 OK", [("Content-Type", "text/plain")])
    with open(os.devnull) as file:
        if environ:
            file.read()
    return [b"hello"]
`;
/** To the helper alone, coverage.py's JSON says that line 1 of app.py is missed. */
const OTHER_JSON = `import sys
if sys.argv == ["-c"]:
    from coverage.jsonreport import JsonReporter
    real = JsonReporter.report_one_file
    def report_one_file(self, data, analysis, *rest):
        row = real(self, data, analysis, *rest)
        row["missing_lines"] = [1]
        return row
    JsonReporter.report_one_file = report_one_file
`;
const RC = "[run]\nbranch = True\nsource = .\nomit = tests/*, site/*\n";
const SAID = /gunicov's numbers were not coverage.py's \(app.py: missing_lines \[\], coverage.py: \[1\]/;

/** A directory of its own. */
async function place(): Promise<string> {
  const files = { "app.py": APP, ".coveragerc": RC, "site/sitecustomize.py": OTHER_JSON };
  return await project({ files });
}

describe("`with` blocks that end in a jump", () => {
  let here: string;
  beforeAll(async () => {
    here = await place();
  });
  afterAll(() => remove(here));

  test("have the branches that coverage.json tells of, and nothing is said", async () => {
    const session = new Session(["run", "--json"], here);
    expect(await session.ended()).toBe(0);
    const cycle = await session.next();
    const { files, totals } = cycle.report();
    const kept = JSON.parse(await readFile(join(here, ".gunicov", "coverage.json"), "utf8"));
    expect(totals).toMatchObject({ percent_covered: kept.totals.percent_covered });
    const app = files.find(({ path }) => path === "app.py");
    const theirs = kept.files[join(here, "app.py")];
    expect(app?.missing_branches).toEqual(theirs.missing_branches);
    expect(theirs.missing_branches).toEqual([[9, 11]]);
    expect(cycle.of("warning")).toEqual([]);
    expect(cycle.of("report")).toHaveLength(1);
  });
});

describe("a difference from coverage.py's own numbers", () => {
  let here: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    here = await place();
    env = { PYTHONPATH: join(here, "site") };
  });
  afterAll(() => remove(here));

  test("is said by `run --json`, whose last report is coverage.py's", async () => {
    const session = new Session(["run", "--json"], here, env);
    expect(await session.ended()).toBe(0);
    const cycle = await session.next();
    expect(cycle.of("warning").map(({ message }) => message)).toEqual([expect.stringMatching(SAID)]);
    const missing = cycle.of("report").map(({ files }) => files[0]?.missing_lines);
    expect(missing).toEqual([[], [1]]);
    expect(session.facts.at(-1)?.type).toBe("cycle.finished");
  });

  test("is said by plain `run`, whose last table is coverage.py's", async () => {
    const gunicov = [process.execPath, join(ROOT, "bin", "gunicov"), "run"];
    const printed = await run(gunicov, { cwd: here, env });
    expect(printed).toMatch(SAID);
    const rows = printed.split("\n").filter((line) => /^ *app\.py /.test(line));
    expect(rows).toHaveLength(2);
    expect(rows[1]).not.toBe(rows[0]);
  });

  test("is said by `watch` when it is known, and with each report since", async () => {
    const session = new Session(["watch", "--json"], here, env);
    try {
      await session.next();
      await until("coverage.py's own report", () => ofType(session.facts, "report").length === 2);
      expect(session.facts.at(-1)).toMatchObject({ type: "report", cycle: 2, complete: true });
      await writeFile(join(here, "app.py"), `${APP}X = 1\n`);
      const cycle = await session.next();
      expect(cycle.report().files[0]?.missing_lines).toEqual([1]);
      const said = ofType(session.facts, "warning").filter(({ message }) => SAID.test(message));
      expect(said.map((one) => one.cycle)).toEqual([2, 2]);
    } finally {
      await session.kill();
    }
  });
});
