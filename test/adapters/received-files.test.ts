/** What comes from inside a container is not trusted with the host's directories. */
import { describe, expect, test } from "vitest";
import { ReceivedFiles } from "../../src/adapters/helper/received-files.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

function part(path: unknown, text = "x", last = true): Record<string, unknown> {
  return { id: 1, event: "file", path, data: base64(text), part: 0, last };
}

function filesOf(...events: Record<string, unknown>[]): ReceivedFiles {
  const whole = new ReceivedFiles();
  for (const event of events) whole.take(event);
  return whole;
}

describe("parts", () => {
  test("are put together by file, in the order in which they come", () => {
    const whole = filesOf(part("a.html", "one ", false), part("b/c.css", "css"), part("a.html", "two"));
    const files = whole.files().map(({ path, data }) => [path, Buffer.from(data).toString()]);
    expect(files).toEqual([
      ["a.html", "one two"],
      ["b/c.css", "css"],
    ]);
    expect(whole.refused).toBeNull();
  });

  test("that are none are passed over", () => {
    expect(filesOf({ event: "booted" }, { event: "file" }, part(7)).files()).toEqual([]);
  });
});

describe("a name is refused", () => {
  test.each([
    "../x",
    "a/../../x",
    "/etc/passwd",
    "//x",
    "..",
    "",
    "a\0b",
    "..\\x",
    "C:\\x",
    "a/../..",
    ".",
    "a/..",
    "a/",
  ])("%j", (path) => {
    const whole = filesOf(part("good.html"), part(path), part("later.html"));
    expect(whole.refused).toContain("a file named");
  });

  test.each(["a/../b.html", "..a/b", "a b.html", "é.html", "a/./b"])("but not %j", (path) => {
    expect(filesOf(part(path)).refused).toBeNull();
  });
});

test("more than 512 MiB are refused, and not kept", () => {
  const whole = new ReceivedFiles();
  const data = Buffer.alloc(8 * 1024 * 1024).toString("base64");
  for (let count = 0; count <= 64; count += 1) whole.take({ event: "file", path: "big", data });
  expect(whole.refused).toBe("more than 512 MiB");
});
