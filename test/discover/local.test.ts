import { describe, expect, test } from "vitest";
import { type Files, found, HTTP_TEST, UNIT_TEST } from "./project.ts";

const BIND = ["--bind", "127.0.0.1:{port}"];
const FLASK = "from flask import Flask\napp = Flask(__name__)\n";

async function command(files: Files, env: Readonly<Record<string, string>> = {}) {
  const { config } = await found(files, { env });
  return config.server?.command;
}

describe("gunicorn's command without Docker", () => {
  test.each<[string, Files, readonly string[]]>([
    [
      "Procfile",
      { Procfile: "web: gunicorn --bind 0.0.0.0:$PORT -w 3 app:app\nworker: celery -A app worker\n" },
      ["gunicorn", ...BIND, "-w", "3", "app:app"],
    ],
    [
      "Procfile with a process beside it, and honcho",
      {
        Procfile: "web: gunicorn --bind 0.0.0.0:$PORT app:app\nworker: python -m worker\n",
        ".venv/bin/honcho": "",
      },
      ["sh", "-c", ". .venv/bin/activate && exec honcho start -p {port}"],
    ],
    [
      "Procfile with a release alone beside it",
      {
        Procfile: "release: python manage.py migrate\nweb: gunicorn -b :$PORT app:app\n",
        ".venv/bin/honcho": "",
      },
      ["gunicorn", ...BIND, "app:app"],
    ],
    [
      "Procfile with a default in the shell's words",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the file's own words
      { Procfile: "web: gunicorn -w ${WEB_CONCURRENCY:-2} app:app" },
      ["gunicorn", ...BIND, "-w", "2", "app:app"],
    ],
    [
      "Procfile with steps before it",
      { Procfile: "web: python manage.py migrate && gunicorn app:app" },
      ["sh", "-c", "python manage.py migrate && exec gunicorn --bind 127.0.0.1:{port} app:app"],
    ],
    [
      "Procfile with a variable of its own",
      { Procfile: "web: APP_ENV=test gunicorn app:app --reload" },
      ["env", "APP_ENV=test", "gunicorn", ...BIND, "app:app"],
    ],
    [
      "gunicorn.conf.py with wsgi_app",
      { "gunicorn.conf.py": 'wsgi_app = "app:app"\nbind = ":8000"\n' },
      ["gunicorn", ...BIND],
    ],
    [
      "a Makefile",
      { Makefile: "serve: install\n\t@poetry run gunicorn -b :5000 app:app\n" },
      ["poetry", "run", "gunicorn", ...BIND, "app:app"],
    ],
    [
      "a script",
      { "run.sh": "#!/bin/sh\nexec gunicorn app:app --daemon --pid x.pid\n" },
      ["gunicorn", ...BIND, "app:app"],
    ],
    [
      "a task of poe",
      { "pyproject.toml": '[tool.poe.tasks]\nserve = "gunicorn app:app"\n' },
      ["gunicorn", ...BIND, "app:app"],
    ],
    [
      "a script of pdm",
      { "pyproject.toml": '[tool.pdm.scripts]\nserve = {cmd = "gunicorn app:app"}\n' },
      ["gunicorn", ...BIND, "app:app"],
    ],
    [
      "a script of hatch",
      { "pyproject.toml": '[tool.hatch.envs.dev.scripts]\nserve = "gunicorn app:app"\n' },
      ["gunicorn", ...BIND, "app:app"],
    ],
    ["Flask's object", { "app.py": FLASK }, ["gunicorn", ...BIND, "--workers", "2", "app:app"]],
    [
      "an object below src",
      { "src/shop/__init__.py": "", "src/shop/web.py": FLASK },
      ["gunicorn", ...BIND, "--workers", "2", "--pythonpath", "src", "shop.web:app"],
    ],
    [
      "a factory",
      { "shop/__init__.py": "def create_app(config=None):\n    pass\n" },
      ["gunicorn", ...BIND, "--workers", "2", "shop:create_app()"],
    ],
    [
      "Django",
      {
        "manage.py": "",
        "site/__init__.py": "",
        "site/wsgi.py": "application = get_wsgi_application()\n",
        "site/asgi.py": "application = get_asgi_application()\n",
      },
      ["gunicorn", ...BIND, "--workers", "2", "site.wsgi:application"],
    ],
    [
      "FastAPI",
      {
        "app/__init__.py": "",
        "app/main.py": "app = FastAPI()\n",
        "requirements.txt": "uvicorn-worker==0.3\n",
      },
      [
        "gunicorn",
        ...BIND,
        "--worker-class",
        "uvicorn_worker.UvicornWorker",
        "--workers",
        "2",
        "app.main:app",
      ],
    ],
    [
      "FastAPI with uvicorn alone",
      { "main.py": "app: FastAPI = FastAPI()\n" },
      ["gunicorn", ...BIND, "--worker-class", "uvicorn.workers.UvicornWorker", "--workers", "2", "main:app"],
    ],
  ])("%s", async (_what, files, expected) => {
    expect(await command(files)).toEqual(expected);
  });

  test("the project's own gunicorn is taken: .venv, else what runs programs here", async () => {
    expect(await command({ "app.py": FLASK, ".venv/bin/gunicorn": "" })).toEqual([
      ".venv/bin/gunicorn",
      ...BIND,
      "--workers",
      "2",
      "app:app",
    ]);
    expect((await command({ "app.py": FLASK, "uv.lock": "" }))?.slice(0, 3)).toEqual([
      "uv",
      "run",
      "gunicorn",
    ]);
    expect((await command({ "app.py": FLASK, "uv.lock": "" }, { VIRTUAL_ENV: "/x" }))?.[0]).toBe("gunicorn");
  });

  test("an object of the tests, of docs or of an example is none", async () => {
    const { config } = await found({
      "app.py": FLASK,
      "tests/app.py": FLASK,
      "tests/test_a.py": UNIT_TEST,
      "examples/a/app.py": FLASK,
    });
    expect(config.server?.command?.at(-1)).toBe("app:app");
  });

  test("wsgi.py serves what it imports; an application that it does not is another answer", async () => {
    const wsgi = "from shop.main import app\n";
    const files = { "wsgi.py": wsgi, "shop/__init__.py": "", "shop/main.py": FLASK };
    expect((await found(files)).config.server?.command?.at(-1)).toBe("wsgi:app");
    const { questions } = await found({ ...files, "admin/__init__.py": "", "admin/panel.py": FLASK });
    expect(questions[0]?.answers.map(({ value }) => value.at(-1))).toEqual(["wsgi:app", "admin.panel:app"]);
  });

  test("plain WSGI and ASGI callables", async () => {
    expect((await command({ "app.py": "def app(environ, start_response):\n    pass\n" }))?.at(-1)).toBe(
      "app:app",
    );
    const asgi = await command({ "app.py": "async def application(scope, receive, send):\n    pass\n" });
    expect(asgi).toContain("uvicorn.workers.UvicornWorker");
  });

  test.each<[string, Files]>([
    ["honcho is not here", { Procfile: "web: gunicorn -b :$PORT a:app\nworker: python -m w\n" }],
    [
      "honcho gives another port to gunicorn",
      { Procfile: "worker: python -m w\nweb: gunicorn -b :$PORT a:app\n", ".venv/bin/honcho": "" },
    ],
    [
      "gunicorn does not take the port that honcho gives",
      { Procfile: "web: gunicorn -b :8000 a:app\nworker: python -m w\n", ".venv/bin/honcho": "" },
    ],
  ])("%s: gunicorn alone is started, and what is not is said", async (_, files) => {
    const { config, missing } = await found({ ...files, "tests/test_a.py": HTTP_TEST });
    expect(config.server?.command).toEqual(["gunicorn", ...BIND, "a:app"]);
    expect(missing.map(({ message }) => message)).toContain(
      "The Procfile's worker is not started with gunicorn.",
    );
  });

  test("two ways are a question", async () => {
    const { config, questions } = await found({ Procfile: "web: gunicorn a:app\nadmin: gunicorn b:app\n" });
    expect(config.server).toBeUndefined();
    expect(questions).toMatchObject([
      {
        key: "server.command",
        answers: [{ value: ["gunicorn", ...BIND, "a:app"] }, { why: "Procfile:2, admin" }],
      },
    ]);
  });

  test("nothing at all: it says what it looked for and where", async () => {
    const { config, missing } = await found({ "readme.md": "" });
    expect(config).toEqual({});
    expect(missing[0]?.message).toContain(
      "Nothing below /project says how gunicorn is started: no compose service, Procfile,",
    );
  });

  test("no engine, and a compose file: the service stays, and only --local leads to a server on this machine", async () => {
    const files = {
      "compose.yaml": "services:\n  web: {build: ., command: gunicorn app:app}\n",
      "app.py": FLASK,
    };
    const without = await found(files, { containers: null });
    expect(without.config.server).toEqual({ service: "web" });
    const local = await found(files, { containers: null, given: { config: {}, local: true } });
    expect(local.config.server).toMatchObject({
      command: ["gunicorn", ...BIND, "--workers", "2", "app:app"],
    });
    expect(local.config.server?.service).toBeUndefined();
  });
});

