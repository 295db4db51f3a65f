/** Which layer of the configuration is in force for a key: defaults, found, file, environment, flags. */
import { describe, expect, test } from "vitest";
import { readEnvironment } from "../../src/config/environment.ts";
import type { Layer } from "../../src/config/layers.ts";
import { asToml, linesOf } from "../../src/config/print.ts";
import { allKeys, type FileConfig } from "../../src/config/schema.ts";
import { type Flags, inForce } from "../../src/config/settings.ts";
import { fileLayer, NO_FLAGS } from "../support/no-flags.ts";

const FILE = "/p/gunicov.toml";

interface Sayings {
  readonly found?: FileConfig;
  readonly file?: FileConfig;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: Partial<Flags>;
}

function force({ found = {}, file = {}, env = {}, flags = {} }: Sayings) {
  const environment = readEnvironment(env);
  if (!environment.ok) throw new Error(environment.failure.message);
  const foundLayer: Layer = { config: found, origin: () => ({ from: "found", why: "compose.yaml" }) };
  const beside = { environment: environment.value, found: foundLayer };
  return inForce(loaded(file), { ...NO_FLAGS, ...flags }, "/p/here", beside);
}

function loaded(file: FileConfig) {
  return { layer: fileLayer(file, FILE), root: "/p", file: FILE, explicit: false, doubt: null };
}

describe("the last of these counts, and is named as the origin", () => {
  const all = {
    found: { coverage: { fail_under: 1 } },
    file: { coverage: { fail_under: 2 } },
    env: { GUNICOV_COVERAGE_FAIL_UNDER: "3" },
    flags: { failUnder: 4 },
  };
  const key = "coverage.fail_under";

  test("found, file, environment, flag", () => {
    const { found, file, env } = all;
    expect([force({}).config.coverage?.fail_under, force({}).origin(key)]).toEqual([undefined, null]);
    expect(force({ found }).origin(key)).toEqual({ from: "found", why: "compose.yaml" });
    expect(force({ found, file }).origin(key)).toMatchObject({ from: "file", file: FILE });
    const byEnv = force({ found, file, env });
    expect(byEnv.config.coverage?.fail_under).toBe(3);
    expect(byEnv.origin(key)).toEqual({ from: "environment", variable: "GUNICOV_COVERAGE_FAIL_UNDER" });
    expect(force(all).config.coverage?.fail_under).toBe(4);
    expect(force(all).origin(key)).toEqual({ from: "flag", flag: "--fail-under" });
  });

  test("a default is one too", () => {
    expect(force({}).origin("tests.timeout")).toEqual({ from: "default" });
    expect(force({ file: { tests: { timeout: 5 } } }).config.tests?.timeout).toBe(5);
  });
});

describe("where the server is, is said by one layer", () => {
  const server = (sayings: Sayings) => {
    const { service, container, command } = force(sayings).config.server ?? {};
    return { service, container, command };
  };

  test("which may give a service and a command", () => {
    const file = { server: { service: "web", command: ["g"] } };
    expect(server({ file })).toEqual({ service: "web", container: undefined, command: ["g"] });
  });

  test.each<[Sayings, object]>([
    [{ file: { server: { command: ["g"] } }, env: { GUNICOV_SERVER_SERVICE: "w" } }, { service: "w" }],
    [{ file: { server: { service: "w" } }, env: { GUNICOV_SERVER_COMMAND: "g a" } }, { command: ["g", "a"] }],
    [{ file: { server: { service: "w" } }, flags: { container: "c" } }, { container: "c" }],
    [{ found: { server: { service: "w" } }, file: { server: { command: ["g"] } } }, { command: ["g"] }],
    [
      { file: { server: { command: ["g"] } }, env: { GUNICOV_SERVER_SERVICE: "w" }, flags: { local: true } },
      { command: ["g"] },
    ],
  ])("%j", (sayings, expected) => {
    expect(server(sayings)).toEqual({ ...expected });
  });
});

test.each<[Sayings, object]>([
  [{ file: { tests: { service: "t" } }, env: { GUNICOV_TESTS_CONTAINER: "c" } }, { container: "c" }],
  [{ file: { tests: { container: "c", run: "host" } }, flags: { testsService: "t" } }, { service: "t" }],
  [{ file: { tests: { service: "t" } }, env: { GUNICOV_TESTS_RUN: "host" } }, { run: "host" }],
  [
    { file: { tests: { service: "t" } }, env: { GUNICOV_TESTS_RUN: "compose-run" } },
    { run: "compose-run", service: "t" },
  ],
])("where the tests run: %j", (sayings, expected) => {
  const { service, container, run } = force(sayings).config.tests ?? {};
  expect({ service, container, run }).toEqual({ ...expected });
});

