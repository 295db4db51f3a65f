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