describe("which tests", () => {
  test.each<[string, Files, readonly string[]]>([
    [
      "those that send requests",
      { "tests/system/test_a.py": HTTP_TEST, "tests/unit/test_b.py": UNIT_TEST },
      ["pytest", "tests/system"],
    ],
    [
      "all of one directory",
      { "tests/test_a.py": HTTP_TEST, "tests/test_b.py": UNIT_TEST },
      ["pytest", "tests"],
    ],
    [
      "two directories that send",
      {
        "tests/e2e/test_a.py": HTTP_TEST,
        "tests/api/test_b.py": HTTP_TEST,
        "tests/unit/test_c.py": UNIT_TEST,
      },
      ["pytest", "tests/api", "tests/e2e"],
    ],
    [
      "deep ones of one kind",
      {
        "tests/e2e/a/test_a.py": HTTP_TEST,
        "tests/e2e/b/test_b.py": HTTP_TEST,
        "tests/unit/test_c.py": UNIT_TEST,
      },
      ["pytest", "tests/e2e"],
    ],
    [
      "not those whose client reaches no server",
      {
        "tests/api/test_a.py": "import httpx\nt = httpx.ASGITransport(app)\n",
        "tests/system/test_b.py": HTTP_TEST,
      },
      ["pytest", "tests/system"],
    ],
    [
      "by name where no client is seen",
      { "tests/e2e/test_a.py": UNIT_TEST, "tests/unit/test_b.py": UNIT_TEST },
      ["pytest", "tests/e2e"],
    ],
    [
      "testpaths",
      {
        "pytest.ini": "[pytest]\ntestpaths = checks\n",
        "checks/test_a.py": HTTP_TEST,
        "other/test_b.py": UNIT_TEST,
      },
      ["pytest", "checks"],
    ],
    [
      "as the Makefile runs them",
      {
        Makefile: "test: unit e2e\nunit:\n\tpytest tests/unit\ne2e:\n\tpytest -n 2 -q tests/e2e/\n",
        "tests/e2e/test_a.py": HTTP_TEST,
        "tests/unit/test_b.py": UNIT_TEST,
      },
      ["pytest", "-n", "2", "-q", "tests/e2e/"],
    ],
    [
      "as tox.ini runs them",
      {
        "tox.ini": "[testenv]\ncommands =\n    pytest --strict-markers tests {posargs}\n",
        "tests/test_a.py": HTTP_TEST,
      },
      ["pytest", "--strict-markers", "tests"],
    ],
    [
      "as nox runs them",
      {
        "noxfile.py": `import nox\n\n\n@nox.session\ndef unit(session):\n    session.run("pytest", "tests/unit")\n\n\n@nox.session(python=["3.12"])\ndef system(session: nox.Session) -> None:\n    session.install("pytest")\n    session.run(\n        "python", "-m", 'pytest', "-x",\n        "tests/e2e",\n        *session.posargs,\n    )\n`,
        "tests/e2e/test_a.py": HTTP_TEST,
        "tests/unit/test_b.py": UNIT_TEST,
      },
      ["pytest", "-x", "tests/e2e"],
    ],
    [
      "as a task runs them",
      {
        "pyproject.toml": '[tool.poe.tasks.system]\ncmd = "python -m pytest -x tests"\n',
        "tests/test_a.py": HTTP_TEST,
      },
      ["pytest", "-x", "tests"],
    ],
  ])("%s", async (_what, files, expected) => {
    const { config } = await found({ "app.py": FLASK, ...files });
    expect(config.tests?.command).toEqual(expected);
  });

  test("why, and what is left out, is said", async () => {
    const { findings } = await found({
      "app.py": FLASK,
      "tests/system/test_a.py": HTTP_TEST,
      "tests/unit/test_b.py": UNIT_TEST,
    });
    expect(findings.find(({ key }) => key === "tests.command")?.why).toBe(
      "sends requests (requests in tests/system/test_a.py:1); not tests/unit, which sends none",
    );
  });
});

