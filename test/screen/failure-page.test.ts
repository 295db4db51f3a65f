/** A failing test's page: what tells most comes first. Outputs are pytest's own. */
import { describe, expect, it } from "vitest";
import type { TestResult } from "../../src/core/fact.ts";
import type { LogEntry } from "../../src/core/screen-content.ts";
import { lineSpans, wrapLines } from "../../src/screen/detail.ts";
import type { Line } from "../../src/screen/failure/line.ts";
import { testDetail } from "../../src/screen/failure/page.ts";
import { displayWidth } from "../../src/screen/width.ts";

function failed(output: readonly string[], change: Partial<TestResult> = {}): TestResult {
  const place = output.findLast((one) => /^\S+:\d+:/.test(one))?.replace(/(:\d+):.*/, "$1") ?? "";
  return {
    id: "t/test_a.py::test_a",
    outcome: "failed",
    ms: 12,
    message: "the message",
    place,
    output: output.join("\n"),
    started: 100,
    ended: 200,
    setup_ms: 0,
    teardown_ms: 0,
    xfail: null,
    ...change,
  };
}

const log = (...texts: readonly string[]): readonly LogEntry[] => texts.map((text) => ({ at: 150, text }));
const page = (test: TestResult, entries: readonly LogEntry[] = [], unfolded = false) =>
  testDetail(test, entries, unfolded);
const texts = (lines: readonly Line[]) => lines.map(({ text }) => text);
/** What stands out, in brackets. */
const marked = (lines: readonly Line[]) =>
  lines.flatMap(({ text, mark }) =>
    mark === undefined ? [] : [`${text.slice(0, mark[0])}[${text.slice(...mark)}]${text.slice(mark[1])}`],
  );

const BODY = `<html>${"<p>row</p>\\n".repeat(40)}A modest lea·ving.\\n</html>`;
const IN_TEXT = [
  "service = <Service>, verdict = 'A modest living.'",
  "",
  "    def test_a_company_gets_a_verdict(service, verdict):",
  ">       assert verdict in service.submit(1).text",
  `E       assert 'A modest living.' in '${BODY}'`,
  "E        +  where '<html>' = <Response [200]>.text",
  "",
  "test/test_pages.py:56: AssertionError",
  "----------------------------- Captured stdout call -----------------------------",
  "said by the test",
];
const TRACEBACK = [
  "[2026-11-28 09:00:00] [12] [ERROR] Exception on /score/1 [POST]",
  "Traceback (most recent call last):",
  '  File "/venv/lib/python3.12/site-packages/flask/app.py", line 917, in full_dispatch_request',
  "    rv = self.dispatch_request()",
  "         ^^^^^^^^^^^^^^^^^^^^^^^",
  '  File "/app/source/xy/verdict.py", line 11, in verdict',
  '    raise RuntimeError("no verdict")',
  "RuntimeError: no verdict",
  "127.0.0.1 POST /score/1 500",
];

describe("the order", () => {
  it("is: failing line, expected against got, the server's traceback, its log, the rest folded", () => {
    const lines = texts(page(failed(IN_TEXT), log(...TRACEBACK)));
    const at = (text: string) => {
      const found = lines.findIndex((one) => one.includes(text));
      expect(found, `${text}\n${lines.join("\n")}`).toBeGreaterThanOrEqual(0);
      return found;
    };
    const order = [
      "test/test_pages.py:56 · failed",
      "▸ 56         assert verdict in service.submit(1).text",
      "expected in  A modest living.",
      "nearest      A modest lea·ving.",
      "Server's traceback",
      "RuntimeError: no verdict",
      "/app/source/xy/verdict.py",
      "Server log while it ran",
      "POST /score/1 500",
      "▸ Server log, whole · 9 lines",
      "▸ Where · 1 line",
      "▸ Captured stdout call · 1 line",
      "▸ Output, whole",
    ].map(at);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(order[3], "the assertion is on the first screen").toBeLessThan(8);
    expect(lines.join("\n")).not.toContain("<p>row</p>");
    expect(lines.join("\n")).not.toContain("site-packages");
  });

  it("unfolded: nothing that pytest or the server said is missing", () => {
    const lines = texts(page(failed(IN_TEXT), log(...TRACEBACK), true));
    for (const one of [...IN_TEXT.filter((text) => text !== ""), ...TRACEBACK]) expect(lines).toContain(one);
    expect(lines.filter((one) => /^▸ \D/.test(one))).toEqual([]);
  });
});

