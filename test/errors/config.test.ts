/** What a person gets wrong in the configuration or on the command line. */
import { chown } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, test } from "vitest";
import { remove } from "../support/machine.ts";
import { project } from "../support/small-project.ts";
import { expectError } from "./expect.ts";

const CONFIG = { kind: "config", exit: 2 } as const;
const HELP = /See gunicov --help/;

describe("in the configuration file", () => {
  test.each([
    {
      name: "an unknown key",
      toml: '[tool.gunicov.server]\ncomand = ["gunicorn", "app:app"]',
      message: /bad\.toml:2:1: tool\.gunicov\.server\.comand is not a key/,
      fix: /Did you mean command\? Known here: service, container, project, source/,
    },
    {
      name: "an unknown section",
      toml: "[tool.gunicov.test]\nrun = 'host'",
      message: /tool\.gunicov\.test is not a key/,
      fix: /Did you mean tests\?/,
    },
    {
      name: "a command that is a text",
      toml: '[tool.gunicov.server]\ncommand = "gunicorn app:app"',
      message: /tool\.gunicov\.server\.command must be a list, and is "gunicorn app:app"/,
      fix: /command = \["gunicorn", "app:app"\]/,
    },
    {
      name: "a wrong word in a list",
      toml: "[tool.gunicov.tests]\ncommand = ['pytest', 2]",
      message: /tool\.gunicov\.tests\.command\[1\] must be a text in quotes, and is 2/,
      fix: /Correct it there/,
    },
    {
      name: "a port out of range",
      toml: "[tool.gunicov.server]\nport = 80000",
      message: /tool\.gunicov\.server\.port must be at most 65535, and is 80000/,
      fix: /Correct it there/,
    },
    {
      name: "a directory that is not there",
      toml: '[tool.gunicov.server]\ncommand = ["gunicorn", "app:app"]\nsource = ["scr"]',
      message: /bad\.toml:3:1: server\.source: there is no .*scr\./,
      fix: /Correct it there\. Its paths are from the project's root/,
    },
    {
      name: "bad TOML",
      toml: '[tool.gunicov.server]\ncommand = ["gunicorn"\nport = 1',
      message: /bad\.toml:3:\d+: this is not TOML/,
      fix: /Correct it there/,
    },
    {
      name: "a table of another prefix",
      toml: "[tool.server]\nport = 1",
      message: /bad\.toml:1:2: tool\.server is no table of gunicov's/,
      fix: /Call its tables \[server\] or \[tool\.gunicov\.server\]/,
    },
    {
      name: "a key in both forms",
      toml: "[tool.gunicov.server]\nport = 1\n[server]\nport = 2",
      message: /bad\.toml:4:1: server\.port is there twice: also as tool\.gunicov\.server\.port in line 2/,
      fix: /Keep one of them/,
    },
    {
      name: "a table twice",
      toml: "[server]\nport = 1\n[server]\ncwd = 'x'",
      message: /bad\.toml:3:2: this is not TOML: trying to redefine/,
      fix: /Correct it there/,
    },
    {
      name: "a table as a list",
      toml: "[[server]]\nport = 1",
      message: /bad\.toml:1:3: server must be a table, and is a list/,
      fix: /Write \[server\]/,
    },
  ])("$name", async ({ toml, message, fix }) => {
    const directory = await project({ files: { "bad.toml": toml } });
    await expectError(["run", "--config", "bad.toml"], directory, { ...CONFIG, message, fix });
    await remove(directory);
  });
});

describe("on the command line", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await project();
  });
  afterAll(() => remove(directory));

  test.each([
    { words: ["rnu"], message: /There is no command rnu/, fix: /Did you mean run\?/ },
    { words: ["run", "tests"], message: /There is no command tests/, fix: /go behind --/ },
    { words: ["run", "-k", "x"], message: /Unknown option '-k'/, fix: /go behind --/ },
    { words: ["run", "--locl"], message: /Unknown option '--locl'/, fix: /Did you mean --local\?/ },
    {
      words: ["run", "--local", "--service", "x"],
      message: /'--service <name>' cannot be used with option '--local'/,
      fix: HELP,
    },
    { words: ["run", "--fail-under", "200"], message: /'200' is invalid. It is a number from 0/, fix: HELP },
    { words: ["run", "--report", "pdf=x"], message: /'pdf=x' is invalid. It is KIND=PATH/, fix: HELP },
    { words: ["run", "--config", "none.toml"], message: /There is no file .*none\.toml/, fix: /--config/ },
    { words: ["run", "--config", "."], message: /it is a directory/, fix: /Name a file/ },
  ])("$words", async ({ words, message, fix }) => {
    await expectError(words, directory, { ...CONFIG, message, fix });
  });

  test("nothing says where the server is", async () => {
    const files = { "app.py": "", "gunicov.toml": "[tool.gunicov.tests]\nrun = 'host'" };
    const bare = await project({ files });
    const message = /Nothing below .* says how gunicorn is started: no compose service, Procfile/;
    await expectError(["run"], bare, { ...CONFIG, message, fix: /--service NAME/ });
    const needs = /--local needs the server's command/;
    await expectError(["run", "--local"], bare, { ...CONFIG, message: needs, fix: /command = \["gunicorn"/ });
    await remove(bare);
  });
});

test.runIf(process.getuid?.() === 0)(
  "a configuration that belongs to another user, in a directory above",
  async () => {
    const directory = await project();
    try {
      const file = join(directory, "gunicov.toml");
      await chown(file, 65533, 65533);
      const expected = {
        ...CONFIG,
        message:
          /gunicov\.toml belongs to .*65533\)?, and you are root \(uid 0\): what it says would be run as you/,
        fix: /GUNICOV_SAFE_DIRECTORY=\S+ .*--config /,
      };
      await expectError(["run", "--local"], join(directory, "tests"), expected);
    } finally {
      await remove(directory);
    }
  },
);
