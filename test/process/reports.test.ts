/** The reports that `gunicov run` writes for CI: those of coverage.py as its own command line makes them, and gunicov's own. */
import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { remove, run } from "../support/machine.ts";
import { committed, gunicovRun, type Ran } from "../support/one-run.ts";
import { Session } from "../support/session.ts";

const TEST = `import os, urllib.request, pytest

def get(path):
    return urllib.request.urlopen(os.environ["URL"] + path).read()

def test_hello():
    assert get("/") == b"hello"

class TestMore:
    @pytest.mark.parametrize("what", ["a::b", "<c>"])
    def test_each(self, what):
        assert get("/") == b"hello"

    @pytest.mark.skip(reason="not now")
    def test_skipped(self):
        pass

    @pytest.mark.xfail(reason="known")
    def test_known(self):
        assert get("/") == b"bye"

def test_bad():
    assert get("/asked-by-bad") == b"bye"
`;

let directory: string;
beforeAll(async () => {
  directory = await committed({ "tests/test_app.py": TEST });
});
afterAll(() => remove(directory));

const KINDS = ["json=out/c.json", "lcov=out/c.lcov", "xml=out/c.xml", "html=out/html", "junit=out/j.xml"];
const MORE = ["markdown=out/m.md", "codequality=out/q.json"];
const ASKED = [...KINDS, ...MORE].flatMap((one) => ["--report", one]);
const read = (path: string) => readFile(join(directory, path), "utf8");

/** What says nothing but when. */
function timeless(text: string): string {
  return text.replace(/timestamp="\d+"/, "").replace(/created at [-\d]+ [:\d]+ [-+\d]+/, "");
}

describe("a run with a failing test", () => {
  let ran: Ran;
  beforeAll(async () => {
    ran = await gunicovRun(directory, ASKED);
  });

  test("coverage.py's own are those of its command line, of the same data", async () => {
    expect(ran.code, ran.out + ran.err).toBe(1);
    await mkdir(join(directory, "own"));
    await copyFile(join(directory, ".gunicov/.coverage"), join(directory, "own/data"));
    for (const kind of ["lcov", "xml"])
      await run(["coverage", kind, "--data-file=own/data", "-o", `own/c.${kind}`], { cwd: directory });
    await run(["coverage", "html", "--data-file=own/data", "-d", "own/html"], { cwd: directory });
    expect((await read("out/c.lcov")).replaceAll(`SF:${directory}/`, "SF:")).toBe(await read("own/c.lcov"));
    expect(timeless(await read("out/c.xml"))).toBe(timeless(await read("own/c.xml")));
    const pages = (await readdir(join(directory, "own/html"))).filter((name) => name.endsWith(".html"));
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages)
      expect(timeless(await read(`out/html/${page}`)), page).toBe(timeless(await read(`own/html/${page}`)));
  });

  test("JUnit XML has the cases of pytest's own", async () => {
    const cases = async (path: string) => {
      const text = await read(path);
      const all = text.matchAll(/<testcase classname="([^"]*)" name="([^"]*)"[^>]*?(\/?)>(?=<(\w+))/g);
      return [...all].map(([, group, name, end, inside]) =>
        [group, name, end === "" ? inside : ""].join(" "),
      );
    };
    // Without a server each of them fails by itself: names are what is compared.
    await run(
      ["sh", "-c", "URL=http://127.0.0.1:1 pytest -q -p no:cacheprovider --junitxml=own/j.xml || true"],
      {
        cwd: directory,
      },
    );
    const ours = await cases("out/j.xml");
    const names = (all: readonly string[]) => all.map((one) => one.split(" ").slice(0, 2).join(" "));
    expect(names(ours)).toEqual(names(await cases("own/j.xml")));
    expect(ours).toEqual([
      "tests.test_app test_hello ",
      "tests.test_app.TestMore test_each[a::b] ",
      "tests.test_app.TestMore test_each[&lt;c&gt;] ",
      "tests.test_app.TestMore test_skipped skipped",
      "tests.test_app.TestMore test_known skipped",
      "tests.test_app test_bad failure",
    ]);
  });

  test("the server's log stands with the failing test: in text, JUnit XML and Markdown", async () => {
    const [before = "", after = ""] = ran.out.split("FAILED tests/test_app.py::test_bad");
    expect(before).not.toContain("served /asked-by-bad");
    expect(after.indexOf("served /asked-by-bad")).toBeGreaterThan(0);
    expect(after.indexOf("served /asked-by-bad")).toBeLessThan(after.indexOf("1 failed"));
    expect(await read("out/j.xml")).toMatch(/<system-out>[^<]*served \/asked-by-bad/);
    expect(await read("out/m.md")).toContain("served /asked-by-bad");
  });

  test("Markdown has coverage.py's total, and GitLab's report the failing test", async () => {
    const total = (
      await run(["coverage", "report", "--data-file=own/data", "--format=total"], { cwd: directory })
    ).trim();
    expect(await read("out/m.md")).toContain(`**System-test coverage: ${total} %** · 6 tests, 1 failed`);
    const [one, ...more] = JSON.parse(await read("out/q.json"));
    expect(more).toEqual([]);
    expect(one.location).toEqual({ path: "tests/test_app.py", lines: { begin: 23, end: 23 } });
  });
});

