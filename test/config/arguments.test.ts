import { describe, expect, test } from "vitest";
import { readArguments } from "../../src/config/arguments.ts";

function read(line: string) {
  return readArguments(line === "" ? [] : line.split(" "));
}

function chosen(line: string) {
  const result = read(line);
  if (!result.ok || result.value.do === "print" || result.value.do === "version")
    throw new Error(`nothing chosen by ${line}`);
  return result.value;
}

describe("what is to be done", () => {
  test.each([
    ["", { do: "watch", explicit: false, json: false }],
    ["watch", { do: "watch", explicit: true }],
    ["run", { do: "run", explicit: true }],
    ["--json", { do: "watch", explicit: false, json: true }],
    ["run --json", { do: "run", json: true }],
    ["--json run", { do: "run", json: true }],
  ])("gunicov %s", (line, expected) => {
    expect(chosen(line)).toMatchObject(expected);
  });

  test.each([
    "run --service api --config x.toml",
    "--service api --config x.toml run",
    "--service=api run --config=x.toml",
  ])("options stand before or after the command: %s", (line) => {
    expect(chosen(line)).toMatchObject({ do: "run", config: "x.toml", flags: { service: "api" } });
  });

  test("everything behind -- is the tests', whatever it looks like", () => {
    const all = chosen("run --json -- -k x --local -- --version");
    expect(all.flags).toMatchObject({ local: false, passed: ["-k", "x", "--local", "--", "--version"] });
  });

  test("reports may be asked for several times, and one kind in two places", () => {
    const { flags } = chosen(
      "run --report html=out --report json=a=b.json --report json=c --fail-under 87.5",
    );
    expect(flags).toMatchObject({ failUnder: 87.5 });
    expect(flags.ci.reports.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "html out",
      "json a=b.json",
      "json c",
    ]);
  });
});

describe("what can't be read is a failure, not the end of the process", () => {
  test.each([
    "--service a --container b",
    "--container b --local",
    "--service a --local",
    "run --fail-under x",
    "run --fail-under 101",
    "run --report pdf=x",
    "run --report xml",
    "run --report xml=",
    "run --report xml=x --report lcov=x",
    "run --diff main --diff-fail-under 100.1",
    "run --annotations gitlab",
  ])("%s", (line) => {
    expect(read(line)).toMatchObject({
      ok: false,
      failure: { kind: "config", message: expect.stringMatching(/^[A-Z].*\.$/) },
    });
  });
});

describe("printed", () => {
  test.each(["--version", "-V", "run --version"])("%s", (line) => {
    expect(read(line)).toEqual({ ok: true, value: { do: "version" } });
  });

  test("--help names every option that is read, the commands and the exit codes, and nothing that does not work", () => {
    const result = read("--help");
    const text = result.ok && result.value.do === "print" ? result.value.text : "";
    const options = [...text.matchAll(/--[a-z][a-z-]*/g)].map(([option]) => option);
    // Each is accepted, with a word where it takes one.
    const words: Readonly<Record<string, string>> = {
      "--report": "html=x",
      "--fail-under": "1",
      "--diff-fail-under": "1",
      "--annotations": "github",
    };
    for (const option of new Set(options)) {
      const takesWord = new RegExp(`${option} <`).test(text);
      const line = takesWord ? `${option} ${words[option] ?? "x"}` : option;
      expect(read(line).ok, line).toBe(true);
    }
    expect(text).toMatch(/^ {2}watch /m);
    expect(text).toMatch(/^ {2}run /m);
    for (const code of [0, 1, 2, 3, 4, 5, 130]) expect(text).toMatch(new RegExp(`\\b${code} [a-z]`));
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });
});