describe("how the tests learn the address", () => {
  const project = (test: string) =>
    found({ "app.py": FLASK, "tests/test_a.py": `import os, requests\n${test}\n` });

  test.each<[string, string, object]>([
    ["one variable", 'URL = os.environ["BASE_URL"]', { BASE_URL: "http://127.0.0.1:{port}" }],
    [
      "one with a path",
      'URL = os.environ.get("API_URL", "http://localhost:8000/api/v1")',
      { API_URL: "http://127.0.0.1:{port}/api/v1" },
    ],
    [
      "host and port",
      'H = os.environ.get("API_HOST", "localhost")\nP = os.getenv("API_PORT", "5005")',
      { API_HOST: "127.0.0.1", API_PORT: "{port}" },
    ],
    [
      "not the database's",
      'D = os.environ["DATABASE_URL"]\nU = os.getenv("SERVER_URL")',
      { SERVER_URL: "http://127.0.0.1:{port}" },
    ],
  ])("%s", async (_what, text, expected) => {
    expect((await project(text)).config.tests?.env).toEqual(expected);
  });

  test("a fixed address: the server gets its port", async () => {
    const { config } = await project('URL = "http://localhost:8123/x"');
    expect(config.server?.port).toBe(8123);
  });

  test("two variables are a question", async () => {
    const { questions } = await project('A = os.environ["API_URL"]\nB = os.environ["WEB_URL"]');
    expect(questions).toMatchObject([
      { key: "tests.env", answers: [{ value: "API_URL=http://127.0.0.1:{port}" }, {}] },
    ]);
  });
});

test("a project below the root is started in its own directory, where its settings are", async () => {
  const { config } = await found({
    ".git/HEAD": "",
    "frontend/package.json": "{}",
    "backend/pyproject.toml": "",
    "backend/app/__init__.py": "",
    "backend/app/main.py": FLASK,
    "backend/.venv/bin/gunicorn": "",
    "backend/tests/e2e/test_a.py": "import os, urllib.request\n",
    "backend/tests/unit/test_b.py": UNIT_TEST,
  });
  expect(config).toEqual({
    server: {
      command: [".venv/bin/gunicorn", ...BIND, "--workers", "2", "app.main:app"],
      cwd: "backend",
      source: ["backend/app"],
    },
    tests: { command: ["pytest", "tests/e2e"], cwd: "backend", source: ["backend/tests"] },
  });
});
