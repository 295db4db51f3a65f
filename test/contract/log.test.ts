/** The log in a file, in memory, and the fake: what any of them is told can be read there, and no secret with it. */
import { readFileSync, statSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HostLog } from "../../src/adapters/host/log.ts";
import { LogFile } from "../../src/adapters/host/log-file.ts";
import { LogMemory } from "../../src/adapters/host/log-memory.ts";
import type { Log } from "../../src/ports/log.ts";
import { FakeLog } from "../support/fake-log.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let place: string;
beforeEach(async () => {
  place = await temporaryDirectory("log");
});
afterEach(async () => await remove(place));

interface Subject {
  readonly log: Log;
  /** All lines so far. */
  readonly text: () => string;
}

const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  fake: () => {
    const log = new FakeLog();
    return { log, text: () => log.lines.join("") };
  },
  file: () => {
    const path = join(place, "x.log");
    const log = opened(path);
    return { log, text: () => readFileSync(path, "utf8") };
  },
  memory: () => {
    const log = opened(null);
    log.root = place;
    return { log, text: () => readFileSync(log.keep() ?? "", "utf8") };
  },
};

function opened(path: string | null): HostLog {
  const log = HostLog.open(path);
  if (!log.ok) throw new Error(log.failure.message);
  return log.value;
}

describe.each(Object.keys(SUBJECTS))("a log (%s)", (name) => {
  const subject = () => (SUBJECTS[name] as () => Subject)();

  it("has a line of JSON for each note, in order, at once", () => {
    const { log, text } = subject();
    for (const index of [1, 2, 3]) log.note({ what: "said", index, text: "a\nb" });
    const notes = text()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(notes.map(({ what, index }) => [what, index])).toEqual([1, 2, 3].map((index) => ["said", index]));
    expect(notes[0].at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it("has no value of a secret variable that it knows of, also not of an earlier one", () => {
    const { log, text } = subject();
    log.hide({ FIRST_TOKEN: "first-secret-value", PATH: "/usr/bin" });
    log.hide({ OTHER_KEY: "other-secret-value" });
    log.note({ what: "said", text: "first-secret-value, other-secret-value, /usr/bin" });
    expect(text()).toContain("<FIRST_TOKEN>, <OTHER_KEY>, /usr/bin");
  });

  it("throws nothing, whatever it is given", () => {
    const { log, text } = subject();
    const odd: object = {
      get broken(): string {
        throw new Error("a getter that throws");
      },
    };
    expect(() => log.note({ what: "odd", odd })).not.toThrow();
    log.note({ what: "next" });
    expect(text()).toContain("next");
  });

  it("names the file that it is in", () => {
    const { log } = subject();
    log.note({ what: "said" });
    expect(log.keep()).toMatch(/\.log$/);
  });
});

describe("a log's file", () => {
  const line = (name: string) => `${name.repeat(99)}\n`;

  it("becomes FILE.1 at its limit, and a new one is begun: never more than twice the limit", async () => {
    const path = join(place, "x.log");
    const file = LogFile.open(path, 1_000);
    if (!file.ok) throw new Error(file.failure.message);
    for (const name of "abcdefghijklmnopqrstuvwxyz") file.value.write(line(name));
    const [now, before] = [await readFile(path, "utf8"), await readFile(`${path}.1`, "utf8")];
    expect(before + now).toBe([..."klmnopqrstuvwxyz"].map(line).join("").slice(0));
    expect(Math.max(now.length, before.length)).toBeLessThanOrEqual(1_000);
    file.value.close();
    const again = LogFile.open(path, 1_000);
    if (!again.ok) throw new Error(again.failure.message);
    again.value.write(line("!"));
    expect(await readFile(path, "utf8")).toBe(now + line("!"));
  });

  it("is nobody else's to read, for it has what the tests print", async () => {
    const path = join(place, "x.log");
    opened(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("that can't be written is refused, with what to do", async () => {
    await mkdir(join(place, "directory"));
    for (const path of [join(place, "directory"), join(place, "nowhere", "x.log")]) {
      const told = HostLog.open(path);
      expect(told).toMatchObject({
        ok: false,
        failure: { kind: "config", fix: expect.stringContaining("--log") },
      });
    }
  });

  it("that is lost later costs the lines, and nothing else", async () => {
    const file = LogFile.open("/dev/full");
    if (!file.ok) throw new Error(file.failure.message);
    expect(() => file.value.write("x\n")).not.toThrow();
  });
});

describe("a log in memory", () => {
  it("has its last part, whole lines, of not more than its limit", async () => {
    const memory = new LogMemory(1_000);
    for (let index = 0; index < 5_000; index += 1) memory.write(`line ${index}\n`);
    const lines = (await readFile(memory.save(place) ?? "", "utf8")).trimEnd().split("\n");
    expect(lines.at(-1)).toBe("line 4999");
    expect(lines[0]).toMatch(/^line \d+$/);
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.join("\n").length).toBeLessThanOrEqual(1_000);
  });

  it("goes to .gunicov, which no repository takes; where that can't be, to a new temporary directory", async () => {
    const memory = new LogMemory();
    memory.write("a line\n");
    expect(memory.save(place)).toBe(join(place, ".gunicov", "internal-error.log"));
    expect(await readFile(join(place, ".gunicov", ".gitignore"), "utf8")).toBe("*\n");
    const elsewhere = join(place, "elsewhere");
    await mkdir(elsewhere);
    await mkdir(join(place, "other"));
    await symlink(elsewhere, join(place, "other", ".gunicov"));
    await writeFile(join(place, "file"), "");
    for (const root of [join(place, "other"), join(place, "file"), null]) {
      const path = memory.save(root);
      expect(path?.startsWith(join(tmpdir(), "gunicov-"))).toBe(true);
      await remove(join(path ?? "", ".."));
    }
  });
});
