/** Reports of gunicov's own, of the same cycle: JUnit XML, Markdown, findings for GitHub and GitLab. */
import { describe, expect, test } from "vitest";
import { judgeChanges } from "../../src/core/changed-lines.ts";
import { failure } from "../../src/core/failure.ts";
import type { Finished } from "../../src/core/test-results.ts";
import { codequality } from "../../src/reports/codequality.ts";
import type { CycleResult } from "../../src/reports/cycle-result.ts";
import { type Finding, findingsOf } from "../../src/reports/findings.ts";
import { annotations } from "../../src/reports/github.ts";
import { junit } from "../../src/reports/junit.ts";
import { markdown } from "../../src/reports/markdown.ts";
import { file, report } from "../ink/sample.ts";

const REPORT = report([file("src/a|b.py", 10, [3, 4, 9]), file("src/c.py", 4, [])]);

function finished(id: string, change: Partial<Finished> = {}): Finished {
  const times = { ms: 12, started: 1000, ended: 1012, setup_ms: 0, teardown_ms: 0 };
  return {
    id,
    outcome: "passed",
    message: "",
    place: "",
    output: "",
    xfail: null,
    cycle: 1,
    ...times,
    ...change,
  };
}

const FAILED = finished("tests/test_a.py::TestB::test_c[x::y <&>]", {
  outcome: "failed",
  message: "assert 1 == 2",
  place: "tests/test_a.py:7",
  output: "E  assert 1 == 2\n\x1b[31m``````\x00",
});

function result(change: Partial<CycleResult> = {}): CycleResult {
  return {
    startedAt: 0,
    selected: 0,
    tests: [finished("tests/test_a.py::test_ok"), FAILED],
    report: REPORT,
    diff: null,
    combined: null,
    error: null,
    warnings: [],
    logOf: () => [{ at: 1, text: "GET / 500 </system-out>" }],
    ...change,
  };
}

const INCOMPLETE = { ...REPORT, complete: false, reasons: ["1 of 2 workers is lost"] };
const DIFF = judgeChanges(
  { base: "origin/main", mergeBase: "abc", files: [{ path: "src/a|b.py", lines: null }] },
  REPORT,
  90,
);
const same = (path: string) => path;

describe("JUnit XML", () => {
  test("names tests as pytest does, and holds a failure's text and the server's log, escaped", () => {
    const text = junit(result());
    expect(text).toContain('errors="0" failures="1" skipped="0" tests="2"');
    expect(text).toContain('classname="tests.test_a" name="test_ok" time="0.012" file="tests/test_a.py" />');
    expect(text).toContain('classname="tests.test_a.TestB" name="test_c[x::y &lt;&amp;&gt;]"');
    expect(text).toContain('<failure message="assert 1 == 2">E  assert 1 == 2\n#x1B[31m``````#x00</failure>');
    expect(text).toContain("GET / 500 &lt;/system-out&gt;");
  });

  test("skips, expected failures, files that could not be collected, tests of other commands", () => {
    const tests = [
      finished("t.py::s", { outcome: "skipped", message: "no\nreason" }),
      finished("t.py::x", { outcome: "skipped", xfail: "xfailed" }),
      finished("d/t.py", { outcome: "error", message: "SyntaxError" }),
      finished("make system-test", { outcome: "failed" }),
    ];
    const text = junit(result({ tests }));
    expect(text).toContain('errors="1" failures="1" skipped="2" tests="4"');
    expect(text).toContain('<skipped type="pytest.skip" message="no&#10;reason">');
    expect(text).toContain('<skipped type="pytest.xfail" message="">');
    expect(text).toContain('classname="" name="d.t"');
    expect(text).toContain('classname="gunicov" name="make system-test"');
  });

  test("a cycle that did not come to its end is never all green", () => {
    const error = failure("boot-error", "The new code does not start.", "Fix it.", "Traceback");
    const text = junit(result({ tests: [], report: null, error }));
    expect(text).toContain('errors="1" failures="0" skipped="0" tests="1"');
    expect(text).toContain('<error message="The new code does not start.">');
  });

  test("coverage that is not complete is said", () => {
    expect(junit(result({ report: INCOMPLETE }))).toContain(
      '<property name="coverage incomplete" value="1 of 2 workers is lost" />',
    );
  });
});

