import { describe, expect, test } from "vitest";
import { foundWith, planned } from "./project.ts";

const DOCKERFILE =
  "FROM python:3.14\nCOPY backend/requirements.txt /tmp/\nRUN pip install -r /tmp/requirements.txt\n";

const notes = (texts: Readonly<Record<string, string>>) => planned(foundWith({}), texts).notes.join("\n");

describe("an image without coverage", () => {
  test("is said, with the file where it belongs", () => {
    const said = /The image of web installs requirements\.txt, which does not name coverage: add it there/;
    expect(notes({ Dockerfile: DOCKERFILE, "backend/requirements.txt": "flask\ngunicorn==23\n" })).toMatch(
      said,
    );
    const second = { "requirements.txt": "-r base.txt\n", "base.txt": "flask\n" };
    expect(notes({ Dockerfile: "FROM x\nRUN pip install -rrequirements.txt\n", ...second })).toMatch(said);
  });

  test.each<[string, Readonly<Record<string, string>>]>([
    ["named", { "backend/requirements.txt": "flask\ncoverage[toml]>=7\n" }],
    ["needed by pytest-cov", { "backend/requirements.txt": "pytest-cov\n" }],
    [
      "in a file that is included",
      { "backend/requirements.txt": "-r test.txt\n", "backend/test.txt": "coverage\n" },
    ],
    ["perhaps in one that is not there", { "backend/requirements.txt": "-r gone.txt\n" }],
    ["installed by the Dockerfile", { Dockerfile: `${DOCKERFILE}RUN pip install coverage\n` }],
    ["of another tool's", { Dockerfile: "FROM x\nRUN uv sync\n" }],
  ])("is not said where it is %s", (_, texts) => {
    const files = { Dockerfile: DOCKERFILE, "backend/requirements.txt": "flask\n", ...texts };
    expect(notes(files)).not.toContain("does not name coverage");
  });
});
