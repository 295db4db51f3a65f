/** Configuration files and command lines: always a Result with a message and what to do, never a throw. */
import { rmSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "smol-toml";
import { readArguments } from "../../src/config/arguments.ts";
import { loadConfig, nowhere } from "../../src/config/load.ts";
import { mergeSettings } from "../../src/config/settings.ts";
import type { Result } from "../../src/core/result.ts";
import { NO_FLAGS } from "../../test/support/no-flags.ts";
import { mutateBytes, mutateValue, oddValue, randomBytes } from "./mutate.ts";
import { inProcess } from "./part.ts";
import type { Random } from "./random.ts";

const TABLE = {
  tool: {
    other: { key: 1 },
    gunicov: {
      server: {
        service: "web",
        container: "web-1",
        command: ["gunicorn", "--bind", "127.0.0.1:{port}", "app:app"],
        cwd: ".",
        port: 8000,
        env: { A: "b" },
        source: ["src"],
        master: "web",
        coverage_dir: "/cov",
      },
      tests: {
        service: "tests",
        run: "host",
        command: ["pytest", "-n", "auto"],
        cwd: "/app",
        env: { URL: "http://127.0.0.1:{port}" },
        source: ["test"],
        timeout: 60,
      },
      coverage: { fail_under: 90.5 },
      watch: { poll: false, quiet_ms: 60, on_change: "abort" },
    },
  },
};

const WORDS = [
  ["run"],
  ["watch"],
  ["--json"],
  ["--local"],
  ["--service", "web"],
  ["--container", "web-1"],
  ["--config", "gunicov.toml"],
  ["--fail-under", "80"],
  ["--report", "html=out"],
  ["--report=json=out.json"],
  ["--help"],
  ["-V"],
  ["--", "-k", "x"],
];

export const config = inProcess(async () => {
  const directory = await mkdtemp(join(tmpdir(), "gunicov-fuzz-"));
  const file = join(directory, "gunicov.toml");
  process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
  return (random) => (random.chance(0.3) ? commandLine(random) : configFile(random, file));
});

function commandLine(random: Random) {
  const words = Array.from({ length: random.below(5) }, () => random.pick(WORDS)).flat();
  const argv = words.map((word) =>
    random.chance(0.3) ? mutateBytes(Buffer.from(word), random).toString() : word,
  );
  if (random.chance(0.2)) argv.push(randomBytes(random).toString());
  const attempt = async () => {
    const read = readArguments(argv);
    checkResult(read);
    if (read.ok && "flags" in read.value) {
      checkResult(mergeSettings(nowhere("/x"), read.value.flags, "/x"));
    }
  };
  return { input: JSON.stringify(argv), attempt };
}

function configFile(random: Random, file: string) {
  const text = tomlText(random);
  const attempt = async () => {
    await writeFile(file, text);
    const loaded = await loadConfig("/", file);
    checkResult(loaded, file);
    if (loaded.ok) checkResult(mergeSettings(loaded.value, { ...NO_FLAGS, local: random.chance(0.5) }, "/x"));
  };
  return { input: JSON.stringify(text.toString()), attempt };
}

function tomlText(random: Random): Buffer {
  if (random.chance(0.1)) return randomBytes(random);
  const { gunicov, other } = TABLE.tool;
  const table = random.chance(0.1) ? oddValue(random) : mutateValue(gunicov, random);
  const text = tomlOf({ tool: random.chance(0.02) ? table : { other, gunicov: table } });
  return random.chance(0.4) ? mutateBytes(Buffer.from(text), random) : Buffer.from(text);
}

/** TOML has neither null nor every number: such a value is then the text that it was made from. */
function tomlOf(value: object): string {
  try {
    return stringify(value);
  } catch {
    return `x = ${JSON.stringify(value)}`;
  }
}

/** Every refusal says what, where and what next, in lines that a terminal can show. */
function checkResult(result: Result<unknown>, file?: string): void {
  if (result.ok) return;
  const { kind, message, fix } = result.failure;
  if (kind !== "config") throw new Error(`a failure of kind ${kind}`);
  if (message.trim() === "" || fix.trim() === "")
    throw new Error(`it does not say enough: ${message} / ${fix}`);
  if (file !== undefined && !/^.*gunicov\.toml|server/s.test(message))
    throw new Error(`no place in: ${message}`);
  if (/undefined|\[object|TypeError|at \S+ \(/.test(message))
    throw new Error(`no words for a user: ${message}`);
}