describe("Markdown", () => {
  test("the total, failing tests with the server's log, changed lines, files", () => {
    const text = markdown(result({ diff: DIFF }));
    expect(text).toContain("**System-test coverage: ");
    expect(text).toContain("2 tests, 1 failed");
    expect(text).toContain(
      "<summary>tests/test_a.py::TestB::test_c[x::y &lt;&amp;&gt;]: assert 1 == 2</summary>",
    );
    expect(text).toContain("GET / 500 </system-out>");
    expect(text).toContain(
      "Lines changed since origin/main: 70% run, 7 of 10, below diff\\_fail\\_under = 90.".replaceAll(
        "\\",
        "",
      ),
    );
    expect(text).toContain("| `src/a\\|b.py` | 10 | 3-4, 9 |");
    expect(text).toMatch(/^\| \*\*Total\*\* \|/m);
  });

  test("a fence is longer than what the output has", () => {
    expect(markdown(result())).toContain("```````text");
  });

  test("what is not complete is never shown as a plain number", () => {
    const text = markdown(result({ report: INCOMPLETE }));
    expect(text).toMatch(/^\*\*System-test coverage: [\d.]+ % \(incomplete\)\*\*/m);
    expect(text).toContain("- incomplete: 1 of 2 workers is lost");
    expect(text).toContain("**Total** (incomplete)");
    const none = markdown(
      result({ tests: [], report: null, error: failure("timeout", "It hangs.", "Look.") }),
    );
    expect(none).toContain("coverage: no report** · no test has run");
    expect(none).toContain("**Error:** It hangs. Look.");
  });

  test("it stays small enough for GitHub, whatever there is", () => {
    const long = "x".repeat(200);
    const files = Array.from({ length: 2000 }, (_, index) => file(`src/${long}/${index}.py`, 3, [1]));
    const tests = Array.from({ length: 500 }, (_, index) =>
      finished(`t.py::${index}`, { outcome: "failed", output: `${long}\n`.repeat(500) }),
    );
    const text = markdown(result({ report: report(files), tests }));
    expect(text.length).toBeLessThan(1024 * 1024);
    expect(text).toContain("and 450 more");
    expect(text).toContain("1700 more files");
  });
});

describe("GitHub's annotations", () => {
  test("escape what would end them", () => {
    const place = { path: "a,b:c%.py", from: 3, to: 5 };
    const one: Finding = {
      severity: "error",
      check: "x",
      title: "t: 1,2",
      message: "50%\r\nnext: a, b",
      place,
    };
    expect(annotations([one])).toEqual([
      "::error file=a%2Cb%3Ac%25.py,line=3,endLine=5,title=t%3A 1%2C2::50%25%0D%0Anext: a, b",
    ]);
  });

  test("at most ten of a kind, the last of which tells of the rest", () => {
    const one = (severity: "error" | "warning", index: number): Finding => ({
      severity,
      check: "x",
      title: "t",
      message: "m",
      place: { path: `f${index}.py`, from: 1, to: 2 },
    });
    const all = [
      ...Array.from({ length: 12 }, (_, index) => one("warning", index)),
      ...Array.from({ length: 10 }, (_, index) => one("error", index)),
    ];
    const lines = annotations(all);
    expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
    const warnings = lines.filter((line) => line.startsWith("::warning"));
    expect(warnings).toHaveLength(10);
    expect(warnings.at(-1)).toBe("::warning title=gunicov::… and 3 more: f9.py:1-2, f10.py:1-2, f11.py:1-2");
  });

  test("failing tests, missed changed lines, and what has no place", () => {
    const lines = annotations(
      findingsOf(result({ diff: DIFF, report: INCOMPLETE }), (path) => `sub/${path}`),
    );
    expect(lines).toEqual([
      "::error title=Coverage is incomplete::1 of 2 workers is lost",
      "::error title=Too few changed lines were run::70 %25 is below 90 %25.",
      "::error file=sub/tests/test_a.py,line=7,endLine=7,title=Failed%3A tests/test_a.py%3A%3ATestB%3A%3Atest_c[x%3A%3Ay <&>]::assert 1 == 2",
      "::warning file=sub/src/a|b.py,line=3,endLine=4,title=Changed lines that were not run::Lines 3 to 4 were not run.",
      "::warning file=sub/src/a|b.py,line=9,endLine=9,title=Changed lines that were not run::Line 9 was not run.",
    ]);
  });

  test("a cycle that is green says nothing", () => {
    expect(annotations(findingsOf(result({ tests: [finished("t.py::a")] }), same))).toEqual([]);
  });
});

describe("GitLab's Code Quality report", () => {
  test("has all that GitLab asks for, and a fingerprint of its own for each entry", () => {
    const findings = findingsOf(result({ diff: DIFF, report: INCOMPLETE }), same);
    const entries = JSON.parse(codequality(findings, "gunicov.toml"));
    expect(entries).toHaveLength(findings.length);
    expect(new Set(entries.map((one: { fingerprint: string }) => one.fingerprint)).size).toBe(entries.length);
    for (const one of entries) {
      expect(one).toEqual({
        description: expect.any(String),
        check_name: expect.any(String),
        fingerprint: expect.any(String),
        severity: expect.stringMatching(/^(info|minor|major|critical|blocker)$/),
        location: { path: expect.any(String), lines: { begin: expect.any(Number), end: expect.any(Number) } },
      });
    }
    expect(entries[0].location.path).toBe("gunicov.toml");
  });

  test("is an empty list where nothing is found", () => {
    expect(JSON.parse(codequality([], "x"))).toEqual([]);
  });
});
