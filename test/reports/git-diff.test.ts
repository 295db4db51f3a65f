import { expect, test } from "vitest";
import { parseDiff } from "../../src/reports/git-diff.ts";

const HEAD = "diff --git a/x.py b/x.py\nindex 1..2 100644\n--- a/x.py\n+++ b/x.py\n";

test.each([
  ["one line", "@@ -1 +1 @@ def a():\n-a\n+b\n", [1]],
  ["several hunks", "@@ -1,2 +1,3 @@\n-a\n-b\n+a\n+b\n+c\n@@ -9,0 +11,2 @@\n+x\n+y\n", [1, 2, 3, 11, 12]],
  ["lines that have only gone", "@@ -3,2 +2,0 @@\n-a\n-b\n", []],
  [
    "lines that look like heads",
    "@@ -1,2 +1,2 @@\n--- a/y.py\n-@@ -1 +1 @@\n+++ b/y.py\n+@@ -7 +7,9 @@\n",
    [1, 2],
  ],
  [
    "no newline at the end",
    "@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n\\ No newline at end of file\n",
    [1, 2],
  ],
])("%s", (_, hunks, lines) => {
  expect(parseDiff(HEAD + hunks)).toEqual([{ path: "x.py", lines }]);
});

test("a file that is gone has no lines, a new one has all", () => {
  const gone =
    "diff --git a/g b/g\ndeleted file mode 100644\n--- a/g\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
  const fresh = "diff --git a/n b/n\nnew file mode 100644\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n";
  expect(parseDiff(gone + fresh)).toEqual([{ path: "n", lines: [1, 2] }]);
});

test("a rename has its new name, and only what is new in it; one without a change has nothing", () => {
  const renamed = "diff --git a/o b/n\nsimilarity index 90%\nrename from o\nrename to n\n";
  expect(parseDiff(renamed)).toEqual([]);
  const changed = `${renamed}--- a/o\n+++ b/n\n@@ -4 +4 @@\n-a\n+b\n`;
  expect(parseDiff(changed)).toEqual([{ path: "n", lines: [4] }]);
});

test("names with spaces, quotes, tabs and other alphabets", () => {
  const name = (text: string) => `diff --git a/x b/x\n--- a/x\n+++ ${text}\n@@ -1 +1 @@\n-a\n+b\n`;
  const names = ["b/of two words.py\t", '"b/a\\"b\\tc\\\\.py"', '"b/\\303\\274.py"', "b/ü.py"];
  expect(names.flatMap((one) => parseDiff(name(one))).map(({ path }) => path)).toEqual([
    "of two words.py",
    'a"b\tc\\.py',
    "ü.py",
    "ü.py",
  ]);
});

test("of what git takes for binary every line may be new", () => {
  const text =
    "diff --git a/of two.py b/of two.py\nindex 1..2 100644\nBinary files a/of two.py and b/of two.py differ\n";
  expect(parseDiff(text)).toEqual([{ path: "of two.py", lines: null }]);
  const gone = "diff --git a/x b/x\ndeleted file mode 100644\nBinary files a/x and /dev/null differ\n";
  expect(parseDiff(gone)).toEqual([]);
});
