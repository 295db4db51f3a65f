/**
 * Issue 3, rows 6 and 7: whatever runs around gunicorn in the server's container, a cycle has every worker's data and
 * the same total; and a server whose own hook writes the data works as it is.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Layout, Layouts, type Outcome } from "../support/layout.ts";

const GUNICORN = ["gunicorn", "xy:create_app()"];

const SERVERS: Readonly<Record<string, Layout>> = {
  "gunicorn as pid 1": { command: GUNICORN },
  tini: { command: ["tini", "--", ...GUNICORN] },
  "tini -g": { command: ["tini", "-g", "--", ...GUNICORN] },
  "init: true": { options: ["--init"], command: GUNICORN },
  "a shell script as pid 1": { command: ["./entry.sh"] },
  "tini -g and a script": { command: ["tini", "-g", "--", "./entry.sh"] },
  "sh -c": { command: ["sh", "-c", "gunicorn 'xy:create_app()'; echo ended"] },
  "python -m gunicorn": { command: ["python", "-m", ...GUNICORN] },
  "a script called gunicorn.sh": { command: ["./gunicorn.sh"] },
  "no shell and no procps": { image: "no-shell", command: GUNICORN },
  "a busybox userland": { image: "busybox", command: ["sh", "./entry.sh"] },
  "pytest-cov in the server's Python, its variables set": {
    image: "pytest-cov",
    options: "-e COV_CORE_SOURCE=source -e COV_CORE_CONFIG=: -e COV_CORE_DATAFILE=/tmp/.coverage".split(" "),
    command: GUNICORN,
  },
  "128 MB, where plain gunicorn takes 110 over a reload": {
    options: ["--memory", "128m", "--memory-swap", "128m"],
    command: GUNICORN,
  },
  setproctitle: { image: "setproctitle", command: GUNICORN },
  "setproctitle, with the record elsewhere": {
    image: "setproctitle",
    options: ["-e", "GUNICOV_DIR=/elsewhere/record", "--tmpfs", "/elsewhere:mode=1777"],
    command: GUNICORN,
  },
  "a user without a name": { options: ["--user", "12345:12345"], command: GUNICORN },
  "a master that is root, workers that are not": {
    options: ["--user", "0"],
    command: [...GUNICORN, "--user", "xy", "--group", "xy"],
  },
  "a master that is root, workers that are not, restarted": {
    options: ["--user", "0"],
    command: [...GUNICORN, "--user", "xy", "--group", "xy"],
    early: true,
    restart: true,
  },
  "an entrypoint that drops root": {
    options: ["--user", "0"],
    command: ["setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", ...GUNICORN],
  },
  "an entrypoint that drops root to a user with a name, in a script": {
    options: ["--user", "0"],
    command: [
      "sh",
      "-c",
      "setpriv --reuid=xy --regid=xy --init-groups gunicorn 'xy:create_app()'; echo ended",
    ],
    early: true,
  },
  "15 s until gunicorn": {
    command: ["sh", "-c", "sleep 15; exec gunicorn 'xy:create_app()'"],
    early: true,
  },
};

const OWN = ["gunicorn", "-c", "own.py", "xy:create_app()"];
const ownHook = (directory: string, ...env: string[]): Layout => ({
  hook: false,
  options: ["-e", `DATA=${directory}`, ...env.flatMap((one) => ["-e", one]), "--tmpfs", "/cov:mode=1777"],
  command: OWN,
});

const LIST = "import glob; print(len(glob.glob('PATTERN', include_hidden=True)))";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("the server's container", () => {
  let layouts: Layouts;
  let first: unknown = null;
  beforeAll(async () => {
    layouts = await Layouts.open();
  }, 300_000);
  afterAll(() => layouts?.close());

  function expectWhole({ cycle, code, processes }: Outcome): void {
    expect(cycle.of("error")).toEqual([]);
    expect(cycle.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(code).toBe(0);
    expect(cycle.report().complete).toBe(true);
    expect(cycle.of("coverage.complete")).toMatchObject([{ expected: 2, written: 2, lost: [] }]);
    first ??= cycle.report().totals;
    expect(cycle.report().totals).toEqual(first);
    expect(cycle.report().totals.num_statements).toBeGreaterThan(100);
    expect(processes.filter((one) => one.includes("gunicov_helper"))).toEqual([]);
  }

  /** An image that does not have what its name says would prove nothing. */
  async function expectAsNamed({ image }: Layout, { processes, exec }: Outcome): Promise<void> {
    const titled = processes.some((one) => one.startsWith("gunicorn: master"));
    expect(titled).toBe(image === "setproctitle");
    if (image === "no-shell")
      await expect(exec(["sh", "-c", ":"])).rejects.toThrow("executable file not found");
    if (image === "busybox") expect(await exec(["readlink", "/usr/bin/ls"])).toContain("busybox");
    await expect(exec(["pkill", "-V"])).rejects.toThrow();
  }

  for (const [name, layout] of Object.entries(SERVERS)) {
    test(name, { timeout: 120_000 }, async () => {
      await layouts.with(layout, async (gunicov) => {
        const outcome = await gunicov();
        expectWhole(outcome);
        expect(outcome.cycle.report().reasons).toEqual([]);
        await expectAsNamed(layout, outcome);
        const generation = `${outcome.cycle.report().generations[0]}`.padStart(6, "0");
        const pattern = `/*/[gr]*/master-*/gen-${generation}/.coverage.*`;
        const count = await outcome.exec(["/venv/bin/python", "-c", LIST.replace("PATTERN", pattern)]);
        expect(Number(count)).toBe(2);
      });
    });
  }

  test("two masters in one container: asks which, and measures the one named, which is not all", async () => {
    await layouts.with({ command: ["./two.sh"] }, async (gunicov) => {
      const asked = await gunicov();
      expect(asked.code).toBe(2);
      const [error] = asked.cycle.of("error");
      expect(error).toMatchObject({ kind: "several-masters" });
      expect(error?.message).toMatch(/pid \d+: .*--name main xy.*/);
      expect(error?.message).toMatch(/pid \d+: .*--name other xy.*/);
      expect(error?.fix).toContain("[tool.gunicov.server]");
      // Both run the app, and only one is measured.
      const named = await gunicov('master = "--name main"');
      expect(named.code).toBe(4);
      const { complete, reasons } = named.cycle.report();
      expect(complete).toBe(false);
      expect(reasons).toEqual([expect.stringMatching(/one of 2 with this app here.*--name other xy/)]);
    });
  });

  describe("a hook of the server's own", () => {
    test("without its directory: told what to do", async () => {
      await layouts.with(ownHook("/cov"), async (gunicov) => {
        const { cycle, code } = await gunicov();
        expect(code).toBe(2);
        expect(cycle.of("error")).toMatchObject([{ kind: "no-hook" }]);
        expect(cycle.of("error")[0]?.fix).toMatch(/GUNICOV_USER_CONFIG.*coverage_dir = /);
      });
    });

    for (const [name, layout] of [
      ["that writes to a tmpfs", ownHook("/cov")],
      ["that writes to a directory of its own", ownHook("/tmp/data", "WIPE=1")],
      ["that empties a tmpfs at each fork", ownHook("/cov", "WIPE=1")],
    ] as const) {
      test(`${name}: the same total, unproven`, async () => {
        await layouts.with(layout, async (gunicov) => {
          const directory = name.includes("tmpfs") ? "/cov" : "/tmp/data";
          const outcome = await gunicov(`coverage_dir = "${directory}"`);
          expectWhole(outcome);
          expect(outcome.cycle.report().reasons).toEqual([
            expect.stringMatching(/^unproven: 2 workers exited/),
          ]);
          expect(outcome.cycle.of("warning")).toMatchObject([
            { message: expect.stringMatching(/^unproven/) },
          ]);
        });
      });
    }

    test("of which one worker leaves nothing: incomplete", async () => {
      await layouts.with(ownHook("/cov", "LOSE=1"), async (gunicov) => {
        const { cycle, code } = await gunicov('coverage_dir = "/cov"');
        expect(code).toBe(4);
        expect(cycle.of("coverage.incomplete")).toMatchObject([
          { expected: 2, written: 1, lost: [{ cause: "it left no data file" }] },
        ]);
        expect(cycle.report().complete).toBe(false);
        expect(cycle.report().reasons[0]).toContain("2 workers exited, 1 data file in /cov");
      });
    });
  });
});
