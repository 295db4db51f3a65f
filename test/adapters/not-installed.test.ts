/** The words are what uv 0.13, Poetry 2.5 and PDM 2.29 said of a gunicorn that was not there; a name may be quoted. */
import { describe, expect, test } from "vitest";
import { notInstalled } from "../../src/adapters/process/not-installed.ts";

describe("gunicorn is not in the project's environment", () => {
  test.each([
    [
      "/usr/bin/uv",
      "error: Failed to spawn: gunicorn\n  cause: No such file or directory (os error 2)",
      "uv add --dev gunicorn coverage",
    ],
    [
      "uv",
      "error: Failed to spawn: `gunicorn`\n  Caused by: No such file or directory (os error 2)",
      "uv add --dev gunicorn coverage",
    ],
    ["poetry", "Command not found: gunicorn", "poetry add --group dev gunicorn coverage"],
    ["pdm", "[PdmUsageError]: Command 'gunicorn' is not found in your PATH.", "pdm add -d gunicorn coverage"],
  ])("%s says so", (runner, tail, fix) => {
    expect(notInstalled([runner, "run", "gunicorn", "app:app"], tail)).toMatchObject({
      kind: "no-gunicorn",
      message: expect.stringContaining("finds no gunicorn"),
      fix: `Install it: ${fix}`,
    });
  });

  test("another end of such a command is no such thing, nor are these words of a server's own", () => {
    expect(notInstalled(["uv", "run", "gunicorn"], "ModuleNotFoundError: No module named 'app'")).toBeNull();
    expect(notInstalled(["gunicorn", "app:app"], "Command not found: gunicorn")).toBeNull();
  });
});
