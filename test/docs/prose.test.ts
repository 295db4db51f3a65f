import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { median, proseOf, wordCount } from "./prose.ts";

const ROOT = new URL("../../", import.meta.url);
const MOST_WORDS = 30;
const MEDIAN_BELOW = 15;
const README_LINES = 120;

const pages = (await readdir(new URL("docs/", ROOT))).filter((name) => name.endsWith(".md"));
const files = ["README.md", "CONTRIBUTING.md", ...pages.map((name) => `docs/${name}`)];
const read = (file: string) => readFile(new URL(file, ROOT), "utf8");

describe.each(files)("%s", (file) => {
  test(`has no sentence of more than ${MOST_WORDS} words`, async () => {
    const { sentences, cells } = proseOf(await read(file));
    const long = [...sentences, ...cells].filter((sentence) => wordCount(sentence) > MOST_WORDS);
    expect(long.map((sentence) => `${wordCount(sentence)} words: ${sentence}`)).toEqual([]);
  });

  test(`has sentences of fewer than ${MEDIAN_BELOW} words, half of them`, async () => {
    const { sentences } = proseOf(await read(file));
    expect(sentences.length).toBeGreaterThan(0);
    expect(median(sentences.map(wordCount))).toBeLessThan(MEDIAN_BELOW);
  });
});

test(`README.md has ${README_LINES} lines at most`, async () => {
  const lines = (await read("README.md")).trimEnd().split("\n");
  expect(lines.length).toBeLessThanOrEqual(README_LINES);
});

describe("what counts as a sentence", () => {
  const sentences = (text: string) => proseOf(text).sentences;

  test("ends at a full stop, and goes on over lines", () => {
    expect(sentences("One two\nthree. Four (five.) Six")).toEqual(["One two three.", "Four (five.)", "Six"]);
  });

  test("does not end within a name, a number or code", () => {
    expect(sentences("See docs/a.md, 20.1 or `a. b` here")).toEqual(["See docs/a.md, 20.1 or `code` here"]);
  });

  test("is each item of a list, and each cell of a table", () => {
    expect(sentences("- one\n  two\n- three\n1. four")).toEqual(["one two", "three", "four"]);
    expect(proseOf("| a | b |\n|---|---|\n| c. d | `e | f` |").cells).toEqual([
      "a",
      "b",
      "c.",
      "d",
      "`code`",
    ]);
  });

  test("is none in a fence, a heading or a comment; of a link it is the text", () => {
    expect(sentences("# Head. Two\n```\ncode. More\n```\n<!-- no. -->\n[a b](c. d)")).toEqual(["a b"]);
  });
});
