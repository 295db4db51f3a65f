/** Real servers and real tests that miss them: what every surface says, and what the run ends with. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { gunicov } from "../errors/expect.ts";
import { faultsOf, ofType, parseFact } from "../support/facts.ts";
import { remove, until } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { type Choices, project } from "../support/small-project.ts";

const directories: string[] = [];
afterEach(async () => {
  await Promise.all(directories.splice(0).map(remove));
});

const IN_PROCESS = `
from app import app

def test_hello():
    assert list(app({}, lambda *_: None)) == [b"hello"]
`;
/** A server of somebody else's answers. */
const WRONG_PORT = `
import http.server, threading, urllib.request

class Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

def test_hello():
    other = http.server.HTTPServer(("127.0.0.1", 0), Hello)
    threading.Thread(target=other.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{other.server_port}"
    assert urllib.request.urlopen(url).read() == b"hello"
    other.shutdown()
`;
const SKIPPED = `
import pytest

@pytest.mark.skip
def test_hello():
    pass
`;

async function made(text: string | null, choices: Choices = {}): Promise<string> {
  const tests = text === null ? {} : { "tests/test_app.py": text };
  const files = { "tests/conftest.py": "import sys; sys.path.insert(0, '.')\n", ...tests };
  const directory = await project({ ...choices, files });
  directories.push(directory);
  return directory;
}

test.each([
  ["an in-process client", IN_PROCESS],
  ["another server's port", WRONG_PORT],
])("%s: incomplete on every surface, exit code 4, with the address as the hint", async (_, text) => {
  const directory = await made(text);
  const json = await gunicov(["run", "--json", "--local"], directory);
  const facts = json.stdout.split("\n").map(parseFact);
  expect(faultsOf(facts, true)).toEqual([]);
  expect(json.code).toBe(4);
  const [report] = ofType(facts, "report");
  const reason = expect.stringMatching(/^no-requests: 1 test ran, .* listens at 127\.0\.0\.1:\d+ \(local/);
  expect(report).toMatchObject({ complete: false, requests: 0, reasons: [reason] });
  expect(ofType(facts, "coverage.incomplete")).toMatchObject([{ reasons: [reason] }]);
  expect(facts.at(-1)).toMatchObject({ outcome: "incomplete", exit_code: 4 });

  const plain = await gunicov(["run", "--local"], directory);
  expect(plain.code).toBe(4);
  expect(plain.stdout).toMatch(/incomplete: no-requests: 1 test ran, and no request reached the server/);
  expect(plain.stdout).toContain("requests = false under [tool.gunicov.tests]");
  expect(plain.stdout).toMatch(/^TOTAL \(incomplete\)/m);
  expect(plain.stdout).toMatch(/^incomplete in .* \(exit code 4\)/m);
  expect(await readFile(join(directory, ".gunicov", "coverage.json"), "utf8").catch(() => null)).toBeNull();
});

test("where the configuration says that it is meant, the run passes", async () => {
  const ended = await gunicov(["run", "--local"], await made(IN_PROCESS, { testsMore: "requests = false" }));
  expect(ended.stdout).not.toContain("no-requests");
  expect(ended.stdout).toMatch(/^TOTAL /m);
  expect(ended.code).toBe(0);
});

test.each([
  ["requests came", null],
  ["no test ran", SKIPPED],
])("where %s nothing is said of it", async (_, text) => {
  const ended = await gunicov(["run", "--local"], await made(text));
  expect(ended.stdout).not.toContain("no-requests");
  expect(ended.code).toBe(0);
});

test("a stray between two cycles is none of the tests' requests, and its workers are restarted", async () => {
  const directory = await made(IN_PROCESS);
  const session = new Session(["watch", "--json", "--local"], directory);
  try {
    const first = await session.next();
    const [reason = ""] = first.report().reasons;
    const address = /listens at (\S+)/.exec(reason)?.[1];
    const stray = async () => {
      const answer = await fetch(`http://${address}/`, { headers: { connection: "close" } });
      return answer.text();
    };
    expect(await until("the next workers", () => stray().catch(() => null))).toBe("hello");
    await writeFile(join(directory, "tests", "test_app.py"), `${IN_PROCESS}\n# saved\n`);
    const second = await session.next();
    expect(second.of("server.restarting")[0]?.why).toContain("has served a request");
    expect(second.report()).toMatchObject({ complete: false, requests: 0 });
    expect(second.report().reasons[0]).toMatch(/^no-requests/);
  } finally {
    await session.kill();
  }
});
