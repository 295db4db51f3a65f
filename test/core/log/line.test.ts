import { describe, expect, it } from "vitest";
import { lineOf, MOST_LINE } from "../../../src/core/log/line.ts";
import { redactor } from "../../../src/core/log/redact.ts";
import { secretsOf } from "../../../src/core/log/secrets.ts";

const SECRET = "the-value-of-it";
const redact = redactor(secretsOf({ APP_TOKEN: SECRET }));
const AT = "2026-01-02T03:04:05.678Z";
const read = (note: object) => JSON.parse(lineOf(AT, { what: "x", ...note }, redact));

describe("a line of the log", () => {
  it("is one line of JSON, with its time first", () => {
    const line = lineOf(AT, { what: "said", text: "a\nb", error: new Error("broken") }, redact);
    expect(line.startsWith(`{"at":"${AT}","what":"said"`)).toBe(true);
    expect(line.indexOf("\n")).toBe(line.length - 1);
    expect(JSON.parse(line).error).toMatch(/^Error: broken\n +at /);
  });

  it("is never longer than a line may be, and says what is left out", () => {
    const notes = [
      { text: "x".repeat(1_000_000) },
      { text: `${"x".repeat(100_000)}the end` },
      { list: Array.from({ length: 100_000 }, (_, index) => index) },
      { list: Array.from({ length: 500 }, () => "y".repeat(5_000)) },
      Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`key${index}`, "z".repeat(500)])),
      { deep: Array.from({ length: 60 }, () => Array.from({ length: 60 }, () => ["w".repeat(4_000)])) },
    ];
    for (const note of notes) {
      const line = lineOf(AT, { what: "x", ...note }, redact);
      expect(line.length).toBeLessThanOrEqual(MOST_LINE + 1);
      expect(JSON.parse(line)).toMatchObject({ at: AT, what: "x" });
      expect(line).toMatch(/more|cut/);
    }
    expect(read(notes[1] ?? {}).text).toMatch(/the end$/);
  });

  it("has no secret, whatever holds it: a key, a list, an error, a command of words, the edge of a cut", () => {
    const edge = (at: number) => ({ text: `${"-".repeat(at)}${SECRET}${"-".repeat(200_000)}` });
    const notes = [
      { [SECRET]: 1 },
      { list: [[{ text: `it is ${SECRET}` }]] },
      { error: new Error(SECRET) },
      { argv: ["tool", "--password", "another"] },
      { env: { app_password: "another", PATH: "/bin" } },
      { settings: { DB_PASSWORD: "another" } },
      ...[985, 990, 995, 1_000].map(edge),
      { text: `${"-".repeat(200_000)}${SECRET}${"-".repeat(2_990)}` },
    ];
    for (const note of notes) {
      const line = lineOf(AT, { what: "x", ...note }, redact);
      expect(line).not.toContain(SECRET);
      expect(line).not.toContain(SECRET.slice(4));
      expect(line).not.toContain("another");
    }
    expect(read(notes[4] ?? {}).env.PATH).toBe("/bin");
  });

  it("leaves out what can't be written, and does not follow a ring for ever", () => {
    const ring: Record<string, unknown> = { big: 1n, nothing: undefined, call: () => {} };
    ring.self = ring;
    const told = read({ ring, bytes: new Uint8Array(3) });
    expect(told.ring).toMatchObject({ big: "1" });
    expect(told.bytes).toBe("3 bytes");
  });
});
