/** JUnit XML of a cycle's tests, in pytest's own form. */
import { type Mark, markOf } from "../core/report.ts";
import type { Finished } from "../core/test-results.ts";
import type { CycleResult } from "./cycle-result.ts";
import { element, xmlText } from "./xml.ts";

export function junit(result: CycleResult): string {
  const { tests, error, report } = result;
  const failed = tests.filter((test) => test.outcome === "failed").length;
  const broken = tests.filter((test) => test.outcome === "error").length;
  const skipped = tests.filter((test) => test.outcome === "skipped").length;
  const ended = Math.max(result.startedAt, ...tests.map((test) => test.ended));
  const more = error === null ? 0 : 1;
  const suite = element(
    "testsuite",
    {
      name: "gunicov",
      errors: broken + more,
      failures: failed,
      skipped,
      tests: tests.length + more,
      time: seconds(tests.length === 0 ? 0 : ended - Math.min(...tests.map((test) => test.started))),
      timestamp: new Date(result.startedAt).toISOString(),
    },
    [
      ...properties(report === null ? null : markOf(report)),
      ...tests.map((test) => testcase(test, result)),
      // A run that did not come to its end is never all green.
      ...(error === null ? [] : [cycleError(error)]),
    ],
  );
  return `<?xml version="1.0" encoding="utf-8"?>\n${element("testsuites", { name: "gunicov tests" }, [suite])}\n`;
}

function properties(mark: Mark | null): readonly string[] {
  if (mark === null) return [];
  const one = element("property", { name: `coverage ${mark.state}`, value: mark.reasons.join("; ") });
  return [element("properties", {}, [one])];
}

function cycleError({ kind, message, fix, detail }: NonNullable<CycleResult["error"]>): string {
  const text = [message, fix, detail ?? ""].filter((part) => part !== "").join("\n");
  return element("testcase", { classname: "gunicov", name: kind, time: seconds(0) }, [
    element("error", { message }, [xmlText(text)]),
  ]);
}

function testcase(test: Finished, result: CycleResult): string {
  const { classname, name, file } = nameOf(test.id);
  const attributes = { classname, name, time: seconds(test.ms), file };
  const message = test.message === "" ? test.outcome : test.message;
  const content = [xmlText(test.output === "" ? message : test.output)];
  switch (test.outcome) {
    case "passed":
      return element("testcase", attributes);
    case "skipped": {
      const type = test.xfail === "xfailed" ? "pytest.xfail" : "pytest.skip";
      return element("testcase", attributes, [element("skipped", { type, message: test.message }, content)]);
    }
    case "failed":
    case "error": {
      const what = element(test.outcome === "error" ? "error" : "failure", { message }, content);
      return element("testcase", attributes, [what, ...serverLog(test, result)]);
    }
  }
}

function serverLog(test: Finished, { logOf }: CycleResult): readonly string[] {
  const lines = logOf(test).map((line) => line.text);
  if (lines.length === 0) return [];
  return [element("system-out", {}, [xmlText(["The server's log while it ran:", ...lines].join("\n"))])];
}

/** As pytest names them: `tests/test_a.py::TestB::test_c[x::y]` is test_c[x::y] of tests.test_a.TestB. */
function nameOf(id: string): { classname: string; name: string; file: string | null } {
  const bracket = id.indexOf("[");
  const head = bracket < 0 ? id : id.slice(0, bracket);
  const parts = head.split("::");
  const [path = "", ...rest] = parts;
  const file = path.endsWith(".py") ? path : null;
  const module = file === null ? path : path.replace(/\.py$/, "").replaceAll("/", ".");
  const last = rest.pop();
  // A file that could not be collected, or a name of a command other than pytest.
  if (last === undefined)
    return { classname: file === null ? "gunicov" : "", name: file === null ? id : module, file };
  const parameters = bracket < 0 ? "" : id.slice(bracket);
  return { classname: [module, ...rest].join("."), name: `${last}${parameters}`, file };
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
