/** Where a configuration is found, and what it says. What is wrong in one: test/errors/config.test.ts. */
import { chmod, chown, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { FileConfig, knownKeys } from "../../src/config/schema.ts";
import type { Person } from "../../src/config/trust.ts";
import type { Failure } from "../../src/core/failure.ts";
import { remove, temporaryDirectory } from "../support/machine.ts";

let root: string;
const deep = () => join(root, "a", "b");

beforeEach(async () => {
  root = await temporaryDirectory("config");
  await mkdir(deep(), { recursive: true });
});
afterEach(() => remove(root));

const put = (path: string, service: string) =>
  writeFile(join(root, path), `[tool.gunicov.server]\nservice = "${service}"\n`);

async function found(cwd: string, explicit: string | null = null) {
  const loaded = await loadConfig(cwd, explicit);
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const { layer, root: where, file } = loaded.value;
  return [layer.config.server?.service ?? null, where, file];
}

describe("a configuration is found", () => {
  test("in gunicov.toml before pyproject.toml", async () => {
    await put("pyproject.toml", "python");
    expect(await found(root)).toEqual(["python", root, join(root, "pyproject.toml")]);
    await put("gunicov.toml", "own");
    expect(await found(root)).toEqual(["own", root, join(root, "gunicov.toml")]);
  });

  test("in a directory above, which is the project's root then; the nearest wins", async () => {
    await put("pyproject.toml", "far");
    expect(await found(deep())).toEqual(["far", root, join(root, "pyproject.toml")]);
    await put("a/gunicov.toml", "near");
    expect(await found(deep())).toEqual(["near", join(root, "a"), join(root, "a", "gunicov.toml")]);
  });

  test("and a pyproject.toml that says nothing of gunicov is passed over", async () => {
    await put("gunicov.toml", "far");
    await writeFile(join(root, "a", "pyproject.toml"), "[project]\nname = 'x'\n[tool.other]\n");
    expect(await found(deep())).toEqual(["far", root, join(root, "gunicov.toml")]);
  });

  test("by --config under any name, from the working directory", async () => {
    await put("gunicov.toml", "default");
    await put("a/other.toml", "named");
    expect(await found(root, "a/other.toml")).toEqual([
      "named",
      join(root, "a"),
      join(root, "a", "other.toml"),
    ]);
  });

  test("nowhere: nothing is configured, and the working directory is the root", async () => {
    expect(await found(deep())).toEqual([null, deep(), null]);
  });
});

describe("what is wrong is reported with its place", () => {
  test.each([
    {
      toml: "[tool.gunicov.server]\nenv = { A = 1 }",
      message: "tool.gunicov.server.env.A must be a text in quotes, and is 1",
    },
    {
      toml: "[tool.gunicov.tests]\nrun = 'here'",
      message: 'tool.gunicov.tests.run must be "host" or "compose-run", and is "here"',
    },
    { toml: "[tool.gunicov.watch]\non_change = 'x'", message: 'must be "abort" or "queue", and is "x"' },
    { toml: "[tool.gunicov.watch]\npoll = 'yes'", message: "must be true or false" },
    { toml: "[tool.gunicov.coverage]\nfail_under = -1", message: "must be at least 0, and is -1" },
    { toml: "[tool.gunicov.server]\nport = 80.5", message: "must be a whole number, and is 80.5" },
    { toml: "[tool.gunicov.server]\ncommand = []", message: "command needs at least one word" },
    { toml: "[tool.gunicov]\nserver = 'x'", message: "tool.gunicov.server must be a table" },
    { toml: "[tool.gunicov]\ncolour = 1", message: "tool.gunicov.colour is not a key" },
  ])("$toml", async ({ toml, message }) => {
    await writeFile(join(root, "gunicov.toml"), toml);
    const loaded = await loadConfig(root, null);
    expect(loaded).toMatchObject({
      ok: false,
      failure: { kind: "config", message: expect.stringContaining(message) },
    });
  });

  test("a key that is like none is not guessed at", async () => {
    await writeFile(join(root, "gunicov.toml"), "[tool.gunicov.coverage]\nzzzzzzzzzzzz = 1");
    const loaded = await loadConfig(root, null);
    expect(loaded.ok || loaded.failure.fix).toBe(
      "Known here: fail_under, fail_under_of, diff, diff_fail_under, keep_rows.",
    );
  });

  test("bad TOML by line and column, with the lines around", async () => {
    await writeFile(
      join(root, "gunicov.toml"),
      '[tool.gunicov.server]\nservice = "a"\nsource = [\n"b"\nc = 1\n',
    );
    const loaded = await loadConfig(root, null);
    expect(loaded).toMatchObject({
      ok: false,
      failure: {
        message: expect.stringMatching(/gunicov\.toml:5:\d+: this is not TOML/),
        detail: expect.stringContaining("c = 1"),
      },
    });
  });

  test("of a file that the system will not even look for", async () => {
    const loaded = await loadConfig(root, `${"x".repeat(300)}.toml`);
    expect(loaded).toMatchObject({
      ok: false,
      failure: { kind: "config", message: expect.stringContaining("ENAMETOOLONG") },
    });
  });
});

test("suggestions know every section's keys", () => {
  expect(knownKeys([])).toEqual(Object.keys(FileConfig.entries));
  for (const section of knownKeys([])) expect(knownKeys([section]).length).toBeGreaterThan(0);
  expect(knownKeys(["nothing", "deeper"])).toEqual([]);
});

describe("a configuration of another user", () => {
  const me = { uid: 4242, env: {} };
  const owner = process.getuid?.() ?? 0;

  const load = (person: Person, explicit: string | null = null) => loadConfig(deep(), explicit, person);

  async function refused(person: Person = me): Promise<Failure> {
    const loaded = await load(person);
    if (loaded.ok) throw new Error(`it was used: ${loaded.value.file}`);
    return loaded.failure;
  }

  test("is refused, with its owner and both ways out; it is not used, and none above it is", async () => {
    await put("gunicov.toml", "far");
    await put("a/gunicov.toml", "near");
    const file = join(root, "a", "gunicov.toml");
    const { kind, message, fix } = await refused();
    expect(kind).toBe("config");
    expect(message).toMatch(`${file} belongs to `);
    expect(message).toMatch(`(uid ${owner}), and you are uid 4242: what it says would be run as you.`);
    expect(fix).toContain(`GUNICOV_SAFE_DIRECTORY=${join(root, "a")} `);
    expect(fix).toContain(`--config ${file}`);
  });

  test("is refused in a pyproject.toml too, but only where it speaks of gunicov", async () => {
    await put("a/pyproject.toml", "other");
    expect((await refused()).message).toMatch("pyproject.toml belongs to");
    await writeFile(join(root, "a", "pyproject.toml"), "[project]\nname = 'x'\n");
    expect(await load(me)).toMatchObject({ ok: true, value: { file: null } });
    await writeFile(join(root, "a", "pyproject.toml"), "[project\n");
    expect(await load(me)).toMatchObject({ ok: true, value: { file: null } });
    await writeFile(join(root, "a", "pyproject.toml"), "[tool.gunicov\n");
    expect((await refused()).message).toMatch("belongs to");
  });

  test("is used where it is named, or its directory is called safe", async () => {
    await put("a/gunicov.toml", "near");
    expect(await load(me, join(root, "a", "gunicov.toml"))).toMatchObject({ ok: true });
    for (const list of [join(root, "a"), `/other:${join(root, "a")}/`, `${root}/*`, "*"])
      expect(await load({ uid: 4242, env: { GUNICOV_SAFE_DIRECTORY: list } })).toMatchObject({ ok: true });
    for (const list of [root, join(root, "a", "b"), "", `${root}/b/*`])
      await refused({ uid: 4242, env: { GUNICOV_SAFE_DIRECTORY: list } });
  });

  test("is the own one where root came by sudo, and root's as well; SUDO_UID helps nobody else", async () => {
    await put("gunicov.toml", "mine");
    if (owner === 0) {
      await chown(join(root, "gunicov.toml"), 4243, 4243);
      expect(await load({ uid: 0, env: { SUDO_UID: "4243" } })).toMatchObject({ ok: true });
      expect((await refused({ uid: 0, env: { SUDO_UID: "4244" } })).message).toContain("uid 4243");
      await refused({ uid: 4242, env: { SUDO_UID: "4243" } });
    } else expect(await load({ uid: 0, env: { SUDO_UID: `${owner}` } })).toMatchObject({ ok: true });
  });

  test.runIf(owner === 0)("is not made one's own by a link to it", async () => {
    await put("a/theirs.toml", "near");
    await chown(join(root, "a", "theirs.toml"), 4243, 4243);
    await symlink("theirs.toml", join(root, "a", "gunicov.toml"));
    await refused({ uid: 0, env: {} });
  });

  test("that every user can write is used, and said to be so", async () => {
    await put("gunicov.toml", "x");
    await chmod(join(root, "gunicov.toml"), 0o666);
    const loaded = await load({ uid: owner, env: {} });
    expect(loaded).toMatchObject({ ok: true, value: { doubt: expect.stringContaining("chmod o-w") } });
  });
});
