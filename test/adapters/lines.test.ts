import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Lines } from "../../src/adapters/helper/lines.ts";

function split(chunks: readonly string[], limit = 1000): readonly (string | null)[] {
  const lines: (string | null)[] = [];
  const splitter = new Lines(limit, (line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe("a stream of text in lines", () => {
  test.each([
    { chunks: ["a\nb\n"], lines: ["a", "b"] },
    { chunks: ["a", "b\nc", "", "\n"], lines: ["ab", "c"] },
    { chunks: ["\n\n"], lines: ["", ""] },
    { chunks: ["no end"], lines: ["no end"] },
    { chunks: [], lines: [] },
    // Only \n ends a line: a separator in a JSON string must not.
    { chunks: ["a\u2028b\r\n"], lines: ["a\u2028b\r"] },
  ])("$chunks", ({ chunks, lines }) => {
    expect(split(chunks)).toEqual(lines);
  });

  test("however it is cut, the lines are the same", () => {
    const piece = fc.string({ unit: fc.constantFrom("a", "é", "😀", "\n"), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(piece), (chunks) => {
        expect(split(chunks)).toEqual(split([chunks.join("")]));
      }),
    );
  });

  test("a line that is too long is reported as such, once, and the next is whole again", () => {
    expect(split(["12345\n123", "456\n12\n", "x".repeat(50), "x\nok"], 5)).toEqual([
      "12345",
      null,
      "12",
      null,
      "ok",
    ]);
  });

  test("one that never ends keeps nothing in memory, and is reported at the end", () => {
    const chunks = Array.from({ length: 1000 }, () => "x".repeat(10_000));
    expect(split(chunks, 100)).toEqual([null]);
  });
});