describe("expected against got", () => {
  const compare = (source: string, said: string) =>
    page(
      failed([
        "    def test_a():",
        `>       ${source}`,
        `E       ${said}`,
        "",
        "t/test_a.py:2: AssertionError",
      ]),
    );

  it.each([
    ["assert answer.status_code == 200", "assert 500 == 200", ["expected  [2]00", "got       [5]00"]],
    ["assert 200 == answer.status_code", "assert 200 == 500", ["expected  [2]00", "got       [5]00"]],
    [
      'assert name == "hello world"',
      "AssertionError: assert 'hello wurld' == 'hello world'",
      ["expected  'hello w[o]rld'", "got       'hello w[u]rld'"],
    ],
    [
      "assert text == wanted, 'they differ'",
      "AssertionError: assert 'a == b' == 'a == c'",
      ["expected  'a == [c]'", "got       'a == [b]'"],
    ],
    [
      "assert sizes == [1, {'a': 3}]",
      "assert [1, {'a': 4}] == [1, {'a': 3}]",
      ["expected  [1, {'a': [3]}]", "got       [1, {'a': [4]}]"],
    ],
    ["assert word == 'ab'", "AssertionError: assert 'a' == 'ab'", ["expected  'a[b]'"]],
    [
      "assert face == '😀x'",
      "AssertionError: assert '😁x' == '😀x'",
      ["expected  '[😀]x'", "got       '[😁]x'"],
    ],
  ])("%s: the difference is marked", (source, said, wanted) => {
    expect(marked(compare(source, said))).toEqual(wanted);
  });

  it("of what is not compared for equality, both sides are told", () => {
    const lines = texts(compare("assert spent < 100", "assert 250 < 100"));
    expect(lines).toContain("expected <  100");
    expect(lines).toContain("got         250");
  });

  it("of a text in which nothing is like it, the text itself is got", () => {
    const lines = texts(
      compare('assert "zebra" in page', "AssertionError: assert 'zebra' in 'quite another'"),
    );
    expect(lines).toContain("expected in  'zebra'");
    expect(lines).toContain("got          'quite another'");
  });

  it("of texts of many lines, it is line by line", () => {
    const lines = page(
      failed([
        "    def test_a():",
        '>       assert text == "a\\nx\\nc"',
        "E       AssertionError: assert 'a\\nb\\nc' == 'a\\nx\\nc'",
        "E         ",
        "E           a",
        "E         - x",
        "E         + b",
        "E           c",
        "",
        "t/test_a.py:2: AssertionError",
      ]),
    );
    expect(texts(lines)).toContain("- expected  + got");
    expect(lines.find(({ text }) => text === "  - x")?.tone).toBe("good");
    expect(lines.find(({ text }) => text === "  + b")?.tone).toBe("error");
  });

  it("where nothing is compared, the error is told", () => {
    const lines = texts(
      page(
        failed(
          ["    def test_a():", '>       {}["x"]', "E       KeyError: 'x'", "", "t/test_a.py:27: KeyError"],
          {
            message: "KeyError: 'x'",
          },
        ),
      ),
    );
    expect(lines.slice(1, 4)).toEqual(["  26     def test_a():", '▸ 27         {}["x"]', "KeyError: 'x'"]);
  });

  it("a message of the test's own stands before it", () => {
    const lines = texts(
      page(
        failed([
          "    def test_a():",
          ">       helper(1, 2)",
          "",
          "t/test_a.py:20: ",
          "_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ ",
          "",
          "a = 1, b = 2",
          "",
          "    def helper(a, b):",
          '>       assert a == b, "they differ"',
          "E       AssertionError: they differ",
          "E       assert 1 == 2",
          "",
          "t/test_a.py:4: AssertionError",
        ]),
        [],
        false,
      ),
    );
    expect(lines.slice(1, 6)).toEqual([
      "  3     def helper(a, b):",
      '▸ 4         assert a == b, "they differ"',
      "AssertionError: they differ",
      "expected  2",
      "got       1",
    ]);
    expect(lines).toContain("▸ Where · 2 lines");
  });
});

describe("whatever the output is", () => {
  it.each([
    ["nothing", [""]],
    ["--tb=line", ["/app/test/test_a.py:3: assert 1 == 2"]],
    ["--tb=native", ["Traceback (most recent call last):", '  File "/t/test_a.py", line 3, in test_a', "E"]],
    ["only E", ["E", "E   ", "E       assert", "E       assert ==", "E  assert 'a"]],
    ["odd", [">", ">       ", "t:1:", "___", "---- x ----", "--------- y ---------", "\u0000\u001b[31m"]],
  ])("%s: the message is there, and nothing of it breaks the page", (_, output) => {
    for (const unfolded of [false, true]) {
      const lines = wrapLines(
        page(failed(output), log("x", "Traceback (most recent call last):"), unfolded),
        20,
      );
      expect(texts(lines).join(" ")).toContain("the message");
      for (const one of lines) expect(displayWidth(one.text)).toBeLessThanOrEqual(20);
    }
  });

  it("a mark goes on where a line is broken", () => {
    const lines = wrapLines([{ text: "0123456789abcdef", tone: "good", mark: [3, 12] }], 5);
    expect(marked(lines)).toEqual(["012[34]", "[56789]", "[ab]cde"]);
    expect(lineSpans(lines[0])?.map(({ text, tone }) => [text, tone])).toEqual([
      ["012", "good"],
      ["34", "match"],
      ["", "good"],
    ]);
  });

  it("a test that passed shows its output at once", () => {
    const lines = texts(
      page(failed(["--- Captured stdout call ---", "hello"], { outcome: "passed", message: "" })),
    );
    expect(lines).toContain("hello");
  });
});
