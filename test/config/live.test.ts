/** The configuration edited while gunicov runs: what holds at once is what is said to. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
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
