import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HIDDEN, redactor } from "../../../src/core/log/redact.ts";
import { isSecretName, secretsOf } from "../../../src/core/log/secrets.ts";

const SECRET = "s3cr3t/Wert+mit=allem";
const none = redactor([]);

describe("a variable's name", () => {
  it.each([
    "TOKEN",
    "GITHUB_TOKEN",
    "SECRET_KEY",
    "DJANGO_SECRET_KEY",
    "APIKEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "DB_PASSWORD",
    "PGPASSWORD",
    "MYSQL_PWD",
    "db_pass",
    "SENTRY_DSN",
    "GOOGLE_CREDENTIALS",
    "BASIC_AUTH",
    "SECRET_1",
    "api-key",
  ])("%s looks secret", (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    "PWD",
    "OLDPWD",
    "PATH",
    "HOME",
    "KeyError",
    "KEYBOARD",
    "GIT_AUTHOR_NAME",
    "SSH_AUTH_SOCK",
    "TOKEN_FILE",
    "PASSES",
    "DEBUG",
  ])("%s does not", (name) => expect(isSecretName(name)).toBe(false));
});

describe("a secret of the environment", () => {
  const redact = redactor(
    secretsOf({
      API_TOKEN: SECRET,
      SHORT_SECRET: "hunter2",
      DATABASE_URL: "postgres://me:p%40ss-word@db:5432/x",
      PRIVATE_KEY: "-----BEGIN X-----\nfirst-line-of-it\nlast-line-of-it",
      DEBUG_TOKEN: "1",
      HOME: "/home/me",
    }),
  );

  it.each([
    ["a message", `refused: ${SECRET}!`],
    ["a command line", `curl -H ${SECRET}`],
    ["JSON", JSON.stringify({ a: `"${SECRET}"` })],
    ["a Python string", `'${SECRET}'`],
    ["an address", `https://x/?a=${encodeURIComponent(SECRET)}`],
  ])("is taken out of %s, and named", (_, text) => {
    expect(redact(text)).not.toContain(SECRET);
    expect(redact(text)).not.toContain(encodeURIComponent(SECRET));
    expect(redact(text)).toContain("<API_TOKEN>");
  });

  it("is taken out where it is short, but only as a word of its own", () => {
    expect(redact("login hunter2 failed")).toBe("login <SHORT_SECRET> failed");
    expect(redact("test_hunter2x and 1 more")).toBe("test_hunter2x and 1 more");
    expect(redactor(secretsOf({ A_KEY: "!ab-" }))("x!ab-y")).toBe("x<A_KEY>y");
  });

  it("is taken out line by line, and of an address its password, encoded and plain", () => {
    expect(redact("at first-line-of-it, or p@ss-word, p%40ss-word")).not.toMatch(/first-line|ss-word/);
    expect(redact("/home/me/app.py")).toBe("/home/me/app.py");
  });

  it("is never left, wherever it stands between other texts and whatever its characters are", () => {
    const word = fc.string({ minLength: 12, maxLength: 40, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(word, fc.string(), fc.string(), (value, before, after) => {
        fc.pre(value.trim() === value && !value.startsWith("-----"));
        const hide = redactor(secretsOf({ MY_TOKEN: value }));
        for (const text of [value, JSON.stringify(value).slice(1, -1)]) {
          expect(hide(`${before}\n${text}\n${after}`).split("\n").slice(1, -1).join("\n")).not.toContain(
            text,
          );
        }
      }),
    );
  });
});

describe("what looks like a secret", () => {
  it.each([
    ["docker run -e API_TOKEN=abc123 image", `docker run -e API_TOKEN=${HIDDEN} image`],
    ['SECRET_KEY="a b c"', `SECRET_KEY=${HIDDEN}`],
    ["{'SECRET_KEY': 'abc', 'DEBUG': 'yes'}", `{'SECRET_KEY': "${HIDDEN}", 'DEBUG': 'yes'}`],
    ["redis://:abc@cache:6379/0", `redis://${HIDDEN}@cache:6379/0`],
    ["https://ghp_abcdef@example.org/x.git", `https://${HIDDEN}@example.org/x.git`],
    ["GET /x?token=abc&page=2", `GET /x?token=${HIDDEN}&page=2`],
    ["API_KEY=ab<cd>ef x", `API_KEY=${HIDDEN} x`],
    [String.raw`{\"password\": \"ab<c\", \"a\": 1}`, String.raw`{\"password\": \"***", \"a\": 1}`],
    ["API_KEY=<API_KEY> --token <A_TOKEN>", "API_KEY=<API_KEY> --token <A_TOKEN>"],
    ["tool --password abc --verbose", `tool --password ${HIDDEN} --verbose`],
    ["Authorization: Bearer abc.def", `Authorization: ${HIDDEN}`],
    ["-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", HIDDEN],
    ["eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl", HIDDEN],
  ])("goes: %s", (text, left) => expect(none(text)).toBe(left));

  it.each([
    "KeyError: 'missing'",
    "tokenize.TokenError: ('EOF in multi-line string', (1, 0))",
    "test_api.py::test_key[a=b] PASSED",
    "http://127.0.0.1:8000/path",
    "pytest -k author -p no:cacheprovider --keep-duplicates x",
  ])("stays: %s", (text) => expect(none(text)).toBe(text));

  it("is looked for in no more time than a long text takes", () => {
    const began = performance.now();
    for (const text of [
      "a".repeat(130_000),
      "a-".repeat(65_000),
      "eyJ-".repeat(32_000),
      "a='".repeat(40_000),
      "://".repeat(40_000),
    ]) {
      none(text);
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});
