/** What gunicov init would write in a project, and what it leaves alone. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { afterwards, foundWith, planned, ROOT, started, WEB } from "./project.ts";

describe("the configuration", () => {
  test("goes to the end of pyproject.toml, whose comments and order stay", () => {
    const text = "# first\n[project]\nname = 'x'  # why\n\n[tool.ruff]\nline-length = 100\n";
    const after = planned(foundWith({}), { "pyproject.toml": text }).written["pyproject.toml"];
    expect(after?.startsWith(text)).toBe(true);
    expect(after?.slice(text.length)).toBe(
      '\n[tool.gunicov.server]\nservice = "web"\nsource = ["src"]\n\n[tool.gunicov.tests]\ncommand = ["pytest", "tests"]\nsource = ["tests"]\n',
    );
  });

  test.each([
    ["no line break at its end", "[project]\nname = 'x'", /\["tests"\]$/],
    ["line breaks of Windows", "[project]\r\nname = 'x'\r\n", /^[^\r\n]*(?:\r\n[^\r\n]*)*$/],
    ["a BOM", "\uFEFF[project]\nname = 'x'\n", /^\uFEFF\[project\]/],
  ])("keeps %s", (_, text, pattern) => {
    const { written } = planned(foundWith({}), { "pyproject.toml": text });
    expect(written["pyproject.toml"]).toMatch(pattern);
    expect(written["pyproject.toml"]?.startsWith(text)).toBe(true);
  });

  test.each([
    ["there is no pyproject.toml", {}],
    ["pyproject.toml takes no table any more", { "pyproject.toml": "tool = { ruff = { x = 1 } }\n" }],
    ["pyproject.toml is broken", { "pyproject.toml": "[project\n" }],
  ])("is a gunicov.toml where %s", (_, texts) => {
    const { written } = planned(foundWith({}), texts);
    expect(written["gunicov.toml"]).toContain('[server]\nservice = "web"\n');
    expect(Object.keys(written)).not.toContain("pyproject.toml");
  });

  test.each([
    { "pyproject.toml": "[tool.gunicov.watch]\npoll = true\n" },
    { "gunicov.toml": "[server]\nservice = 'web'\n" },
  ])("stays as it is where the user has one: %j", (texts) => {
    const { written, notes } = planned(foundWith({}), texts);
    expect(Object.keys(written)).not.toContain(Object.keys(texts)[0]);
    expect(notes.join()).toContain("stays as it is");
  });
});

describe("the hook", () => {
  const web = (override: string) => parse(override).services.web;

  test("comes by GUNICORN_CMD_ARGS and a mounted copy, and what was in the variable stays", () => {
    const plain = web(planned(foundWith({})).override);
    expect(plain.environment.GUNICORN_CMD_ARGS).toBe("-c /gunicov-hook/gunicov_hook.py");
    expect(plain.volumes).toContain("./.gunicov/hook:/gunicov-hook:ro");
    expect(plain.command).toBeUndefined();
    const { environment } = web(planned(foundWith({ gunicornArgs: "--workers 3 -c mine.py" })).override);
    expect(environment).toMatchObject({
      GUNICORN_CMD_ARGS: "--workers 3 -c /gunicov-hook/gunicov_hook.py",
      GUNICOV_USER_CONFIG: "mine.py",
    });
  });

  test("is loaded by Python's own start where the command has a -c, which wins over GUNICORN_CMD_ARGS", () => {
    const shop = started({ where: "start.sh:4", config: "conf.py" });
    const { override, notes, written } = planned(foundWith({}, { started: shop }));
    expect(web(override).environment).toEqual({
      GUNICOV_HOOK: "1",
      PYTHONPATH: "/gunicov-hook/start",
      GUNICOV_COVERAGE_CONFIG: "/gunicov-coveragerc",
    });
    expect(web(override).command).toBeUndefined();
    expect(notes.join()).toContain("start.sh:4 has -c conf.py");
    expect(written[".gunicov/hook/start/sitecustomize.py"]).toBe("# its start\n");
  });

  test.each([
    ["a script that gives gunicorn words of a shell's", started({ where: "start.sh:4", open: true })],
    ["an image of which only the variables are known", { ...started(), commands: [] }],
    [
      "one of several commands with a -c",
      { ...started(), commands: [started({ config: "c.py" }), started()].flatMap((one) => one.commands) },
    ],
  ])("… and so for %s", (_, shop) => {
    expect(web(planned(foundWith({}, { started: shop })).override).environment).toMatchObject({
      GUNICOV_HOOK: "1",
    });
  });

  test.each([
    ["compose", { pythonPath: "/app:/lib" }, {}, "/app:/lib"],
    ["the image", {}, { PYTHONPATH: "/app" }, "/app"],
    ["a container that has it already", {}, { PYTHONPATH: "/gunicov-hook/start:/app" }, "/app"],
    ["compose, with a dollar", { pythonPath: "/a$b" }, { PYTHONPATH: "/app" }, "/a$$b"],
  ])("keeps the PYTHONPATH of %s", (_, service, imageEnv, before) => {
    const shop = started({ config: "c.py" }, { imageEnv });
    expect(web(planned(foundWith(service, { started: shop })).override).environment.PYTHONPATH).toBe(
      `/gunicov-hook/start:${before}`,
    );
  });

  test("is said to need the package where the script gives Python a path of its own", () => {
    const shop = started({ where: "start.sh:4", config: "c.py", ownPath: true });
    expect(planned(foundWith({}, { started: shop })).notes.join()).toContain(
      "install gunicov-hook in the image",
    );
  });

  test("comes by GUNICORN_CMD_ARGS where nothing is known of the image, and that is said", () => {
    const { override, notes } = planned(foundWith({ build: null, image: "shop" }, { started: null }));
    expect(web(override).environment.GUNICORN_CMD_ARGS).toBe("-c /gunicov-hook/gunicov_hook.py");
    expect(notes.join()).toContain("The image of web is not here");
  });

  test("keeps the image's own GUNICORN_CMD_ARGS", () => {
    const shop = started({}, { imageEnv: { GUNICORN_CMD_ARGS: "--workers 3" } });
    expect(web(planned(foundWith({}, { started: shop })).override).environment.GUNICORN_CMD_ARGS).toBe(
      "--workers 3 -c /gunicov-hook/gunicov_hook.py",
    );
  });

  test("is not added where it is there", () => {
    const { override, written } = planned(foundWith({ gunicornArgs: "-c python:gunicov_hook" }), {
      ".coveragerc": "[run]\n",
    });
    expect([override, Object.keys(written)]).toEqual(["", ["gunicov.toml"]]);
  });

  test("has a place to write to where the container's root is read-only", () => {
    const { override } = planned(foundWith({}), {
      "compose.yaml": "services:\n  web:\n    read_only: true\n",
    });
    expect(web(override).tmpfs).toEqual(["/tmp/gunicov:mode=1777"]);
  });

  test("its copy is kept out of git", () => {
    expect(planned(foundWith({})).written[".gunicov/.gitignore"]).toBe("*\n");
  });
});

test("a server whose own hook measures keeps it: no hook of ours, and no override to start it with", () => {
  const ownHook = { config: "gunicorn_coverage.py", directory: "/cov", where: ".coveragerc" };
  const { written, notes, override, up } = planned(foundWith({}, { started: started({}, { ownHook }) }));
  expect(override).toBe("");
  expect(Object.keys(written)).toEqual(["gunicov.toml"]);
  expect(notes.join()).toMatch(/gunicorn_coverage.py measures by itself.*It writes to \/cov \(.coveragerc\)/);
  expect(up).toEqual(["docker", "compose", "-f", "compose.yaml", "up", "-d"]);
});

test("where another branch of its script starts gunicorn without that hook, it is said what to do", () => {
  const ownHook = { config: "conf.py", directory: "/cov", where: ".coveragerc" };
  const measured = { where: "run.sh:3", config: "conf.py", open: false, ownPath: false };
  const plain = { ...measured, where: "run.sh:5", config: null };
  const notes = (commands: readonly (typeof measured | typeof plain)[]) =>
    planned(foundWith({}, { started: started({}, { ownHook, commands }) })).notes.join("\n");
  expect(notes([measured, plain])).toMatch(/run\.sh:5 starts gunicorn without it.*run gunicov init again/);
  expect(notes([measured])).not.toContain("without it.");
});

describe(".coveragerc", () => {
  const texts = { Dockerfile: "WORKDIR /app\nCOPY src src\n", "src/app.py": "" };

  test("names the source as the server sees it from where it is, and is mounted", () => {
    const { written, override } = planned(foundWith({}), texts);
    expect(written[".coveragerc"]).toBe("[run]\nbranch = true\nsource =\n    src\n");
    expect(override).toContain("./.coveragerc:/gunicov-coveragerc:ro");
    const flat = foundWith({ volumes: [{ host: `${ROOT}/src`, inside: "/app" }] });
    expect(planned(flat).written[".coveragerc"]).toContain("source =\n    .\n");
  });

  test("names no source where the server may have more of it: that would be left out of the report", () => {
    // What is mounted is gunicorn's config only, and the app is in the image.
    const volumes = [{ host: `${ROOT}/conf`, inside: "/app/conf" }];
    const config = {
      server: { service: "web", source: ["conf"] },
      tests: { command: ["pytest"], source: ["tests"] },
    };
    const found = foundWith({ volumes }, { config });
    const { written, notes } = planned(found, {
      ...texts,
      Dockerfile: "WORKDIR /app\nCOPY . .\n",
      "conf/c.py": "",
    });
    expect(written[".coveragerc"]).toBe("[run]\nbranch = true\n");
    expect(notes.join()).toContain("./src:/app/src");
    const unknown = foundWith({ volumes, build: null, image: "shop" }, { config });
    expect(planned(unknown).written[".coveragerc"]).toBe("[run]\nbranch = true\n");
  });

  test("says nothing of the source where it is not known how the server sees it", () => {
    expect(planned(foundWith({ workingDir: null, build: null })).written[".coveragerc"]).toBe(
      "[run]\nbranch = true\n",
    );
  });

  test("needs no mount where the container has the project's directory", () => {
    const { override } = planned(foundWith({ volumes: [{ host: ROOT, inside: "/app" }] }));
    expect(override).not.toContain("coveragerc");
  });

  test.each([
    { ".coveragerc": "" },
    { "setup.cfg": "[coverage:run]\nbranch = 1\n" },
    { "tox.ini": "[coverage:report]\n" },
    { "pyproject.toml": "[tool.coverage.run]\nbranch = true\n" },
  ])("is not made where coverage.py has a configuration: %j", (texts) => {
    const { written } = planned(foundWith({}), texts);
    expect(written[".coveragerc"]).toBeUndefined();
  });

  test("is not made where COVERAGE_PROCESS_START names one, and that is told", () => {
    const { written, notes } = planned(foundWith({ env: ["COVERAGE_PROCESS_START"] }));
    expect(written[".coveragerc"]).toBeUndefined();
    expect(notes.join()).toContain("COVERAGE_PROCESS_START is set");
  });
});

describe("a long-lived service for the tests", () => {
  const none = { findings: [] };

  test("is there where no service, and no Python of this machine, runs them", () => {
    const found = foundWith(
      { env: ["COVERAGE_PROCESS_START"] },
      { ...none, addressed: (address) => ({ BASE_URL: address }) },
    );
    const { override, written } = planned(found);
    expect(parse(override).services["gunicov-tests"]).toMatchObject({
      build: { context: "." },
      command: ["sh", "-c", expect.stringMatching(/-m pip install pytest \|\| exit 1; exec sleep infinity$/)],
      entrypoint: [],
      volumes: [".:/gunicov-tests"],
      environment: { COVERAGE_PROCESS_START: "" },
    });
    expect(written["gunicov.toml"]).toContain('service = "gunicov-tests"');
    expect(written["gunicov.toml"]).toContain('env = { BASE_URL = "http://web:8000" }');
  });

  test("takes the packages of the tests from the file that names pytest", () => {
    const texts = {
      "requirements.txt": "flask\npytest-xdist\n",
      "requirements/test.txt": "requests\npytest>=8\n",
    };
    const { override, notes } = planned(foundWith({}, none), texts);
    expect(parse(override).services["gunicov-tests"].command[2]).toContain(
      "pip install -r requirements/test.txt ||",
    );
    expect(notes.join()).toContain("it installs requirements/test.txt at its start");
  });

  test.each([8765, null])("gets the server's address among the containers, published at %s", (published) => {
    const config = {
      ...foundWith({}).config,
      tests: { command: ["pytest"], env: { URL: `http://127.0.0.1:${published ?? "{port}"}/api` } },
    };
    const { written } = planned(foundWith({ ports: [{ published, target: 8000 }] }, { ...none, config }));
    expect(written["gunicov.toml"]).toContain('URL = "http://web:8000/api"');
  });

  test.each([
    { tests: { service: "tests" } },
    { tests: { service: "tests", run: "compose-run" as const } },
    { tests: { command: ["docker", "compose", "exec", "tests", "pytest"] } },
  ])("is not there where %j", ({ tests }) => {
    const config = { server: { service: "web", source: ["src"] }, tests };
    expect(planned(foundWith({}, { ...none, config })).override).not.toContain("gunicov-tests");
  });
});

describe("source that the image has a copy of", () => {
  const config = { server: { service: "web" }, tests: { command: ["pytest"], source: ["tests"] } };
  const texts = { "src/shop/app.py": "", "tests/test_a.py": "", "docs/a.md": "", "compose.yaml": "" };

  test.each([
    ["WORKDIR /code\nCOPY . .\n", "./src:/code/src"],
    ["FROM x AS y\nCOPY tests /t\nFROM z\nCOPY --chown=a:b src/ /opt/src/\n", "./src:/opt/src"],
    ['WORKDIR /a\nWORKDIR b\nCOPY ["src", "lib"]\n', "./src:/a/b/lib"],
  ])("is mounted over it: %j", (dockerfile, volume) => {
    const found = foundWith({ volumes: [], workingDir: null }, { config });
    const { override, written } = planned(found, { ...texts, Dockerfile: dockerfile });
    expect(parse(override).services.web.volumes).toContain(volume);
    expect(written["gunicov.toml"]).toContain('source = ["src"]');
  });
});

describe("compose files", () => {
  test("that are made from a template are not edited, and that is told", () => {
    for (const template of ["compose.yaml.j2", "compose.tmpl", "compose.yaml.template"]) {
      const { written, notes } = planned(foundWith({}), { [template]: "services: {{ x }}" });
      expect(notes.join()).toContain(`compose.yaml is made from ${template}`);
      expect(Object.keys(written)).not.toContain("compose.yaml");
    }
  });

  test("have the version that compose v1 asks for in each of them", () => {
    const { override, up, next } = planned(foundWith({}), {
      "compose.yaml": 'version: "3.7"\nservices: {}\n',
    });
    expect(parse(override).version).toBe("3.7");
    expect([up, next]).toEqual([
      "docker compose -f compose.yaml -f compose.gunicov.yaml up -d".split(" "),
      ["gunicov"],
    ]);
  });

  test("in another directory: paths start where compose has them start", () => {
    const found = foundWith({});
    const compose = {
      ...found.compose,
      files: [`${ROOT}/deploy/a.yml`, `${ROOT}/deploy/b.yml`],
      directory: `${ROOT}/deploy`,
      services: [WEB],
      readBy: "docker-compose config",
    };
    const { written, up } = planned({ ...found, compose });
    expect(written["deploy/compose.gunicov.yaml"]).toContain("../.gunicov/hook:/gunicov-hook:ro");
    expect(up?.join(" ")).toBe(
      "docker-compose -f deploy/a.yml -f deploy/b.yml -f deploy/compose.gunicov.yaml up -d",
    );
  });
});

test("a server of this machine needs its configuration only", () => {
  const config = {
    server: { command: ["gunicorn", "app:app"], source: ["."] },
    tests: { command: ["pytest"] },
  };
  const { written, next } = planned(foundWith({}, { config, compose: null }));
  expect(Object.keys(written)).toEqual(["gunicov.toml", ".coveragerc"]);
  expect(next).toEqual(["gunicov"]);
});

test.each([{}, { "pyproject.toml": "[project]\nname = 'x'" }])("twice is as once: %j", (texts) => {
  expect(planned(foundWith({}, { findings: [] }), texts).changes.length).toBeGreaterThan(3);
  expect(afterwards(foundWith({}, { findings: [] }), texts).changes).toEqual([]);
});
