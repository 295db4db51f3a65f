/** Flags over file over defaults. */
import { describe, expect, test } from "vitest";
import { NO_CI } from "../../src/config/ci-flags.ts";
import type { FileConfig } from "../../src/config/schema.ts";
import { type Flags, mergeSettings } from "../../src/config/settings.ts";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";
import { fileLayer, NO_FLAGS } from "../support/no-flags.ts";

const COMMAND = ["gunicorn", "app:app"];

function settled(config: FileConfig, flags: Partial<Flags> = {}) {
  return mergeSettings(
    {
      layer: fileLayer(config, "/project/gunicov.toml"),
      root: "/project",
      file: "/project/gunicov.toml",
      explicit: false,
      doubt: null,
    },
    { ...NO_FLAGS, ...flags },
    "/project/here",
  );
}

function settings(config: FileConfig, flags: Partial<Flags> = {}) {
  const result = settled(config, flags);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe("fast paths", () => {
  test("are all on by default", () => {
    expect(settings({ server: { service: "api" } }).off).toEqual([]);
  });

  test.each(FAST_PATHS)("%s = false switches it off", (name) => {
    const [table = "", key = ""] = name.split(".");
    const config = { server: { service: "api" } };
    const server = table === "server" ? { ...config.server, [key]: false } : config.server;
    expect(settings({ [table]: { [key]: false }, server }).off).toEqual([name]);
  });
});

describe("where the server is", () => {
  const BOTH = { server: { service: "api", command: COMMAND } };

  test("in the container that is configured, with the command for where there is no engine", () => {
    expect(settings(BOTH)).toMatchObject({ container: { service: "api" }, local: { command: COMMAND } });
  });

  test.each([
    { flags: { service: "web" }, container: { service: "web" } },
    { flags: { container: "shop_1" }, container: { container: "shop_1" } },
  ])("where a flag says ($flags), and nowhere else", ({ flags, container }) => {
    expect(settings(BOTH, flags)).toMatchObject({ container, local: null });
  });

  test("on this machine with --local", () => {
    expect(settings(BOTH, { local: true })).toMatchObject({
      container: null,
      local: { command: COMMAND, port: 0 },
    });
  });

  test("nowhere is an error with what to write", () => {
    expect(settled({})).toMatchObject({
      ok: false,
      failure: { kind: "config", fix: expect.stringContaining("--service") },
    });
    expect(settled({ server: { service: "api" } }, { local: true })).toMatchObject({
      ok: false,
      failure: { fix: expect.stringContaining("/project/gunicov.toml") },
    });
  });
});

describe("the tests", () => {
  const SERVER = { service: "api" };

  test("run where it is configured, or on this machine", () => {
    const place = (tests: FileConfig["tests"]) => settings({ server: SERVER, tests }).tests.container;
    expect(place({ service: "tests" })).toEqual({ service: "tests" });
    expect(place({ container: "t_1" })).toEqual({ container: "t_1" });
    expect(place({ service: "tests", run: "host" })).toBeNull();
    expect(place({})).toBeNull();
    expect(place({ service: "tests", run: "compose-run" })).toBeNull();
    const composeRun = settings({ server: SERVER, tests: { service: "tests", run: "compose-run" } }).tests;
    expect(composeRun).toMatchObject({
      composeRun: { service: "tests" },
      exec: null,
      command: ["pytest", "-n", "auto"],
    });
  });

  test("by their command, with what stands behind -- after it", () => {
    const config = { server: SERVER, tests: { command: ["pytest", "sys"] } };
    expect(settings(config, { passed: ["-k", "a b"] }).tests.command).toEqual(["pytest", "sys", "-k", "a b"]);
    expect(settings({ server: SERVER }).tests.command).toEqual(["pytest", "-n", "auto"]);
  });

  test("whose command leads into a container run there, by what it says", () => {
    const command = ["docker", "exec", "-e", "A=2", "-w", "/app", "shop", "pytest"];
    const { tests } = settings(
      { server: SERVER, tests: { command, cwd: "here", env: { A: "1", B: "1" } } },
      { passed: ["-x"] },
    );
    expect(tests.exec?.place).toEqual({ container: "shop" });
    expect(tests.command).toEqual(["pytest", "-x"]);
    expect([tests.cwd, tests.env]).toEqual(["/app", { A: "2", B: "1" }]);
    const named = settings({ server: SERVER, tests: { command, service: "tests" } }).tests;
    expect([named.exec, named.command]).toEqual([null, command]);
  });
});

test("paths in the file are from the project's root, those of flags from the working directory", () => {
  const config = {
    server: { command: COMMAND, cwd: "web", source: ["src", "/abs"] },
    tests: { source: ["tests"] },
  };
  const reports = [
    { kind: "html", path: "out" },
    { kind: "json", path: "/abs/coverage.json" },
  ] as const;
  const all = settings(config, { ci: { ...NO_CI, reports } });
  expect(all.local?.cwd).toBe("/project/web");
  expect(all.source).toEqual(["/project/src", "/abs"]);
  expect(all.tests.source).toEqual(["/project/tests"]);
  expect(all.reports.map(({ path }) => path)).toEqual(["/project/here/out", "/abs/coverage.json"]);
});

test("--diff and --diff-fail-under go before their keys, each for itself; the limit needs a base", () => {
  const server = { service: "api" };
  const config = { server, coverage: { diff: "main", diff_fail_under: 90 } };
  expect(settings({ server }).diff).toBeNull();
  expect(settings(config).diff).toEqual({ base: "main", failUnder: 90 });
  const flags = (ci: Partial<typeof NO_CI>) => ({ ci: { ...NO_CI, ...ci } });
  expect(settings(config, flags({ diff: "v1" })).diff).toEqual({ base: "v1", failUnder: 90 });
  expect(settings(config, flags({ diffFailUnder: 0 })).diff).toEqual({ base: "main", failUnder: 0 });
  expect(() => settings({ server }, flags({ diffFailUnder: 80 }))).toThrow("--diff-fail-under needs a base");
  expect(() => settings({ server, coverage: { diff_fail_under: 80 } })).toThrow(
    "diff_fail_under needs a base",
  );
});

test("--fail-under goes before fail_under, 0 too", () => {
  const config = { server: { service: "api" }, coverage: { fail_under: 90 } };
  expect(settings(config).failUnder).toBe(90);
  expect(settings(config, { failUnder: 0 }).failUnder).toBe(0);
  expect(settings({ server: { service: "api" } }).failUnder).toBeNull();
});