describe("a run that is not complete says so in each file", () => {
  test("a worker is lost", async () => {
    await writeFile(
      join(directory, "tests/test_lost.py"),
      `${TEST.split("\n\n")[0]}
from test_app import get

def test_last():
    try:
        get("/never")
    except Exception:
        pass
`,
    );
    const lib = await read("src/lib.py");
    await writeFile(
      join(directory, "src/lib.py"),
      lib.replace(
        '        return b"never"',
        "        import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
      ),
    );
    const ran = await gunicovRun(directory, [...ASKED, "--", "-k", "last"]);
    expect(ran.code, ran.out + ran.err).toBe(4);
    expect(ran.out).toContain("TOTAL (incomplete)");
    // As docs/start/ci.md has it for GitLab: no number is taken from that.
    expect(ran.out).not.toMatch(/^TOTAL\s+\d.*?(\d+(?:\.\d+)?)%/m);
    expect(JSON.parse(await read("out/c.json")).meta.gunicov).toMatchObject({ state: "incomplete" });
    expect(await read("out/c.lcov")).toMatch(/^TN:incomplete\n/);
    expect(await read("out/c.xml")).toContain("<!-- gunicov: incomplete: ");
    expect(await read("out/html/index.html")).toContain("<title>Coverage report (incomplete)</title>");
    expect(await read("out/m.md")).toMatch(/coverage: [\d.]+ % \(incomplete\)/);
    expect(await read("out/j.xml")).toContain('name="coverage incomplete"');
    expect(await read("out/q.json")).toContain("Coverage is incomplete");
    await writeFile(join(directory, "src/lib.py"), lib);
  });

  test("code that does not boot leaves no coverage of an earlier run, and a JUnit report that is not green", async () => {
    const lib = await read("src/lib.py");
    await writeFile(join(directory, "src/lib.py"), "import nothing_of_that_name\n");
    const ran = await gunicovRun(directory, ASKED);
    expect(ran.code, ran.out + ran.err).toBe(3);
    expect((await readdir(join(directory, "out"))).toSorted()).toEqual(["html", "j.xml", "m.md", "q.json"]);
    expect(await readdir(join(directory, "out/html"))).not.toContain("index.html");
    expect(await read("out/j.xml")).toContain("<error message=");
    expect(await read("out/m.md")).toContain("**Error:**");
    await writeFile(join(directory, "src/lib.py"), lib);
  });
});

test("a report that can't be written is said before the server starts", async () => {
  const ran = await gunicovRun(directory, ["--report", "xml=src"]);
  expect(ran).toMatchObject({ code: 2, out: "" });
  expect(ran.err).toContain("it is a directory");
});

test("reports in a watched directory start no cycle", async () => {
  const kinds = ["json=src/c.json", "html=src/html", "junit=src/j.xml", "markdown=src/m.md"];
  const args = ["watch", "--json", "--local", ...kinds.flatMap((one) => ["--report", one])];
  const session = new Session(args, directory);
  try {
    await session.next();
    const lib = await read("src/lib.py");
    await writeFile(join(directory, "src/lib.py"), `${lib}\nX = 1\n`);
    // What the reports had started would come before it, or be in it.
    expect((await session.next()).of("cycle.started")[0]?.files).toEqual(["src/lib.py"]);
    await writeFile(join(directory, "src/lib.py"), lib);
    expect((await session.next()).of("cycle.started")[0]?.files).toEqual(["src/lib.py"]);
    expect(await session.stop()).toBe(0);
  } finally {
    await session.kill();
  }
});
