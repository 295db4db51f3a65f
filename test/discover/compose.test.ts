import { describe, expect, test } from "vitest";
import { container, found, HTTP_TEST, UNIT_TEST } from "./project.ts";

const BOOK = {
  "docker-compose.yml": `version: "3"
services:
  redis_pubsub:
    build: {context: ., dockerfile: Dockerfile}
    image: allocation-image
    volumes: ["./src:/src", "./tests:/tests"]
    entrypoint: [python, /src/allocation/entrypoints/redis_eventconsumer.py]
  api:
    image: allocation-image
    build: .
    depends_on: [redis_pubsub]
    environment: [DB_HOST=postgres, "API_HOST=api"]
    command: gunicorn -b 0.0.0.0:80 allocation.entrypoints.flask_app:app
    volumes:
      - ./src:/src
      - ./tests:/tests
    ports: ["5005:80"]
  postgres:
    image: postgres:9.6
    ports: ["54321:5432"]
`,
  "src/allocation/__init__.py": "",
  "src/allocation/entrypoints/flask_app.py": "from flask import Flask\napp = Flask(__name__)\n",
  "tests/conftest.py": "import requests\n",
  "tests/pytest.ini": "",
  "tests/unit/test_batches.py": UNIT_TEST,
  "tests/integration/test_views.py": UNIT_TEST,
  "tests/e2e/test_api.py": "from . import api_client\n\ndef test_it():\n    api_client.post()\n",
  "tests/e2e/api_client.py": "import requests\n",
};

