/** The many ways in which files are saved, moved and switched. */
import { cp, mkdir, readFile, rename, rm, symlink, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FaultProject } from "../support/fault-project.ts";
import { run } from "../support/machine.ts";

const WORDS = "web/words.py";
const MANY = 1000;

describe("on one server", () => {
  let project: FaultProject;
  const git = (...words: readonly string[]) =>
    run(["git", "-c", "user.name=x", "-c", "user.email=x@x", ...words], { cwd: project.directory });
  beforeAll(async () => {
    const many = Array.from({ length: MANY }, (_, index) => [`web/many/m${index}.py`, `x = ${index}\n`]);
    project = await FaultProject.open([], { files: Object.fromEntries(many) });
  });
  afterAll(() => project?.close());

  test("git checkout of 1,000 files in the middle of the tests", async () => {
    await writeFile(project.at(".gitignore"), ".gunicov\n");
    await git("init", "-q", "-b", "one");
    await git("add", ".");
    await git("commit", "-qm", "one");
    await git("checkout", "-qb", "two");
    const words = await readFile(project.at(WORDS), "utf8");
    // The other branch is prepared elsewhere, so that nothing changes here yet.
    const elsewhere = `${project.directory}.two`;
    await git("worktree", "add", "-q", "--detach", elsewhere);
    try {
      for (let index = 0; index < MANY; index += 1)
        await writeFile(`${elsewhere}/web/many/m${index}.py`, `y = ${index}\n`);
      await run([
        "git",
        "-C",
        elsewhere,
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x",
        "commit",
        "-qam",
        "two",
      ]);
      const commit = (await run(["git", "-C", elsewhere, "rev-parse", "HEAD"])).trim();
      const { seq } = project.session;
      await project.save(WORDS, `${words}# saved\n`);
      await project.session.fact("tests.started", seq);
      await project.save(WORDS, words);
      await git("checkout", "-q", "--detach", commit);
      const switched = await project.good();
      expect(switched.of("cycle.started")[0]?.files.length).toBeGreaterThanOrEqual(MANY);
      await git("checkout", "-q", "one");
      await project.good();
    } finally {
      await rm(elsewhere, { recursive: true, force: true });
    }
  });

  test("a save every 20 ms for 10 s is not a cycle each, and the last one counts", async () => {
    const words = await readFile(project.at(WORDS), "utf8");
    const { seq } = project.session;
    const end = Date.now() + 10_000;
    for (let count = 0; Date.now() < end; count += 1) {
      await writeFile(project.at(WORDS), `${words}# ${count}\n`);
      await sleep(20);
    }
    const last = Date.now();
    // Broken, and fixed at once: only the very last of all saves gives a good cycle.
    await project.save(WORDS, "def greeting(\n");
    await sleep(20);
    await project.save(WORDS, words);
    // On a busy machine the broken one may be found out before it is fixed.
    const next = await project.next();
    const broken = next.of("error").some((error) => error.kind === "check-failed");
    const cycle = broken ? await project.next() : next;
    project.expectGood(cycle);
    expect(cycle.of("cycle.started")[0]?.at).toBeGreaterThanOrEqual(last);
    await project.calm(1000);
    const started = project.session.facts.filter((fact) => fact.seq > seq && fact.type === "cycle.started");
    expect(started.length).toBeLessThanOrEqual(8);
  });

  test("an atomic save: another file, renamed over it", async () => {
    const words = await readFile(project.at(WORDS), "utf8");
    for (const [name, text] of [
      ["words.py.tmp", `${words}# new\n`],
      ["words.new", words],
    ] as const) {
      await writeFile(project.at(`web/${name}`), text);
      await rename(project.at(`web/${name}`), project.at(WORDS));
      expect((await project.good()).of("cycle.started")[0]?.files).toContain(WORDS);
    }
  });

  test("a save as vim does it, with 4913, .swp and ~", async () => {
    const words = await readFile(project.at(WORDS), "utf8");
    const at = (name: string) => project.at(`web/${name}`);
    for (const text of [`${words}# vim\n`, words]) {
      await writeFile(at(".words.py.swp"), "x");
      await writeFile(at("4913"), "");
      await unlink(at("4913"));
      await rename(at("words.py"), at("words.py~"));
      await writeFile(at("words.py"), text);
      await unlink(at("words.py~"));
      await unlink(at(".words.py.swp"));
      expect((await project.good()).of("cycle.started")[0]?.files).toEqual([WORDS]);
    }
  });

  test("the source's directory is moved away, and made anew", async () => {
    await rename(project.at("web"), project.at("away"));
    const cycle = await project.next();
    expect(cycle.of("error")).toMatchObject([
      { kind: "boot-error", message: expect.stringMatching(/No module named/) },
    ]);
    await cp(project.at("away"), project.at("web"), { recursive: true });
    await rm(project.at("away"), { recursive: true });
    await project.good();
    await project.calm(1000);
    const words = await project.save(WORDS, `${await readFile(project.at(WORDS), "utf8")}# again\n`);
    await project.good();
    await project.save(WORDS, words);
    await project.good();
  });
});

