/** gunicov's tables in gunicov.toml and pyproject.toml, and what is said of a mistake in them: file, line, column, and the line. */

import { parse } from "smol-toml";
import { describe, expect, test } from "vitest";
import { entriesOf } from "../../src/config/layers.ts";
import { tablesOf } from "../../src/config/tables.ts";

function read(text: string, file = "/p/gunicov.toml") {
  return tablesOf(parse(text), text, file);
}

function said(text: string, file?: string) {
  const tables = read(text, file);
  if (!tables.ok) throw new Error(tables.failure.message);
  return tables.value === null ? null : Object.fromEntries(entriesOf(tables.value.config));
}

function refused(text: string, file?: string) {
  const tables = read(text, file);
  if (tables.ok) throw new Error("it was read");
  return tables.failure;
}

describe("in gunicov.toml", () => {
  test.each([
    "[server]\nport = 1\n",
    "[tool.gunicov.server]\nport = 1\n",
    "server = { port = 1 }",
    "server.port = 1",
    'tool."gunicov".server.port = 1',
    '\uFEFF["server"]\r\nport = 1\r\n',
  ])("%j is server.port", (text) => {
    expect(said(text.replace("\uFEFF", ""))).toEqual({ "server.port": 1 });
  });

  test("both forms count together, where no key is in both", () => {
    const text = "[server]\nport = 1\n[tool.gunicov.server]\ncwd = 'a'\n[tool.gunicov.tests]\ntimeout = 5";
    expect(said(text)).toEqual({ "server.port": 1, "server.cwd": "a", "tests.timeout": 5 });
  });

  test("nothing is said by an empty file", () => {
    expect(said("# later\n")).toEqual({});
  });

  test("each key knows its line, in either form", () => {
    const text = "[server]\nport = 1\n\n[tool.gunicov.tests]\ncommand = [\n  'pytest',\n]\ntimeout = 5\n";
    const tables = read(text);
    const line = (key: string) => tables.ok && tables.value?.origin(key);
    expect(line("server.port")).toMatchObject({ from: "file", spot: { line: 2, column: 1 } });
    expect(line("tests.timeout")).toMatchObject({ spot: { line: 8, column: 1 } });
  });
});

test.each([
  { text: "[tool.gunicov.server]\nport = 1", value: { "server.port": 1 } },
  { text: "[server]\nport = 1\n[tool.other]\nx = 1", value: null },
  { text: "[tool.gunicorn]\nbind = 'x'", value: null },
  { text: "[tool.gunicov]", value: {} },
])("pyproject.toml: $text", ({ text, value }) => {
  expect(said(text, "/p/pyproject.toml")).toEqual(value);
});

describe("a mistake is told with its place, and its line", () => {
  test.each([
    [
      "[server]\n# a\n\nport = 'x'  # b\n",
      "gunicov.toml:4:1: server.port must be a number",
      "port = 'x'  # b",
    ],
    ["[tests]\ncommand = [\n  'a',\n  2,\n]", "gunicov.toml:4:3: tests.command[1] must be a text", "  2,"],
    ["[server]\nenv = { A = 1 }", "gunicov.toml:2:9: server.env.A must be a text", "env = { A = 1 }"],
    ["tests.run = 'x'", 'gunicov.toml:1:1: tests.run must be "host" or "compose-run"', "tests.run = 'x'"],
    ["[sever]\nport = 1", "gunicov.toml:1:2: sever is not a key", "[sever]"],
    ["server = { prt = 1 }", "gunicov.toml:1:12: server.prt is not a key", "server = { prt = 1 }"],
    ["server = 1", "gunicov.toml:1:1: server must be a table, and is 1", "server = 1"],
    ["[gunicov.server]\nport = 1", "gunicov.toml:1:2: gunicov is no table of gunicov's", "[gunicov.server]"],
    ["[tool.pytest]\nx = 1", "gunicov.toml:1:2: tool.pytest is no table of gunicov's", "[tool.pytest]"],
  ])("%j", (text, message, line) => {
    const { message: told, detail = "" } = refused(text);
    expect(told).toContain(message);
    const number = /:(\d+):/.exec(message)?.[1];
    expect(detail.split("\n")).toContain(`${number}:  ${line}`);
  });

  test.each([
    ["[gunicov.server]\nport = 1", "pyproject.toml:1:2: gunicov is no table of gunicov's"],
    [
      "[project]\nname = 'x'\n[tool.gunicorn.server]\nport = 1",
      "pyproject.toml:3:2: tool.gunicorn is no table",
    ],
    ["[tool.gunicov]\ncolour = 1", "pyproject.toml:2:1: tool.gunicov.colour is not a key"],
  ])("in pyproject.toml: %j", (text, message) => {
    expect(refused(text, "/p/pyproject.toml").message).toContain(message);
  });
});
