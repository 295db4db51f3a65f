/** A small project of one's own: a WSGI app, one test of it, a configuration. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { temporaryDirectory } from "./machine.ts";

export const APP = `def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]
`;

const TEST = `import os, urllib.request

def test_hello():
    assert urllib.request.urlopen(os.environ["URL"]).read() == b"hello"
`;

export interface Choices {
  /** TOML words of server.command. */
  readonly server?: readonly string[];
  readonly tests?: readonly string[];
  /** More lines under [tool.gunicov.server]. */
  readonly more?: string;
  /** More lines under [tool.gunicov.tests]. */
  readonly testsMore?: string;
  /** Further files, by path. */
  readonly files?: Readonly<Record<string, string>>;
}

export const SERVER = ["gunicorn", "--bind", "127.0.0.1:{port}", "app:app"];

/** A directory with a WSGI app, one test of it and a gunicov.toml that works, but for what is chosen otherwise. By default it is a new one. */
export async function project(choices: Choices = {}, chosen?: string): Promise<string> {
  const {
    server = SERVER,
    tests = ["pytest", "-p", "no:cacheprovider", "tests"],
    more = "",
    testsMore = "",
  } = choices;
  const config = `[tool.gunicov.server]
command = ${JSON.stringify(server)}
${more}
[tool.gunicov.tests]
command = ${JSON.stringify(tests)}
env = { URL = "http://127.0.0.1:{port}" }
${testsMore}
`;
  const directory = chosen ?? (await temporaryDirectory("project"));
  const files = { "app.py": APP, "tests/test_app.py": TEST, "gunicov.toml": config, ...choices.files };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
  return directory;
}
