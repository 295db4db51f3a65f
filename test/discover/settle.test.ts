import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { keepAnswers, readAnswers } from "../../src/adapters/host/answers.ts";
import { EMPTY_CONTENT, observe } from "../../src/core/screen-content.ts";
import { NOTHING_GIVEN } from "../../src/discover/discovery.ts";
import { type Answers, type Ask, settle } from "../../src/discover/settle.ts";
import { firstLines } from "../../src/screen/first-lines.ts";
import { filesOf, ROOT } from "./project.ts";

const TWO = filesOf({
  Procfile: "web: gunicorn a:app\nadmin: gunicorn b:app\n",
  "tests/test_a.py": 'import requests, os\nA = os.environ["API_URL"]\nB = os.environ["WEB_URL"]\n',
});
const ADMIN = ["gunicorn", "--bind", "127.0.0.1:{port}", "b:app"];

async function settled(kept: Answers, ask: Ask | null, files = TWO) {
  const survey = {
    env: {},
    files: () => files,
    compose: async () => ({ type: "none" as const }),
    containers: async () => [],
    image: async () => null,
    sameBytes: async () => null,
  };
  return await settle(ROOT, survey, NOTHING_GIVEN, kept, ask);
}

describe("questions", () => {
  test("one after the other; the answers are what is found then, and the user is the reason", async () => {
    const asked: string[] = [];
    const result = await settled({}, async ({ key, answers }) => {
      asked.push(key);
      return answers[1]?.value ?? null;
    });
    expect(asked).toEqual(["server.command", "tests.env"]);
    if (!result.ok) throw new Error(result.failure.message);
    expect(result.value.answers).toEqual({
      "server.command": ADMIN,
      "tests.env": "WEB_URL=http://127.0.0.1:{port}",
    });
    expect(result.value.discovery.config).toMatchObject({
      server: { command: ADMIN, source: ["."] },
      tests: { command: ["pytest", "tests"], env: { WEB_URL: "http://127.0.0.1:{port}" } },
    });
    expect(result.value.discovery.findings[0]).toMatchObject({ key: "server.command", why: "your answer" });
  });

  test("a kept answer is not asked for again, one that fits no more is", async () => {
    const kept = { "server.command": ADMIN, "tests.env": "GONE=http://127.0.0.1:{port}" };
    const asked: string[] = [];
    await settled(kept, async ({ key, answers }) => {
      asked.push(key);
      return answers[0]?.value ?? null;
    });
    expect(asked).toEqual(["tests.env"]);
  });

  test("nobody to ask: the key, the flag and the answers are named, and the exit code is 2", async () => {
    const result = await settled({}, null);
    expect(result).toMatchObject({
      ok: false,
      failure: { kind: "config", message: expect.stringContaining("2 answers fit (server.command)") },
    });
    expect(result).toMatchObject({
      failure: { detail: expect.stringContaining("b:app  (Procfile:2, admin)") },
    });
  });
});

describe("kept answers", () => {
  let root: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "answers-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  test("are read back; a line that was spoilt says nothing", async () => {
    const answers = { "server.service": "web", "server.command": ADMIN };
    await keepAnswers(root, answers);
    expect(await readAnswers(root)).toEqual(answers);
    const file = join(root, ".gunicov", "answers");
    await writeFile(file, `${await readFile(file, "utf8")}tests.service = web\ntests.env = {\n`);
    expect(await readAnswers(root)).toEqual(answers);
  });
});

describe("the first screen", () => {
  const fact = { v: 1, seq: 1, cycle: 1, at: 0 } as const;
  const found = {
    type: "found",
    findings: [
      {
        key: "server.service",
        value: "web",
        why: "compose.yaml:3: gunicorn --bind 0.0.0.0:8000 shop.wsgi:application",
      },
      {
        key: "tests.command",
        value: "pytest tests/system",
        why: "sends requests (requests in tests/system/test_a.py:1); not tests/unit, which sends none",
      },
    ],
    missing: [],
    answers: null,
  } as const;

  test.each([76, 156])("says what was found and what to do next, in lines of at most %i columns", (width) => {
    const lines = firstLines(observe(EMPTY_CONTENT, { ...fact, ...found }), width);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
    const text = lines.join(" ").replace(/\s+/g, " ");
    expect(text).toContain(
      "server.service web (compose.yaml:3: gunicorn --bind 0.0.0.0:8000 shop.wsgi:application)",
    );
    expect(text).toContain("not tests/unit, which sends none)");
    expect(text).toContain(
      "Edit a file: each save is a cycle. ? shows all keys. gunicov init writes this down",
    );
    expect(lines.length).toBeLessThanOrEqual(18);
  });
});
