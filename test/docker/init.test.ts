/** `gunicov init` in a project whose image starts gunicorn by a script, with a -c there: init, and nothing by hand, gives a table. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { demoImage } from "../support/container.ts";
import { ofType, parseFact } from "../support/facts.ts";
import { remove, run, temporaryDirectory } from "../support/machine.ts";

const APP = `def app(environ, start_response):
    if environ["PATH_INFO"] == "/a":
        body = b"a"
    else:
        body = b"b"
    start_response("200 OK", [("Content-Length", "1")])
    return [body]


def never():
    return 0
`;
const CONF = `workers = 2


def post_fork(server, worker):
    server.log.info("fork %s", worker.age)
`;
const TEST = `import os
import urllib.request

URL = os.environ.get("SHOP_URL", "http://127.0.0.1:8000")


def test_a():
    assert urllib.request.urlopen(URL + "/a").read() == b"a"
`;
const DOCKERFILE = `ARG BASE
FROM $BASE
ENV PYTHONPATH=/srv/shop
WORKDIR /srv/shop
COPY . .
ENTRYPOINT ["./entry.sh"]
CMD ["./start.sh"]
`;
const COMPOSE = (base: string) => `version: "3.7"
services:
  web:
    build:
      context: .
      args:
        BASE: ${base}
    user: root
    init: true
    volumes:
      - ./:/srv/shop
    ports:
      - "8000"
`;

let [root, up]: [string, boolean] = ["", false];
beforeEach(async () => {
  root = await temporaryDirectory("init-docker");
});
afterEach(async () => {
  const found = ["ps", "-aq", "--filter", `label=com.docker.compose.project=${nameOf(root)}`];
  const all = up ? (await run(["docker", ...found])).split("\n").filter((id) => id !== "") : [];
  if (all.length > 0) await run(["docker", "rm", "-f", "-v", ...all]);
  if (up) await run(["docker", "network", "rm", `${nameOf(root)}_default`]).catch(() => {});
  if (up) await run(["docker", "rmi", "-f", `${nameOf(root)}_web`, `${nameOf(root)}-web`]).catch(() => {});
  await remove(root);
});

const nameOf = (directory: string) => (directory.split("/").at(-1) ?? "").toLowerCase();

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("an image whose script gives gunicorn a -c", () => {
  test("init --up and run: the hook is loaded, the user's config holds, and all data are there", async () => {
    const texts = {
      "app.py": APP,
      "conf/gunicorn_settings.py": CONF,
      "tests/test_a.py": TEST,
      "entry.sh": '#!/bin/sh\nset -e\nexec "$@"\n',
      "start.sh": "#!/bin/sh\nexec gunicorn -c conf/gunicorn_settings.py --bind 0.0.0.0:8000 app:app\n",
      Dockerfile: DOCKERFILE,
      "compose.yaml": COMPOSE(await demoImage()),
    };
    for (const [name, text] of Object.entries(texts)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), text);
      if (name.endsWith(".sh")) await chmod(join(root, name), 0o755);
    }
    up = true;
    const env = { COMPOSE_PROJECT_NAME: nameOf(root), DOCKER_BUILDKIT: "0" };
    const made = await gunicov(["init", "--yes", "--up"], root, env);
    expect(made.code, made.stdout + made.stderr).toBe(0);
    expect(made.stdout).toContain("start.sh:2 has -c conf/gunicorn_settings.py");
    expect(made.stdout).toContain('+      PYTHONPATH: "/gunicov-hook/start:/srv/shop"');

    const cycle = await gunicov(["run", "--json"], root, env);
    expect(cycle.code, cycle.stdout + cycle.stderr).toBe(0);
    const facts = cycle.stdout.split("\n").filter(Boolean).map(parseFact);
    const report = ofType(facts, "report").at(-1);
    expect(report).toMatchObject({ complete: true, reasons: [] });
    // By hand: one branch of app() and never() are not run; the config is, in master and workers.
    const rows = report?.files.map(({ path, summary, missing_lines: missing }) => [
      path,
      summary.num_statements,
      missing,
    ]);
    expect(rows).toEqual([
      ["app.py", 8, [5, 11]],
      ["conf/gunicorn_settings.py", 3, []],
    ]);
    const again = await gunicov(["init", "--yes"], root, env);
    expect(again.stdout).toContain("Nothing to write");

    // From this machine the server has a port that the engine has chosen at its start.
    await writeFile(
      join(root, "gunicov.toml"),
      '[server]\nservice = "web"\nsource = ["."]\n[tests]\ncommand = ["pytest", "tests"]\nenv = { SHOP_URL = "http://127.0.0.1:{port}" }\n',
    );
    const here = await gunicov(["run"], root, env);
    expect(here.code, here.stdout + here.stderr).toBe(0);
  });
});