describe("an environment variable", () => {
  test.each<[string, string, unknown]>([
    ["GUNICOV_SERVER_SERVICE", "web", "web"],
    ["GUNICOV_SERVER_PORT", "80", 80],
    ["GUNICOV_SERVER_PRELOAD", "no", false],
    ["GUNICOV_TESTS_WARM", "1", true],
    ["GUNICOV_TESTS_COMMAND", `pytest -k 'a "b"' c\\ d ""`, ["pytest", "-k", 'a "b"', "c d", ""]],
    ["GUNICOV_TESTS_ENV", `A=1 B="two words" C=x=y`, { A: "1", B: "two words", C: "x=y" }],
    ["GUNICOV_TESTS_JUNIT", "a.xml b.xml", ["a.xml", "b.xml"]],
    ["GUNICOV_WATCH_QUIET_MS", "7.5", 7.5],
  ])("%s=%s", (variable, text, value) => {
    const [, table = "", key = ""] = /^GUNICOV_([A-Z]+)_(.*)$/.exec(variable) ?? [];
    const config = force({ env: { [variable]: text } }).config as Record<string, Record<string, unknown>>;
    expect(config[table.toLowerCase()]?.[key.toLowerCase()]).toEqual(value);
  });

  test.each([
    ["GUNICOV_SERVER_PORT", "x", 'The variable GUNICOV_SERVER_PORT must be a number, and is "x".'],
    ["GUNICOV_SERVER_PORT", "99999", "GUNICOV_SERVER_PORT must be at most 65535, and is 99999."],
    ["GUNICOV_TESTS_WARM", "maybe", 'GUNICOV_TESTS_WARM must be true or false, and is "maybe".'],
    ["GUNICOV_TESTS_RUN", "here", 'GUNICOV_TESTS_RUN must be "host" or "compose-run"'],
    ["GUNICOV_TESTS_COMMAND", "pytest 'a", "GUNICOV_TESTS_COMMAND must be words, as in a shell"],
    ["GUNICOV_TESTS_COMMAND", " ", "GUNICOV_TESTS_COMMAND needs at least one word"],
    ["GUNICOV_TESTS_ENV", "SECRET", "GUNICOV_TESTS_ENV must be NAME=value words"],
  ])("%s=%s is refused", (variable, text, message) => {
    const read = readEnvironment({ [variable]: text });
    expect(read).toMatchObject({ ok: false, failure: { message: expect.stringContaining(message) } });
  });

  test.each([
    ["GUNICOV_SERVER_SERVIC", "Did you mean GUNICOV_SERVER_SERVICE?"],
    ["GUNICOV_TEST_COMMAND", "Did you mean GUNICOV_TESTS_COMMAND?"],
    ["GUNICOV_COVERAGE_FAILUNDER", "Did you mean GUNICOV_COVERAGE_FAIL_UNDER?"],
    ["GUNICOV_WATCH_NOTHING", "Known are: GUNICOV_WATCH_ON_CHANGE, "],
    ["GUNICOV_TESTS", "Known are: GUNICOV_TESTS_SERVICE, "],
  ])("%s is of no key", (variable, fix) => {
    const read = readEnvironment({ [variable]: "x" });
    expect(read).toMatchObject({ ok: false, failure: { fix: expect.stringContaining(fix) } });
  });

  test("of the hook, or an empty one, says nothing", () => {
    const hook = ["", "_DIR", "_USER_CONFIG", "_COVERAGE_CONFIG", "_SOURCE", "_GRACEFUL_TIMEOUT", "_PRELOAD"];
    const names = [...hook, "_PRELOAD_EXCLUDE", "_LOG", "_SAFE_DIRECTORY", "_HOOK", "_TEST_DOCKER"];
    const env = Object.fromEntries(names.map((name) => [`GUNICOV${name}`, "x"]));
    expect(readEnvironment({ ...env, GUNICOV_SERVER_PORT: "" })).toMatchObject({
      ok: true,
      value: { config: {} },
    });
    const ours = allKeys().map(([table, key]) => `GUNICOV_${table}_${key}`.toUpperCase());
    expect(ours.filter((name) => name in env)).toEqual([]);
  });
});

test("what is printed is TOML that says the same, without secrets", () => {
  const file = {
    server: { service: "web", env: { API_TOKEN: "abcd-efgh", "A B": 'x"y\nz' } },
    tests: { command: ["pytest", "--url", "http://u:hush-hush@h/"] },
  };
  const text = asToml(linesOf(force({ file, env: { GUNICOV_TESTS_TIMEOUT: "7" } })), loaded(file));
  expect(text).toContain('service = "web"');
  expect(text).toMatch(/timeout = 7 +# GUNICOV_TESTS_TIMEOUT/);
  expect(text).not.toMatch(/abcd-efgh|hush-hush/);
  expect(text).toContain(String.raw`"A B" = "x\"y\nz"`);
});
