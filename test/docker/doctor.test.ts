/** `gunicov doctor` on servers in containers: what is right, and what can be wrong with a container only. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { composeLabels, container, type OwnContainer } from "../support/container.ts";
import { doctor, inState, makesWrong } from "../support/doctor.ts";
import { FaultPlace } from "../support/fault-place.ts";
import { ROOT, remove, temporaryDirectory, until } from "../support/machine.ts";
import { project } from "../support/small-project.ts";

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("a healthy project in two containers", () => {
  let place: FaultPlace;
  beforeAll(async () => {
    place = await FaultPlace.open();
  });
  afterAll(() => place?.close());

  test("has no ✗, and nothing is left in the containers", async () => {
    const before = await place.identities();
    const looked = await doctor(place.directory, { DOCKER_HOST: place.proxy.host });
    expect(inState(looked, "wrong"), JSON.stringify(looked.findings)).toEqual([]);
    expect(inState(looked, "unknown"), JSON.stringify(looked.findings)).toEqual([]);
    expect(looked.code).toBe(0);
    expect(looked.line("requests").text).toMatch(/server:8000 \(URL in the tests' environment\) has arrived/);
    expect(looked.line("mounts").text).toMatch(/ → \/srv, read-only/);
    expect(await place.identities()).toBe(before);
    expect(await place.helpers()).toEqual([]);
  });

  test("beside a session that measures it: all is told, and the next save is as good", async () => {
    const session = place.watch();
    expect((await session.next()).finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    const looked = await doctor(place.directory, { DOCKER_HOST: place.proxy.host });
    expect(inState(looked, "wrong"), JSON.stringify(looked.findings)).toEqual([]);
    expect(looked.line("gunicorn").text).toMatch(
      /another gunicov is measuring it now \(its helper there has pid \d+\)/,
    );
    await place.save();
    const next = await session.next();
    expect(next.finished).toMatchObject({ outcome: "passed", exit_code: 0 });
    expect(next.report()).toMatchObject({ complete: true });
    expect(await session.stop()).toBe(0);
  });

  test("record: its place is full", async () => {
    await place.exec("xy", "sh", "-c", "cat /dev/zero > /var/tmp/full || true");
    const looked = await doctor(place.directory, { DOCKER_HOST: place.proxy.host });
    makesWrong("record", looked, "coverage-dir", /No space left|has only \d/, /room there|write there/);
    await place.exec("xy", "rm", "/var/tmp/full");
  });
});

/** Each worker has 60 MB of its own. */
const LARGE = `hoard = bytearray(b"x") * 60_000_000

def app(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
`;

describe.skipIf(!process.env.GUNICOV_TEST_DOCKER)("a container in which much is wrong", () => {
  let directory: string;
  let outside: string;
  let made: readonly OwnContainer[] = [];

  beforeAll(async () => {
    outside = await temporaryDirectory("outside");
    await writeFile(join(outside, "more.py"), "");
    directory = await project({
      files: {
        "app.py": LARGE,
        "lib/words.py": "word = 1\n",
        "gunicov.toml": `[tool.gunicov.server]\nservice = "much"\nsource = [".", "${outside}"]\n`,
      },
    });
    await chmod(directory, 0o755);
    await mkdir(join(directory, "image"), { recursive: true });
    const labels = composeLabels("much", directory);
    const server = {
      command: ["gunicorn", "-w", "2", "--worker-tmp-dir", "/dev/shm", "app:app"],
      options: [
        ...labels,
        ...["--read-only", "--memory", "260m", "--memory-swap", "260m"],
        ...["-v", `${directory}:/srv:ro`, "--tmpfs", "/srv/lib", "-w", "/srv"],
        ...["-v", `${ROOT}/python:/gunicov:ro`, "-e", "GUNICORN_CMD_ARGS=-c /gunicov/gunicov_hook.py"],
      ],
    };
    const second = [...labels, "--label", "com.docker.compose.container-number=2"];
    made = await Promise.all([
      container(server),
      container({ command: ["sleep", "infinity"], options: second }),
      container({ command: ["gunicorn", "-c", "/wrong/gunicov_hook.py", "app:app"] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all(made.map((one) => one.remove()));
    for (const one of [directory, outside]) await remove(one);
  });

  test("replicas, record, mounts, bytes, memory", async () => {
    const looked = await doctor(directory);
    makesWrong(
      "replicas",
      looked,
      "replicas",
      /much-1 of 2 replicas: what much-2 served/,
      /Scale the service to 1/,
    );
    makesWrong("record", looked, "coverage-dir", /\/tmp.* is read-only/, /tmpfs.*GUNICOV_DIR/);
    makesWrong("mounts", looked, "mount-lag", /does not see .*outside.*: it is mounted nowhere/, /Mount it/);
    makesWrong("bytes", looked, "mount-lag", /does not see lib\/words\.py/, /Make the container again/);
    makesWrong(
      "memory",
      looked,
      "limit",
      /limit 273 MB, .* free; a restart needs 1\d\d MB: workers will be killed/,
      /fewer workers/,
    );
    expect(looked.code).toBe(4);
  });

  test("gunicorn: none runs in the container", async () => {
    const looked = await doctor(directory, {}, ["--container", made[1]?.name ?? ""]);
    makesWrong("gunicorn", looked, "no-gunicorn", /no gunicorn master is running here/, /Start the server/);
    expect(looked.line("hook")).toMatchObject({
      state: "unknown",
      text: expect.stringMatching(/“gunicorn”/),
    });
    makesWrong("mounts", looked, "mount-lag", /does not see/, /Mount it/);
  });

  test("server, hook: gunicorn has ended, because the hook is not where its -c says", async () => {
    const name = made[2]?.name ?? "";
    await until("its end", async () => (await made[2]?.docker("inspect"))?.includes('"exited"'));
    const looked = await doctor(directory, {}, ["--container", name]);
    makesWrong("server", looked, "server-lost", /is not running \(Exited/, /docker logs/);
    makesWrong(
      "hook",
      looked,
      "no-hook",
      /\/wrong\/gunicov_hook\.py' doesn't exist/,
      /Mount gunicov's python\//,
    );
    expect(looked.line("workers")).toMatchObject({ state: "unknown" });
  });
});
