/** What people edit beside the code, on a real server: what it starts, and what is said of it. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultProject } from "../support/fault-project.ts";

const APP = `import os
from pathlib import Path

PAGE = Path(__file__).with_name("page.html").read_text()
PLAN = (Path(__file__).parent.parent / ".env").read_text().strip()


def app(environ, start_response):
    body = (PAGE + PLAN).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

const TEST = `import os, urllib.request
from pathlib import Path


def test_page():
    said = urllib.request.urlopen(os.environ["URL"], timeout=10).read().decode()
    assert said == Path("web/page.html").read_text() + Path(".env").read_text().strip()
`;

describe("what is edited beside the code", () => {
  let project: FaultProject;
  beforeAll(async () => {
    const files = {
      "web/app.py": APP,
      "web/page.html": "<p>",
      ".env": "A=1\n",
      ".gitignore": ".env\n*.gen\n",
      "e2e/test_page.py": TEST,
      "requirements.txt": "flask\n",
      Dockerfile: "FROM scratch\n",
      "pyproject.toml": '[project]\nname = "x"\ndependencies = ["flask"]\n',
    };
    const tests = ["pytest", "-p", "no:cacheprovider", "e2e"];
    project = await FaultProject.open([], { files, tests });
  });
  afterAll(() => project?.close());

  const warnings = () =>
    project.session.facts.filter((fact) => fact.type === "warning").map((fact) => fact.message);

  test.each(["web/page.html", ".env"])(
    "%s, which the code reads when it is started: the workers are restarted",
    async (path) => {
      await project.save(path, "B=2\n");
      const cycle = await project.good();
      expect(cycle.of("cycle.started")[0]?.files).toEqual([path]);
      expect(cycle.of("server.ready")[0]).toMatchObject({ restarted: true });
    },
  );

  test("a test in a directory that the command names: the tests run again, on the workers as they are", async () => {
    await project.booted();
    await project.save("e2e/test_page.py", `${TEST}\n# more\n`);
    const cycle = await project.good();
    expect(cycle.of("cycle.started")[0]?.files).toEqual(["e2e/test_page.py"]);
    expect(cycle.of("server.ready")[0]).toMatchObject({ restarted: false });
  });

  test.each([
    [
      "requirements.txt",
      "flask\ndjango\n",
      "requirements.txt has changed: that takes effect when the server is started anew (R does it).",
    ],
    [
      "Dockerfile",
      "FROM debian\n",
      "Dockerfile has changed: that takes effect when the server is started anew (R does it).",
    ],
    [
      "pyproject.toml",
      '[project]\nname = "x"\ndependencies = []\n',
      "pyproject.toml (its dependencies) has changed: that takes effect when the server is started anew (R does it).",
    ],
  ])("%s: one note, and no cycle", async (path, text, message) => {
    const cycles = project.session.cycles;
    await project.save(path, text);
    await project.calm(1500);
    expect(warnings().filter((one) => one === message)).toHaveLength(1);
    expect(project.session.cycles).toBe(cycles);
  });

  test("gunicov's own configuration: it is read again, and said; a broken one changes nothing", async () => {
    const config = await readFile(project.at("gunicov.toml"), "utf8");
    await project.save("gunicov.toml", config.replace('"e2e"]', '"e2e", "-k", "nothing_of_that_name"]'));
    const cycle = await project.next();
    expect(cycle.finished.exit_code).toBe(2);
    expect(warnings()).toContain("gunicov.toml was read again: tests.command holds from now on.");
    await project.save("gunicov.toml", config);
    await project.good();
    await project.save("gunicov.toml", "[tool.gunicov\n");
    await project.calm(1500);
    expect(warnings().at(-1)).toMatch(
      /gunicov\.toml:1:\d+: this is not TOML.* The settings stay as they were/,
    );
    const other = `${config.replace("[tool.gunicov.server]", "[tool.gunicov.server]\nport = 1")}\n[tool.gunicov.watch]\nignore = ["*.html"]\n`;
    await project.save("gunicov.toml", other);
    await project.calm(1500);
    expect(warnings().slice(-2)).toEqual([
      "gunicov.toml was read again: watch.ignore holds from now on.",
      "gunicov.toml: server.port takes effect when gunicov is started again.",
    ]);
    const cycles = project.session.cycles;
    await project.save("web/page.html", "<b>");
    await project.calm(1500);
    expect(project.session.cycles).toBe(cycles);
  });

  test("rules of git that change: what was ignored is watched from then on, and the other way round", async () => {
    await writeFile(project.at("web/words.gen"), "1");
    await project.calm(1000);
    const cycles = project.session.cycles;
    await writeFile(project.at(".gitignore"), "*.txt\n");
    await project.calm(1000);
    expect(project.session.cycles).toBe(cycles);
    await writeFile(project.at("web/words.txt"), "2");
    await project.calm(1000);
    expect(project.session.cycles).toBe(cycles);
    await writeFile(project.at("web/words.gen"), "2");
    expect((await project.good()).of("cycle.started")[0]?.files).toContain("web/words.gen");
    await rm(project.at("web/words.gen"));
    await project.good();
  });
});