describe("compose", () => {
  test("the book's layout: service, source and the tests in the server's container, of which only e2e sends requests", async () => {
    const { config, questions, findings } = await found(BOOK);
    expect(questions).toEqual([]);
    expect(config).toEqual({
      server: { service: "api", source: ["src"] },
      tests: { service: "api", command: ["pytest", "/tests/e2e"], source: ["tests"] },
    });
    expect(findings.find(({ key }) => key === "server.service")?.why).toContain("docker-compose.yml:13");
  });

  test("with a .venv that has pytest the tests run on this machine", async () => {
    const { config } = await found({ ...BOOK, ".venv/bin/pytest": "" });
    expect(config.tests).toMatchObject({ command: ["pytest", "tests/e2e"] });
    expect(config.tests?.service).toBeUndefined();
  });

  test("gunicorn in the Dockerfile's CMD; a worker with the same image has a command of its own", async () => {
    const { config, questions } = await found({
      "compose.yaml": `services:
  web: {build: ., volumes: [".:/app"], ports: ["8000:8000"]}
  worker: {build: ., command: celery -A shop worker, volumes: [".:/app"]}
  nginx: {image: nginx}
`,
      Dockerfile:
        'FROM python AS base\nWORKDIR /app\nCMD ["python"]\nFROM base\nCMD gunicorn \\\n  --bind 0.0.0.0:8000 \\\n  shop.wsgi\n',
      "manage.py": "",
      "shop/wsgi.py": "application = get_wsgi_application()\n",
      "tests/system/test_pages.py": HTTP_TEST,
      "tests/unit/test_models.py": UNIT_TEST,
    });
    expect(questions).toEqual([]);
    expect(config.server).toEqual({ service: "web", source: ["."] });
  });

  test.each([
    [
      "a start script that the Dockerfile copies",
      'COPY docker/start.sh /start.sh\nCMD ["/start.sh"]',
      "",
      {
        "docker/start.sh":
          "#!/bin/sh\npip install gunicorn\npython manage.py migrate\nexec gunicorn shop.wsgi\n",
      },
    ],
    [
      "an entrypoint that executes its command",
      'ENTRYPOINT ["/entrypoint.sh"]\nCMD ["gunicorn", "shop.wsgi"]',
      "",
      { "entrypoint.sh": 'exec "$@"\n' },
    ],
    [
      "a shell's command",
      "CMD python",
      'command: bash -c "python manage.py migrate && gunicorn shop.wsgi -b :8000"',
      {},
    ],
    ["a list", "CMD python", 'command: [poetry, run, gunicorn, "shop.wsgi"]', {}],
    ["python -m", "CMD python", "command: python -m gunicorn shop.wsgi", {}],
    [
      "a mounted script",
      "CMD python",
      "command: /app/bin/boot.sh",
      { "bin/boot.sh": "exec python -m gunicorn shop.wsgi\n" },
    ],
    [
      "supervisord",
      "CMD supervisord -c /etc/supervisord.conf",
      "",
      { "etc/supervisord.conf": "[program:web]\ncommand=gunicorn shop.wsgi\n" },
    ],
  ])("gunicorn is seen in %s", async (_what, dockerfile, command, more) => {
    const { config } = await found({
      "compose.yaml": `services:\n  web:\n    build: .\n    volumes: [".:/app"]\n    ${command}\n`,
      Dockerfile: `FROM python\n${dockerfile}\n`,
      "shop/wsgi.py": "",
      ...more,
    });
    expect(config.server?.service).toBe("web");
  });

  test.each([
    ["installed, and not started", "command: sh -c 'pip install gunicorn && python manage.py runserver'"],
    ["another program", "command: python manage.py runserver"],
    ["a word of another program", "command: pkill gunicorn"],
  ])("no gunicorn: %s", async (_what, command) => {
    const { config, missing } = await found({
      "compose.yaml": `services:\n  web:\n    image: shop\n    volumes: [".:/app"]\n    ${command}\n`,
      "shop/a.py": "",
    });
    expect(config.server).toBeUndefined();
    expect(missing[0]?.message).toBe("No service in /project/compose.yaml starts gunicorn: web.");
  });

  test("two services that run gunicorn are a question, never a guess", async () => {
    const files = {
      "compose.yaml": `services:
  admin: {image: a, command: gunicorn admin:app}
  web: {image: a, command: gunicorn web:app, ports: ["80:8000"]}
`,
      "a.py": "",
    };
    const { config, questions } = await found(files);
    expect(config.server).toBeUndefined();
    expect(questions).toMatchObject([
      { key: "server.service", answers: [{ value: "web" }, { value: "admin" }] },
    ]);
    const answered = await found(files, {
      given: { config: { server: { service: "admin" } }, local: false },
    });
    expect(answered.questions).toEqual([]);
    expect(answered.missing.map(({ message }) => message).join()).toContain("service admin");
  });

  test("a container that runs wins over the files: its processes, and what it mounts", async () => {
    const { config, findings } = await found(
      {
        "compose.yaml": "services:\n  web: {image: a, command: python run.py, volumes: ['./old:/app']}\n",
        "old/a.py": "",
        "new/a.py": "x = 1",
      },
      {
        containers: [
          container("web", ["/sbin/tini -- x", "/usr/bin/python /usr/bin/gunicorn app:app"], {
            mounts: [{ host: "/project/new", inside: "/app" }],
          }),
        ],
        sameBytes: true,
      },
    );
    expect(config.server).toEqual({ service: "web", source: ["new"] });
    expect(findings.find(({ key }) => key === "server.source")?.why).toBe(
      "seen in project_web_1 as /app, same bytes of new/a.py",
    );
  });

  test("a mount whose bytes are others is none, and is said", async () => {
    const { config, missing } = await found(
      { "compose.yaml": "services:\n  web: {image: a, command: gunicorn a}\n", "src/a.py": "x = 1" },
      {
        containers: [
          container("web", ["gunicorn: master [a]"], { mounts: [{ host: "/project/src", inside: "/app" }] }),
        ],
        sameBytes: false,
      },
    );
    expect(config.server?.source).toBeUndefined();
    expect(missing.map(({ message }) => message).join()).toContain("other bytes of src/a.py");
  });

  test("two projects run from these files: which one is a question", async () => {
    const other = container("web", ["gunicorn a"]);
    const { questions } = await found(
      { "compose.yaml": "services:\n  web: {image: a, command: gunicorn a}\n", "a.py": "" },
      {
        containers: [
          container("web", ["gunicorn a"]),
          {
            ...other,
            compose: {
              project: "second",
              service: "web",
              directory: "/project",
              files: ["/project/compose.yaml"],
            },
          },
        ],
      },
    );
    expect(questions).toMatchObject([
      { key: "server.project", answers: [{ value: "project" }, { value: "second" }] },
    ]);
  });

  test("a container whose labels tell no directory is of no project here, not of the working directory's", async () => {
    const here = process.cwd();
    const elsewhere = container("server", ["gunicorn a"]);
    const { config, questions } = await found(
      { [`${here}/compose.yaml`]: "services:\n  web: {image: a, command: gunicorn a}\n" },
      {
        root: here,
        containers: [
          { ...elsewhere, compose: { project: "other", service: "server", directory: "", files: [] } },
        ],
      },
    );
    expect(questions).toEqual([]);
    expect(config.server?.service).toBe("web");
  });

  test("a shell in the entrypoint, its text in the command; a hook that comes by env_file", async () => {
    const { config, missing, findings } = await found({
      "compose.yaml":
        "services:\n  web:\n    image: a\n    entrypoint: [sh, -c]\n    command: ['exec gunicorn a:app']\n    volumes: ['./src:/app']\n    env_file: web.env\n",
      "web.env": "GUNICORN_CMD_ARGS=-c /gunicov/gunicov_hook.py\n",
      "src/a.py": "",
    });
    expect(config.server?.service).toBe("web");
    expect(findings.find(({ key }) => key === "server.service")?.why).toBe("compose.yaml:5: gunicorn a:app");
    expect(missing.map(({ kind }) => kind)).not.toContain("no-hook");
  });

  test("what is not mounted, not started and without the hook is missing, each with its fix", async () => {
    const { missing } = await found({
      "compose.yaml": "services:\n  web: {build: ., command: gunicorn a}\n",
      "a.py": "",
      "tests/test_a.py": HTTP_TEST,
    });
    expect(missing.map(({ kind }) => kind).toSorted()).toEqual(["config", "no-hook", "no-service"]);
    for (const { fix } of missing) expect(fix.length).toBeGreaterThan(10);
  });
});

