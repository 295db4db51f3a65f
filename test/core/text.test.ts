import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { clean, cleanLines, duration } from "../../src/core/text.ts";
import { displayWidth, fill, truncateEnd, truncateStart, wrap } from "../../src/screen/width.ts";

/** Text of all that may go wrong: wide, combining, joined and control characters, escapes. */
const nasty = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "\x1b[31m",
        "\x1b]52;c;cHduZWQ=\x07",
        "\x1b]0;t\x1b\\",
        "\x1bP1$r\x1b\\",
        "\x9b2J",
        "\x1bc",
        "\t",
        "\r",
      ),
      fc.constantFrom(
        "漢字",
        "한글",
        "e\u0301",
        "👩‍👩‍👧",
        "🇩🇪",
        "ﾊﾟ",
        "\u202e",
        "\u200b",
        "1\u20e3",
        "❤\ufe0f",
      ),
      fc.string({ unit: "grapheme", maxLength: 6 }),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(""));

describe("clean", () => {
  it.each([
    ["\x1b[1;31mred\x1b[0m", "red"],
    ["a\x1b[2Jb\x1b[Hc", "abc"],
    ["\x1b]52;c;aGk=\x07clipboard", "clipboard"],
    ["\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1bP+q544e\x1b\\dcs", "dcs"],
    ["\x9b31mc1", "c1"],
    ["\x1b7saved\x1bc", "saved"],
    ["unfinished \x1b]0;title", "unfinished "],
    ["back\b\b\x07bell\x00\x7f", "backbell"],
    ["abc\u202edcba", "abcdcba"],
    ["two\r\nlines\u2028three", "two lines three"],
    ["a\tb", "a   b"],
    ["half \ud800 pair", "half  pair"],
  ])("of %j is %j", (text, wanted) => {
    expect(clean(text)).toBe(wanted);
  });

  it("leaves no control character, whatever comes in", () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(clean(text)).not.toMatch(/[\p{Control}\u202a-\u202e\u2066-\u2069]/u);
        for (const line of cleanLines(text)) expect(line).not.toMatch(/\p{Control}/u);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves plain text of any language as it is", () => {
    for (const text of ["assert 1 == 2", "größer als", "漢字 한글", "👩‍👩‍👧 ok"])
      expect(clean(text)).toBe(text);
  });
});

describe("cleanLines", () => {
  it("splits at every kind of line end and leaves trailing empty lines out", () => {
    expect(cleanLines("a\r\nb\rc\n\n  \n")).toEqual(["a", "b", "c"]);
    expect(cleanLines("")).toEqual([]);
    expect(cleanLines("\n\na")).toEqual(["", "", "a"]);
  });
});

describe("display width", () => {
  it.each(["", "abc", "漢字", "한글", "e\u0301", "👩‍👩‍👧", "🇩🇪", "│─█░✓✗●○▸…‖↑↓", "\u200b", "ﾊ", "１２"])(
    "of %j is what Ink measures",
    (text) => {
      expect(displayWidth(text)).toBe(stringWidth(text));
    },
  );

  it("is never more than the room, however a text is cut, filled or wrapped", () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 0, max: 30 }), (raw, width) => {
        const text = clean(raw);
        expect(displayWidth(truncateEnd(text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(truncateStart(text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(fill(text, width))).toBe(width);
        if (width >= 2)
          for (const piece of wrap(text, width)) expect(displayWidth(piece)).toBeLessThanOrEqual(width);
        if (width >= 1) expect(wrap(text, width).join("")).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it("cuts a path at its start and a message at its end", () => {
    expect(truncateStart("source/xy/game.py", 10)).toBe("…y/game.py");
    expect(truncateEnd("assert 500 == 200", 10)).toBe("assert 50…");
    expect(truncateEnd("漢字漢字", 4)).toBe("漢…");
    expect(fill("7", 3, "right")).toBe("  7");
  });
});

it("says times as people do", () => {
  expect([0.4, 48, 999, 1300, 59_940, 59_960, 125_000].map(duration)).toEqual([
    "0 ms",
    "48 ms",
    "999 ms",
    "1.3 s",
    "59.9 s",
    "1 min 0 s",
    "2 min 5 s",
  ]);
});
