/** How a service's gunicorn is started, as far as that decides how it can load a hook. */
import { describe, expect, test } from "vitest";
import { container, type Files, found, HTTP_TEST } from "./project.ts";

const APP = { "app.py": "app = None\n", "tests/test_a.py": HTTP_TEST };
const WEB = "services:\n  web:\n    build: .\n    volumes: ['.:/app']\n    ports: ['8000:8000']\n";
const SCRIPT =
  '#!/bin/sh\nif [ "$COVERAGE" = 1 ]; then\n  exec gunicorn --config conf.py app:app\nfi\nexec gunicorn app:app\n';
const EXECS = '#!/bin/sh\nset -e\nexec "$@"\n';

const started = async (files: Files, world = {}) => (await found({ ...APP, ...files }, world)).started;
const commands = async (files: Files, world = {}) =>
  (await started(files, world))?.commands.map(({ where, config, open }) => [where, config, open]);

describe("a -c of gunicorn's is found", () => {
  test.each<[string, Files, string, string | null]>([
    [
      "in a script that the image starts",
      { Dockerfile: 'FROM x\nWORKDIR /app\nCMD ["./wallet.sh"]\n', "wallet.sh": SCRIPT },
      "wallet.sh:3",
      "conf.py",
    ],
    [
      "behind an entrypoint that executes the command",
      {
        Dockerfile: 'FROM x\nENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "-cconf.py", "app:app"]\n',
        "entrypoint.sh": EXECS,
      },
      "",
      "conf.py",
    ],
    [
      "in CMD's shell form",
      { Dockerfile: "FROM x\nCMD migrate && gunicorn --conf=conf.py app:app\n" },
      "",
      "conf.py",
    ],
    [
      "in a script that compose names",
      {
        "compose.yaml": `${WEB}    command: bash ./start.sh web\n`,
        Dockerfile: "FROM x\n",
        "start.sh": "case $1 in\n  web) exec gunicorn -c python:shop.conf app:app ;;\nesac\n",
      },
      "start.sh:2",
      "python:shop.conf",
    ],
    [
      "in compose's entrypoint",
      { "compose.yaml": `${WEB}    entrypoint: [gunicorn, -c, a.py, app:app]\n`, Dockerfile: "FROM x\n" },
      "",
      "a.py",
    ],
  ])("%s", async (_, files, where, config) => {
    const [first] = (await commands({ "compose.yaml": WEB, ...files })) ?? [];
    expect(first).toEqual([where, config, false]);
  });

  test("in each of a script's commands", async () => {
    const files = { "compose.yaml": WEB, Dockerfile: "FROM x\nCMD ./wallet.sh\n", "wallet.sh": SCRIPT };
    expect(await commands(files)).toEqual([
      ["wallet.sh:3", "conf.py", false],
      ["wallet.sh:5", null, false],
    ]);
  });

  test("in what runs, rather than in what the files say", async () => {
    const files = { "compose.yaml": WEB, Dockerfile: "FROM x\nCMD ./wallet.sh\n", "wallet.sh": SCRIPT };
    const line = "/venv/bin/python3 /venv/bin/gunicorn --config conf.py app:app";
    expect(
      await commands(files, { containers: [container("web", ["/bin/sh ./wallet.sh", line, line])] }),
    ).toEqual([["", "conf.py", false]]);
  });

  test.each(['gunicorn "$@"', "gunicorn $GUNICORN_OPTS app:app", 'gunicorn -k "$CLASS" "$APP_MODULE"'])(
    "or may stand in a shell's variable: %s",
    async (text) => {
      const files = { "compose.yaml": WEB, Dockerfile: "FROM x\nCMD ./run.sh\n", "run.sh": `${text}\n` };
      expect((await commands(files))?.[0]?.[2]).toBe(true);
    },
  );

  test("not in a variable that is another option's value", async () => {
    const text = 'gunicorn --workers "$WORKERS" -b "0.0.0.0:$PORT" app:app\n';
    const files = { "compose.yaml": WEB, Dockerfile: "FROM x\nCMD ./run.sh\n", "run.sh": text };
    expect((await commands(files))?.[0]).toEqual(["run.sh:1", null, false]);
  });
});