describe("a tests service", () => {
  const withTests = (service: string) => ({
    "compose.yaml": `services:
  server: {build: ., command: gunicorn app:app, volumes: ["./source:/usr/src/app"]}
  tests:
    build: .
    volumes: ["./test:/usr/src/test"]
    ${service}
`,
    "source/app.py": "x = 1",
    "test/system/test_a.py": HTTP_TEST,
    "test/unit/test_b.py": UNIT_TEST,
  });

  test("one that stays runs the system tests, by their paths in it", async () => {
    const { config } = await found(withTests("command: sleep infinity"));
    expect(config.tests).toEqual({
      service: "tests",
      command: ["pytest", "/usr/src/test/system"],
      source: ["test"],
    });
  });

  test("one whose command is pytest's is made anew for each run, with that command", async () => {
    const { config } = await found(
      withTests("command: sh -c './wait-for server:80 -- pytest -n 2 test/system'"),
    );
    expect(config.tests).toMatchObject({
      service: "tests",
      run: "compose-run",
      command: ["pytest", "-n", "2", "test/system"],
    });
  });

  test("profiles do not hide it", async () => {
    const { config } = await found(withTests("profiles: [test]"));
    expect(config.tests?.service).toBe("tests");
  });
});

describe("compose's files", () => {
  const WEB = "services:\n  web: {image: a, command: gunicorn a}\n";

  test.each<[string, Record<string, string>, Record<string, string>]>([
    [
      "above the root, in the same repository",
      { "/top/compose.yaml": WEB, "/top/.git/HEAD": "", "/top/backend/a.py": "" },
      {},
    ],
    [
      "by COMPOSE_FILE",
      { "/top/backend/ci.yaml": WEB, "/top/backend/compose.yaml": "services: {}" },
      { COMPOSE_FILE: "ci.yaml" },
    ],
    [
      "by COMPOSE_FILE in .env",
      {
        "/top/backend/ci.yaml": WEB,
        "/top/backend/compose.yaml": "services: {}",
        "/top/backend/.env": "COMPOSE_FILE=ci.yaml\n",
      },
      {},
    ],
    [
      "by -f in a Makefile",
      {
        "/top/backend/docker/dev.yaml": WEB,
        "/top/backend/Makefile": "up:\n\tdocker compose -f docker/dev.yaml up -d\n",
        "/top/.git/HEAD": "",
      },
      {},
    ],
    ["below the root", { "/top/backend/deploy/compose.yml": WEB, "/top/.git/HEAD": "" }, {}],
  ])("%s", async (_what, files, env) => {
    const { config } = await found(files, { env, root: "/top/backend" });
    expect(config.server?.service).toBe("web");
  });

  test("a compose file above the repository is another project's", async () => {
    const { compose } = await found(
      { "/compose.yaml": WEB, "/top/.git/HEAD": "", "/top/a.py": "" },
      { root: "/top" },
    );
    expect(compose).toBeNull();
  });

  test("overrides, extends, include and variables, where no compose is here to read them", async () => {
    const { compose, config } = await found(
      {
        "compose.yaml":
          // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's own words
          "include: [other/db.yaml]\nservices:\n  web:\n    extends: {file: base.yaml, service: base}\n    command: gunicorn -b :${PORT:-8000} a\n",
        "compose.override.yaml":
          "services:\n  web:\n    volumes: ['./src:/app']\n    environment: {GUNICORN_CMD_ARGS: '-c /gunicov/gunicov_hook.py'}\n",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's own words
        "base.yaml": "services:\n  base: {image: 'shop:${TAG}'}\n",
        "other/db.yaml": "services:\n  db: {image: postgres}\n",
        ".env": "TAG=7\n",
        "src/a.py": "",
      },
      {},
    );
    expect(compose?.services.map(({ name, image }) => `${name} ${image}`).toSorted()).toEqual([
      "db postgres",
      "web shop:7",
    ]);
    expect(compose?.services.find(({ name }) => name === "web")?.command).toEqual([
      "gunicorn",
      "-b",
      ":8000",
      "a",
    ]);
    expect(config.server).toEqual({ service: "web", source: ["src"] });
  });

  test("what compose refuses is said in its own words", async () => {
    const { missing } = await found(
      { "compose.yaml": WEB },
      { compose: { type: "refused", message: "services.web.ports must be a list" } },
    );
    expect(missing[0]?.message).toBe(
      "Compose can't read /project/compose.yaml: services.web.ports must be a list",
    );
  });
});

