/** Nothing that a project is or brings along is taken for a command, and gunicov opens no door. */
import { mkdir, readdir, readFile, readlink, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT, remove, temporaryDirectory } from "../support/machine.ts";
import { Session } from "../support/session.ts";
import { project, SERVER } from "../support/small-project.ts";

/** A shell that met this name would make files called pwned. */
const NASTY = "a b;touch pwned;$(touch pwned)`touch pwned`&touch pwned|'q'\"d\"*?{1,2}";
const SETTINGS = `env = { WORD = ${JSON.stringify(NASTY)} }\n`;

const TEST = `import os, sys, urllib.request

def test_hello(pytestconfig):
    assert urllib.request.urlopen(os.environ["URL"]).read() == b"hello"
    assert pytestconfig.getoption("keyword") == "hello and not (nothing or never)"
    assert os.path.basename(os.getcwd()) == ${JSON.stringify(NASTY)}
`;

let directory: string;
let place: string;
let session: Session;

beforeAll(async () => {
  const name = `test_${NASTY.replaceAll(".", "")}.py`;
  const made = await project({
    server: [...SERVER, "--env", `WORD2=${NASTY}`],
    more: SETTINGS,
    tests: ["pytest", "-p", "no:cacheprovider", "-k", "hello and not (nothing or never)", `tests/${name}`],
    files: { [`tests/${name}`]: TEST },
  });
  directory = await temporaryDirectory("nasty");
  place = join(directory, NASTY);
  await rename(made, place);
  await mkdir(join(directory, "tmp"));
  session = new Session(["watch", "--json", "--local"], place, { TMPDIR: join(directory, "tmp") });
}, 60_000);
afterAll(async () => {
  await session?.kill();
  await remove(directory);
});

test("commands, paths and settings never pass through a shell", async () => {
  const first = await session.next();
  expect(first.of("error")).toEqual([]);
  expect(first.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
  // By the watcher, the check and a restart too.
  await writeFile(join(place, "app.py"), `${await readFile(join(place, "app.py"), "utf8")}\n# more\n`);
  const second = await session.next();
  expect(second.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
  expect(second.report().totals).toEqual(first.report().totals);
  const found = await readdir(directory, { recursive: true });
  expect(found.filter((path) => path.endsWith("pwned"))).toEqual([]);
});

/** Those that may: a command of the project's own which stands in a file that a shell reads (a Procfile); one of a container's, which is written into a compose file; $EDITOR, which a shell reads for git, too. */
const ALLOWED = new Set(["discover/words.ts", "init/compose.ts", "adapters/host/editor-command.ts"]);

test("no source of ours names a shell", async () => {
  const shells =
    /shell:\s*(true|["'])|\bexecSync\(|\bexecaCommand|\{[^}]*\bexec\b[^}]*\} from "node:child_process"|os\.(system|popen)\(|shell=True|getoutput|["'](ba|da|z)?sh["'],\s*["']-c/;
  for (const folder of ["src", "python"]) {
    const names = (await readdir(join(ROOT, folder), { recursive: true })).filter(
      (name) => /\.(tsx?|py)$/.test(name) && !ALLOWED.has(name),
    );
    expect(names.length).toBeGreaterThan(5);
    for (const name of names)
      expect(await readFile(join(ROOT, folder, name), "utf8"), name).not.toMatch(shells);
  }
});

test("of all that runs, only gunicorn listens on a network port", async () => {
  const listening = await listeningInodes();
  const commands = await session.processes();
  const open = await Promise.all(
    commands.map(async (command) => ({ command, sockets: await socketsOf(command) })),
  );
  const doors = open.filter(({ sockets }) => sockets.some((inode) => listening.has(inode)));
  // The server itself: else nothing would have been seen.
  expect(doors.length).toBeGreaterThan(0);
  for (const { command } of doors) expect(command).toMatch(/bin\/gunicorn .* app:app/);
  for (const part of ["bin/gunicov", "gunicov_helper.py", "gunicov_runner.py", "guard.py"]) {
    expect(commands.some((command) => command.includes(part))).toBe(true);
  }
});

test("the coverage directory is private to its user", async () => {
  const own = join(place, ".gunicov");
  const [record = ""] = (await readdir(own)).filter((name) => name.startsWith("server-"));
  const inside = await readdir(join(own, record), { recursive: true });
  expect(inside.some((name) => /gen-\d+\/\.coverage\./.test(name))).toBe(true);
  const top = await stat(join(own, record));
  // Root's may be passed through, by workers of another user, but not be read.
  expect(top.mode & 0o066).toBe(0);
  expect(top.uid).toBe(process.getuid?.());
});

/** Inodes of the sockets that listen (TCP) or receive (UDP), of this machine. */
async function listeningInodes(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const kind of ["tcp", "tcp6", "udp", "udp6"]) {
    const text = await readFile(`/proc/net/${kind}`, "utf8").catch(() => "");
    for (const line of text.split("\n").slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (kind.startsWith("udp") || fields[3] === "0A") found.add(fields[9] ?? "");
    }
  }
  return found;
}

async function socketsOf(command: string): Promise<readonly string[]> {
  const folder = `/proc/${command.split(" ")[0]}/fd`;
  const links = await Promise.all(
    (await readdir(folder).catch(() => [])).map((name) => readlink(join(folder, name)).catch(() => "")),
  );
  return links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
}