describe("the image's variables", () => {
  const DOCKERFILE =
    'ARG BASE=py\nFROM $BASE AS base\nENV PYTHONPATH=/app GUNICORN_CMD_ARGS="--workers 3"\nFROM base\nENV PYTHONPATH /lib:$PYTHONPATH\nCMD gunicorn app:app\n';

  test("are those of its Dockerfile, of all its stages, and of its base", async () => {
    const files = { "compose.yaml": WEB, Dockerfile: DOCKERFILE };
    expect((await started(files, { imageEnv: { py: { HOME: "/root" } } }))?.imageEnv).toEqual({
      HOME: "/root",
      PYTHONPATH: "/lib:/app",
      GUNICORN_CMD_ARGS: "--workers 3",
    });
  });

  test("are those of its container, if it runs", async () => {
    const env = { PYTHONPATH: "/there" };
    const one = container("web", ["gunicorn app:app"], { env });
    const files = { "compose.yaml": WEB, Dockerfile: DOCKERFILE };
    expect((await started(files, { containers: [one] }))?.imageEnv).toEqual(env);
  });

  test("are not known of an image that is not here", async () => {
    const compose = WEB.replace("build: .", "image: shop").concat("    command: gunicorn app:app\n");
    expect((await started({ "compose.yaml": compose }))?.imageEnv).toBeNull();
    const here = { imageEnv: { shop: { A: "1" } } };
    expect((await started({ "compose.yaml": compose }, here))?.imageEnv).toEqual({ A: "1" });
  });
});

const OWN = `import coverage
cov = coverage.Coverage(config_file=".coveragerc")

def post_fork(server, worker):
    cov.start()

def worker_exit(server, worker):
    cov.save()
`;

describe("a server whose own config measures", () => {
  const files = {
    "compose.yaml": WEB,
    Dockerfile: "FROM x\nCMD ./wallet.sh\n",
    "wallet.sh": SCRIPT,
    "conf.py": OWN,
    ".coveragerc": "[run]\ndata_file = /tmp/coverage/.coverage\n",
  };

  test("lacks no hook, and it is said what its numbers are", async () => {
    const { missing, findings, config } = await found({ ...APP, ...files });
    expect(missing.map(({ kind }) => kind)).not.toContain("no-hook");
    expect(findings.find(({ key }) => key === "hook")).toEqual({
      key: "hook",
      value: "the server's own (conf.py)",
      why: "it measures each worker itself, and its data go to /tmp/coverage (.coveragerc); totals are shown as unproven",
    });
    expect(config.server?.coverage_dir).toBe("/tmp/coverage");
  });

  test.each([
    [
      "the config itself says where",
      { "conf.py": OWN.replace('config_file=".coveragerc"', 'data_file="/cov/.coverage"') },
      "/cov",
    ],
    ["nothing says where", { ".coveragerc": "[run]\nparallel = True\n" }, undefined],
    ["its place is a relative one", { ".coveragerc": "[run]\ndata_file = data/.coverage\n" }, undefined],
  ])("has its data where %s", async (_, more, directory) => {
    expect((await found({ ...APP, ...files, ...more })).config.server?.coverage_dir).toBe(directory);
  });

  test("is none if the config only mentions coverage, or none of its commands takes it", async () => {
    const mentions =
      "# coverage is measured elsewhere\ndef post_fork(s, w): pass\ndef worker_exit(s, w): pass\n";
    const kinds = async (more: Files) =>
      (await found({ ...APP, ...files, ...more })).missing.map(({ kind }) => kind);
    expect(await kinds({ "conf.py": mentions })).toContain("no-hook");
    expect(await kinds({ "wallet.sh": "gunicorn -c other.py app:app\n" })).toContain("no-hook");
  });
});