describe("a port that the engine chooses", () => {
  const READS = 'import os\nimport requests\n\nURL = os.environ["SHOP_URL"]\n';
  const web = (ports: string) => ({
    "compose.yaml": `services:\n  web: {image: a, command: gunicorn web:app, volumes: [".:/app"], ports: [${ports}]}\n`,
    "web.py": "app = 1\n",
    "tests/test_a.py": READS,
    ".venv/bin/pytest": "",
  });
  const PORTS = [{ published: 32771, target: 8000 }];

  test.each([
    '"8000"',
    "8000",
    '"127.0.0.1::8000"',
    '"3000-3010:8000"',
    "{target: 8000}",
    '"0:8000"',
    '"8000/tcp"',
  ])("is found at each run, and not written down: %s", async (ports) => {
    for (const containers of [[], [container("web", ["gunicorn web:app"], { ports: PORTS })]])
      expect((await found(web(ports), { containers })).config.tests?.env).toEqual({
        SHOP_URL: "http://127.0.0.1:{port}",
      });
  });

  test("is none where compose names it, also beside one that it does not name", async () => {
    const env = async (ports: string) => (await found(web(ports))).config.tests?.env;
    expect(await env('"8765:8000"')).toEqual({ SHOP_URL: "http://127.0.0.1:8765" });
    expect(await env('"5678", "8765:8000"')).toEqual({ SHOP_URL: "http://127.0.0.1:8765" });
  });

  test("is not guessed where there are two", async () => {
    expect((await found(web('"5678", "8000"'))).config.tests?.env).toBeUndefined();
  });
});
