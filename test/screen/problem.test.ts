import { describe, expect, it } from "vitest";
import { problems } from "../../src/screen/problem.ts";

const NOTHING = { checks: [], bootError: null, error: null, gone: null, warnings: [] };
const check = (path: string, text: string | null) => ({ path, line: 2, column: 3, message: "m", text });

describe("files that do not compile", () => {
  it.each([
    ["one", [check("a.py", "x((\n")], "a.py:2: m", "x((\n  ^"],
    ["one without its text", [check("a.py", null)], "a.py:2: m", ""],
    [
      "two",
      [check("a.py", "x(("), check("b.py", "y")],
      "a.py:2: m (and 1 more)",
      "x((\n  ^\n\nb.py:2: m\ny\n  ^",
    ],
  ])("%s: nothing is said twice", (_, checks, message, detail) => {
    expect(problems({ ...NOTHING, checks })[0]).toMatchObject({ key: "!check", message, detail });
  });
});

describe("the place of what does not boot", () => {
  const frame = (path: string, line: number) => `  File "${path}", line ${line}, in x\n    code\n`;
  const place = (...frames: readonly string[]) =>
    problems({ ...NOTHING, bootError: `Traceback (most recent call last):\n${frames.join("")}E: m` })[0]
      ?.place;

  it.each([
    ["<frozen os>"],
    ["<frozen importlib._bootstrap>"],
    ["<string>"],
    ["/usr/lib/python3.11/json/decoder.py"],
    ["/usr/local/lib/python3.14/os.py"],
    ["/home/me/.pyenv/versions/3.9.2/lib/python3.9/os.py"],
    ["/app/.venv/lib/python3.12/site-packages/flask/app.py"],
    ["/usr/lib/python3/dist-packages/flask/app.py"],
    ["/opt/gunicov/gunicov_hook/source/importer.py"],
    ["/opt/gunicov/gunicov_hook.py"],
    ["C:\\Python312\\Lib\\site-packages\\flask\\app.py"],
  ])("is the user's own last line, not one of %s", (others) => {
    const own = { path: "/app/src/views.py", line: 12 };
    const gunicorn = frame("/venv/lib/python3.12/site-packages/gunicorn/util.py", 370);
    expect(place(gunicorn, frame("/app/wsgi.py", 3), frame(own.path, own.line), frame(others, 99))).toEqual(
      own,
    );
    // Nothing of the user's led to it: there is nothing to open.
    expect(place(gunicorn, frame(others, 99))).toBeNull();
  });

  it("is the line itself of code that does not compile", () => {
    expect(
      place(frame("/app/wsgi.py", 3), '  File "/app/src/views.py", line 4\n    x = (\n        ^\n'),
    ).toEqual({
      path: "/app/src/views.py",
      line: 4,
    });
  });

  it("is a conftest.py that can't be loaded", () => {
    const detail = `ImportError while loading conftest '/app/test/conftest.py'.\ntest/conftest.py:2: in <module>\nE   KeyError`;
    const error = { kind: "tests-failed", message: "m", fix: "f", detail } as never;
    expect(problems({ ...NOTHING, error })[0]?.place).toEqual({ path: "/app/test/conftest.py", line: 2 });
  });
});
