/** Directories with tests, and which of them send HTTP requests. */
import { dirname } from "node:path";
import type { ProjectFiles } from "../ports/survey.ts";

export interface TestDirectory {
  /** From the root; `.` for the root itself. */
  readonly path: string;
  /** The file and line that imports a client of HTTP, and its name; null: none does. */
  readonly client: { readonly where: string; readonly name: string } | null;
  /** Its name says that these are no unit tests: `e2e`. */
  readonly named: boolean;
}

const TEST_FILE = /(^|\/)(test_[^/]*|[^/]*_test)\.py$/;
const SYSTEM =
  /^(systests?|systems?|system[-_]?tests?|e2e|end[-_]?to[-_]?end|functional|integrations?|api|acceptance|smoke|http|blackbox|live|browser|ui)([-_]?tests?)?$/i;
const CLIENT =
  /^\s*(?:from\s+|import\s+(?:[\w., ]+,\s*)?)(requests|httpx|urllib\.request|urllib3|http\.client|aiohttp|playwright|selenium|splinter|websockets|websocket|tavern|schemathesis|httplib2|pycurl|grequests|requests_toolbelt)\b(?!\.(?:exceptions|status_codes|mock))/m;
/** Their requests reach no server: another process answers, or none. */
const IN_PROCESS =
  /^\s*(?:import|from)\s+(responses|requests_mock|respx|pytest_httpx|httpretty|vcr|aioresponses)\b|\b(?:ASGITransport|WSGITransport|RequestsMock|aiohttp_client|httpx_mock|requests_mock)\b/m;

/** All directories that hold test files themselves. Paths as pytest is given them. */
export function testDirectories(files: ProjectFiles): readonly TestDirectory[] {
  const directories = new Set(
    files.paths.filter((path) => TEST_FILE.test(path)).map((path) => dirname(path)),
  );
  return [...directories].toSorted().map((path) => ({
    path,
    client: clientIn(path, files),
    named: path.split("/").some((part) => SYSTEM.test(part)),
  }));
}

/** In a file of the directory itself: what lies beside the tests are their helpers. */
function clientIn(directory: string, files: ProjectFiles): TestDirectory["client"] {
  const beside = files.paths.filter((path) => dirname(path) === directory && path.endsWith(".py"));
  const first = beside.toSorted((a, b) => rank(a) - rank(b));
  for (const path of first) {
    const text = files.text(path) ?? "";
    const match = IN_PROCESS.test(text) ? null : CLIENT.exec(text);
    // In a directory of the project's own code only a test file speaks for the tests.
    if (match && (TEST_FILE.test(path) || isOnlyTests(directory))) {
      const line = text.slice(0, match.index + match[0].search(/\S/)).split("\n").length;
      return { where: `${path}:${line}`, name: match[1] ?? "" };
    }
  }
  return null;
}

function rank(path: string): number {
  return TEST_FILE.test(path) ? 0 : 1;
}

function isOnlyTests(directory: string): boolean {
  return directory.split("/").some((part) => /tests?|e2e|spec/i.test(part));
}

/** Directories in which all is the tests', helpers too: none of it is the server's source. */
export function testTrees(all: readonly TestDirectory[]): readonly string[] {
  const trees = all.flatMap(({ path }) => {
    const parts = path.split("/");
    const at = parts.findIndex((part) => isOnlyTests(part));
    return at < 0 ? [] : [parts.slice(0, at + 1).join("/")];
  });
  return [...new Set(trees)];
}

/** The directories to give to pytest: those that send requests, as few names as hold exactly these. */
export function systemTests(all: readonly TestDirectory[]): readonly string[] {
  const sending = all.filter(({ client }) => client !== null);
  const named = all.filter(({ named: is }) => is);
  const chosen = sending.length > 0 ? sending : named.length > 0 ? named : all;
  return collapsed(
    chosen.map(({ path }) => path),
    all.map(({ path }) => path),
  );
}

/** `tests/e2e/a`, `tests/e2e/b` → `tests/e2e`, where that holds no others. */
function collapsed(chosen: readonly string[], all: readonly string[]): readonly string[] {
  const others = all.filter((path) => !chosen.includes(path));
  const lifted = chosen.map((path) => {
    let top = path;
    for (let up = dirname(path); up !== "." && isOnlyTests(up); up = dirname(up)) {
      if (others.some((other) => isBelow(other, up))) break;
      top = up;
    }
    return top;
  });
  const unique = [...new Set(lifted)];
  return unique.filter((path) => !unique.some((other) => other !== path && isBelow(path, other))).toSorted();
}

export function isBelow(path: string, directory: string): boolean {
  return directory === "." || path === directory || path.startsWith(`${directory}/`);
}
