/** The configuration edited while gunicov runs: what holds at once is what is said to. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LiveSettings } from "../../src/config/live.ts";
import { loadConfig } from "../../src/config/load.ts";
import { mergeSettings } from "../../src/config/settings.ts";
import { FAST_PATHS } from "../../src/core/fast-paths.ts";
import { temporaryDirectory } from "../support/machine.ts";
import { NO_FLAGS } from "../support/no-flags.ts";

const SERVER = '[tool.gunicov.server]\nservice = "web"\n';

const AT_ONCE = {
  "server.source": '["src"]',
  "tests.command": '["pytest", "-x"]',
  "tests.cwd": '"src"',
  "tests.env": '{ A = "b" }',
  "tests.source": '["src"]',
  "tests.timeout": "7",
  "tests.requests": "false",
  "tests.junit": '"a.xml"',
  "tests.order": '"failed-first"',
  "coverage.fail_under": "90",
  "watch.quiet_ms": "7",
  "watch.on_change": '"queue"',
  "watch.ignore": '["a"]',
  "watch.include": '["a"]',
  ...Object.fromEntries(FAST_PATHS.map((name) => [name, "false"])),
};

async function edited(line: string, table: string) {
  const directory = await temporaryDirectory("live");
  await mkdir(join(directory, "src"));
  const file = join(directory, "gunicov.toml");
  await writeFile(file, SERVER);
  const loaded = await loadConfig(directory, null);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const settings = mergeSettings(loaded.value, NO_FLAGS, directory);
  if (!settings.ok) throw new Error(settings.failure.message);
  const live = new LiveSettings(loaded.value, settings.value, NO_FLAGS, directory);
  await writeFile(
    file,
    table === "server" ? `${SERVER}${line}\n` : `${SERVER}[tool.gunicov.${table}]\n${line}\n`,
  );
  const edit = await live.reread(file);
  if (!edit.ok) throw new Error(edit.failure.message);
  return { edit: edit.value, before: settings.value, after: live.current };
}

test.each(Object.entries(AT_ONCE))("%s holds at once", async (name, value) => {
  const [table = "", key = ""] = name.split(".");
  const { edit, before, after } = await edited(`${key} = ${value}`, table);
  expect(edit).toMatchObject({ now: [name], later: [] });
  expect(after).not.toEqual(before);
});

test("where the server is holds when gunicov starts again, and nothing changes until then", async () => {
  const { edit, before, after } = await edited("restart_timeout = 7", "server");
  expect(edit).toMatchObject({ now: [], later: ["server.restart_timeout"] });
  expect(after).toEqual(before);
});

/** A session with these files in its root, which may be written and removed. */
async function session(files: Readonly<Record<string, string>>) {
  const directory = await temporaryDirectory("live");
  const put = (name: string, text: string) => writeFile(join(directory, name), text);
  for (const [name, text] of Object.entries(files)) await put(name, text);
  const loaded = await loadConfig(directory, null);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const flags = { ...NO_FLAGS, service: "web" };
  const settings = mergeSettings(loaded.value, flags, directory);
  if (!settings.ok) throw new Error(settings.failure.message);
  const live = new LiveSettings(loaded.value, settings.value, flags, directory);
  return {
    live,
    put,
    remove: (name: string) => rm(join(directory, name)),
    at: (name: string) => join(directory, name),
  };
}

const limit = (percent: number) => `[tool.gunicov.coverage]\nfail_under = ${percent}\n`;

describe("a gunicov.toml that comes or goes", () => {
  test("takes over from pyproject.toml, and gives way to it", async () => {
    const { live, put, remove, at } = await session({ "pyproject.toml": limit(50) });
    expect(live.files).toContain(at("gunicov.toml"));
    await put("gunicov.toml", "[coverage]\nfail_under = 60\n");
    expect(await live.reread(at("gunicov.toml"))).toMatchObject({
      ok: true,
      value: { now: ["coverage.fail_under"] },
    });
    expect(live.current.failUnder).toBe(60);
    await put("pyproject.toml", limit(70));
    expect(await live.reread(at("pyproject.toml"))).toMatchObject({
      ok: true,
      value: { now: [], later: [] },
    });
    await remove("gunicov.toml");
    expect(await live.reread(at("gunicov.toml"))).toMatchObject({
      ok: true,
      value: { now: ["coverage.fail_under"] },
    });
    expect(live.current.failUnder).toBe(70);
  });

  test("is read where there was no file at all", async () => {
    const { live, put, at } = await session({});
    await put("gunicov.toml", "[coverage]\nfail_under = 60\n[watch]\npoll = true\n");
    expect(await live.reread(at("gunicov.toml"))).toMatchObject({
      ok: true,
      value: { now: ["coverage.fail_under"], later: ["watch.poll"] },
    });
    expect(live.current.failUnder).toBe(60);
  });

  test("leaves the settings as they are where it was the only one", async () => {
    const { live, remove, at } = await session({ "gunicov.toml": limit(60) });
    await remove("gunicov.toml");
    const edit = await live.reread(at("gunicov.toml"));
    expect(edit).toMatchObject({
      ok: false,
      failure: { message: expect.stringContaining("gunicov.toml any more") },
    });
    expect(live.current.failUnder).toBe(60);
  });

  test("with a mistake in it changes nothing, and the mistake is told with its line", async () => {
    const { live, put, at } = await session({ "pyproject.toml": limit(50) });
    await put("gunicov.toml", "[coverage]\nfail_undr = 60\n");
    const edit = await live.reread(at("gunicov.toml"));
    expect(edit).toMatchObject({
      ok: false,
      failure: { message: expect.stringMatching(/gunicov\.toml:2:1: /) },
    });
    expect(live.current.failUnder).toBe(50);
  });
});
