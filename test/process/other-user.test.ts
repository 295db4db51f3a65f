/** A server of gunicov's own whose master is root, and whose workers are somebody else's. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { remove, run } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project, SERVER } from "../support/small-project.ts";

const APP = `import os

def who():
    return f"{os.geteuid()} {os.getegid()}"

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [who().encode()]

def unused():
    return 1
`;
const RC = "[run]\nsource = .\nomit = tests/*\n    gunicorn.conf.py\n";

const opened: { session: Session; directory: string }[] = [];
afterEach(async () => {
  for (const { session, directory } of opened.splice(0)) {
    await session.kill();
    await remove(directory);
  }
});

/** gunicov in a project that asks its workers who they are; `mask` is its own umask, octal. */
async function open(config: string, words: readonly string[], who: string, mask: string): Promise<Session> {
  const TEST = `import os, urllib.request

def test_who():
    assert urllib.request.urlopen(os.environ["URL"], timeout=10).read() == b"${who}"
`;
  const files = {
    "app.py": APP,
    "tests/test_app.py": TEST,
    "gunicorn.conf.py": `workers = 2\n${config}`,
    ".coveragerc": RC,
  };
  const [program = "", ...rest] = SERVER;
  const directory = await project({ server: [program, ...words, ...rest], files });
  await run(["chmod", "-R", "a+rX", directory]);
  const before = process.umask(Number.parseInt(mask, 8));
  const session = new Session(["watch", "--json", "--local"], directory);
  process.umask(before);
  opened.push({ session, directory });
  return session;
}

describe.skipIf(process.getuid?.() !== 0)("a server whose master is root", { timeout: 120_000 }, () => {
  test.each([
    ['user = "nobody"', [], "65534 65534", "022"],
    ['user = "nobody"\ngroup = "nogroup"\numask = 0o077', [], "65534 65534", "022"],
    ["user = 65534\ngroup = 65534", [], "65534 65534", "077"],
    ['user = "nobody"\ngroup = "root"\numask = 0o777', [], "65534 0", "027"],
    ['group = "nogroup"', [], "0 65534", "077"],
    ["", ["--user", "nobody", "--umask", "0o177", "--threads", "2"], "65534 65534", "022"],
  ])("%j and %j: workers are %s, and the whole total comes before and after an edit", async (...how) => {
    const session = await open(...(how as unknown as Parameters<typeof open>));
    const first = await session.next();
    expect(first.of("error")).toEqual([]);
    expect(first.report()).toMatchObject({ complete: true, totals: { covered_lines: 7, num_statements: 8 } });
    const app = join(opened[0]?.directory ?? "", "app.py");
    await writeFile(app, (await readFile(app, "utf8")).replace("return 1", "x = 1\n    return x"));
    const second = await session.next();
    expect(second.report()).toMatchObject({
      complete: true,
      totals: { covered_lines: 7, num_statements: 9 },
    });
  });
});