test("a source directory that is a symbolic link", async () => {
  const project = await FaultProject.open([], {}, async (directory) => {
    await mkdir(`${directory}/elsewhere`);
    await rename(`${directory}/web`, `${directory}/elsewhere/web`);
    await symlink("elsewhere/web", `${directory}/web`);
  });
  try {
    const words = await project.save(WORDS, "def greeting(\n");
    const cycle = await project.bad("check-failed", 3);
    expect(cycle.of("check.failed")[0]?.failures).toMatchObject([{ path: WORDS, line: 1 }]);
    await project.save(WORDS, words);
    const fixed = await project.good();
    expect(fixed.of("server.restarting")).toHaveLength(1);
    expect(fixed.report().files.map((file) => dirname(file.path))).toContain("elsewhere/web");
  } finally {
    await project.close();
  }
});

const WRITES = `
import os
import time
import uuid


def test_that_writes():
    with open("tests/last.dat", "w") as file:
        file.write(str(time.time_ns()))
    os.makedirs("tests/shots", exist_ok=True)
    with open(f"tests/shots/{uuid.uuid4()}.png", "w") as file:
        file.write("x")
`;

/** A log held open, one written line by line, a database, an upload, a page: all under names that tell nothing. */
const WRITING_APP = `import logging, sqlite3, time, uuid, os

from web.words import greeting

logging.basicConfig(filename="web/trace", level=logging.INFO)
os.makedirs("web/media", exist_ok=True)


def app(environ, start_response):
    path = environ["PATH_INFO"]
    logging.info("%s %s", path, time.time())
    with open("web/audit.txt", "a") as audit:
        audit.write(f"{path} {time.time()}\\n")
    with open("web/.state", "w") as state:
        state.write(str(time.time()))
    os.replace("web/.state", "web/state.json")
    with open(f"web/media/{uuid.uuid4()}.html", "w") as page:
        page.write("page")
    with sqlite3.connect("web/store") as store:
        store.execute("create table if not exists requests (path)")
        store.execute("insert into requests values (?)", [path])
    store.close()
    if path == "/nowhere":
        start_response("404 Not Found", [("Content-Length", "0")])
        return [b""]
    body = greeting(path).encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]
`;

describe("what is written into watched directories starts no cycle for ever", () => {
  test("by tests: the first table comes in the second cycle, and a save counts as ever", async () => {
    const files = { "tests/test_writes.py": WRITES };
    const project = await FaultProject.open([], { files }, undefined, false);
    try {
      await project.calm(4000);
      const warnings = () =>
        project.session.facts.filter((fact) => fact.type === "warning").map((fact) => fact.message);
      for (const name of ["tests/last.dat", "tests/shots/*.png"])
        expect(warnings().filter((text) => text.includes(name))).toHaveLength(1);
      await project.skipToRest();
      expect(project.session.cycles).toBeLessThanOrEqual(3);
      const kept = await readFile(project.at(".gunicov/set-aside"), "utf8");
      // In the order in which they were found out.
      for (const name of ["tests/last.dat", "tests/shots/*.png"]) expect(kept.split("\n")).toContain(name);
      for (const text of ["# one\n", "# two\n"]) {
        const words = await readFile(project.at(WORDS), "utf8");
        await project.save(WORDS, words + text);
        const cycle = await project.good();
        expect(cycle.of("cycle.started")[0]?.files).toContain(WORDS);
        await project.calm(2500);
        expect(project.session.cycles).toBe(cycle.number);
      }
    } finally {
      await project.close();
    }
  });

  test("by the server, in whatever way: one cycle, and none for a request of somebody else's", async () => {
    const args = [
      "--access-logfile",
      "web/access",
      "--error-logfile",
      "web/gunicorn.out",
      "--log-level",
      "debug",
    ];
    const files = { "web/app.py": WRITING_APP };
    const project = await FaultProject.open(args, { files }, undefined, false);
    try {
      await project.next();
      await project.calm(2000);
      expect(project.session.cycles).toBe(1);
      const [master] = project.session.facts.flatMap((fact) =>
        fact.type === "server.back" ? [fact.master] : [],
      );
      const address = await addressOf(master ?? 0);
      for (let count = 0; count < 5; count += 1) {
        await fetch(`http://${address}/loud`);
        await project.calm(1000);
      }
      expect(project.session.cycles).toBe(1);
    } finally {
      await project.close();
    }
  });
});

/** Where the gunicorn of this pid listens: its command line says it. */
async function addressOf(pid: number): Promise<string> {
  const words = (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0");
  return words[words.indexOf("--bind") + 1] ?? "";
}
