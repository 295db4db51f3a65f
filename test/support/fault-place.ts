/** A server and its tests in two containers of somebody else's, to which all can happen: what faults.test.ts runs on. */
import { randomBytes } from "node:crypto";
import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { composeLabels, demoImage } from "./container.ts";
import { EngineProxy } from "./engine-proxy.ts";
import { ROOT, remove, run, temporaryDirectory, until } from "./machine.ts";
import { Session } from "./session.ts";
import { project } from "./small-project.ts";

const APP = `def app(environ, start_response):
    if environ["PATH_INFO"] == "/":
        status = "200 OK"
    else:
        status = "404 Not Found"
    start_response(status, [("Content-Type", "text/plain")])
    return [b"hello"]
`;

const TEST = `import os, time, urllib.request

def test_hello():
    assert urllib.request.urlopen(os.environ["URL"]).read() == b"hello"
    while os.path.exists("/ctl/hang"):
        time.sleep(0.02)
`;

/** The user's own gunicorn config: faults that only the server's processes can bring about, by files in /ctl. */
const CONFIG = `import os

bind = "0.0.0.0:8000"
workers = 2

def asked(name):
    try:
        return open("/ctl/" + name).read()
    except OSError:
        return None

def on_reload(server):
    if asked("oom") is not None:
        server.hoard = bytearray(b"x") * (1 << 30)

def post_fork(server, worker):
    rename = os.rename
    def spoiling(source, target):
        rename(source, target)
        if os.path.basename(target).startswith(".coverage.") and asked("spoil") and worker.age % 2:
            os.truncate(target, int(asked("spoil")) * os.path.getsize(target) // 100)
            if asked("spoil") == "100":
                with open(target, "r+b") as file:
                    file.write(b"no database at all")
    os.rename = spoiling
`;

const TOML = `[tool.gunicov.server]
service = "server"
source = ["."]
[tool.gunicov.tests]
service = "tests"
command = ["pytest", "-q", "-p", "no:cacheprovider", "tests"]
source = ["tests"]
timeout = 60
`;

/**
 * Where the hook's record is: a tmpfs of its own, so small that a test can fill it. (In a directory of the image: where
 * there is none the engine forgets the mode of a tmpfs when it starts the container again.)
 */
const COVERAGE = "/var/tmp";

export class FaultPlace {
  readonly directory: string;
  readonly proxy: EngineProxy;
  readonly #controls: string;
  readonly #id = `gunicov-test-${randomBytes(5).toString("hex")}`;
  readonly #image: string;
  readonly #sessions: Session[] = [];
  #saves = 0;

  private constructor(directory: string, controls: string, proxy: EngineProxy, image: string) {
    this.directory = directory;
    this.#controls = controls;
    this.proxy = proxy;
    this.#image = image;
  }

  static async open(): Promise<FaultPlace> {
    const files = {
      "app.py": APP,
      "tests/test_app.py": TEST,
      "gunicorn.conf.py": CONFIG,
      "gunicov.toml": TOML,
      ".coveragerc": "[run]\nbranch = True\nsource = .\nomit = tests/*,gunicorn.conf.py\n",
    };
    const directory = await project({ files });
    // Not in the project: what changes there is a save.
    const controls = await temporaryDirectory("controls");
    // The containers' user is another one.
    for (const one of [directory, controls]) await chmod(one, 0o755);
    const place = new FaultPlace(directory, controls, await EngineProxy.open(), await demoImage());
    await run(["docker", "network", "create", place.#id]);
    await Promise.all([place.makeServer(), place.makeTests()]);
    return place;
  }

  get server(): string {
    return `${this.#id}-server`;
  }

  get tests(): string {
    return `${this.#id}-tests`;
  }

  /** Makes and starts the server's container, with the labels that compose would give it. `record`: where coverage goes. */
  async makeServer(record = `${COVERAGE}/gunicov`): Promise<void> {
    const env = ["GUNICORN_CMD_ARGS=-c /gunicov/gunicov_hook.py", `GUNICOV_DIR=${record}`];
    await this.#make(
      "server",
      ["gunicorn", "app:app"],
      [
        ...env.flatMap((one) => ["-e", one]),
        ...["--tmpfs", `${COVERAGE}:size=2m`, "--memory", "400m", "--memory-swap", "400m"],
        ...["-v", `${ROOT}/python:/gunicov:ro`, "--network-alias", "server"],
      ],
    );
  }

  /** Makes and starts the container in which the tests run. */
  async makeTests(): Promise<void> {
    await this.#make("tests", ["sleep", "infinity"], ["-e", "URL=http://server:8000", "--init"]);
  }

  async #make(service: string, command: readonly string[], options: readonly string[]): Promise<void> {
    const mounts = [`${this.directory}:/srv:ro`, `${this.#controls}:/ctl:ro`];
    const where = ["--network", this.#id, ...mounts.flatMap((one) => ["-v", one]), "-w", "/srv"];
    const labels = composeLabels(service, this.directory);
    const words = ["--name", `${this.#id}-${service}`, ...labels, ...where, ...options];
    await run(["docker", "run", "-d", ...words, this.#image, ...command]);
  }

  watch(): Session {
    const session = new Session(["watch", "--json"], this.directory, { DOCKER_HOST: this.proxy.host });
    this.#sessions.push(session);
    return session;
  }

  /** Other bytes, the same statements: a save that leaves the total as it is. */
  async save(): Promise<void> {
    this.#saves += 1;
    await writeFile(join(this.directory, "app.py"), `${APP}# ${this.#saves}\n`);
  }

  /** Has the server's or the tests' processes do what /ctl/NAME stands for, until it is taken back. */
  async ask(name: "oom" | "spoil" | "hang", how = ""): Promise<() => Promise<void>> {
    const file = join(this.#controls, name);
    await writeFile(file, how);
    return () => rm(file);
  }

  /** Runs a command in the server's container, as a user. */
  async exec(user: "xy" | "root", ...argv: readonly string[]): Promise<string> {
    return await run(["docker", "exec", "-u", user, this.server, ...argv]);
  }

  /** Mounts the server's coverage directory anew with these options, as only the machine's owner can. */
  async remount(options: string): Promise<void> {
    const pid = await run(["docker", "inspect", "-f", "{{.State.Pid}}", this.server]);
    const words = ["-t", pid.trim(), "-m", "mount", "-o", `remount,${options}`, COVERAGE];
    // Busy while somebody writes there: the last report is still being kept, say.
    const mount = () =>
      run(["nsenter", ...words]).then(
        () => true,
        () => false,
      );
    await until("the mount", mount);
  }

  /** What gunicov may never touch: the containers' ids and when each was started. */
  async identities(): Promise<string> {
    const format = "{{.Id}} {{.State.StartedAt}} {{.RestartCount}}";
    return await run(["docker", "inspect", "-f", format, this.server, this.tests]);
  }

  /** Command lines of gunicov's own programs in both containers; what these have forked does not count. */
  async helpers(): Promise<readonly string[]> {
    const all = await Promise.all(
      [this.server, this.tests].map((one) => run(["docker", "top", one, "-eo", "pid,ppid,args"])),
    );
    const own = all
      .flatMap((text) => text.split("\n"))
      .filter((line) => /gunicov_(helper|runner)/.test(line))
      .map((line) => line.trim().split(/\s+/));
    const pids = new Set(own.map(([pid]) => pid));
    return own.filter(([, parent]) => !pids.has(parent)).map((words) => words.join(" "));
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) await session.kill();
    await this.proxy.close();
    for (const one of [this.server, this.tests]) await run(["docker", "rm", "-f", one]).catch(() => {});
    await run(["docker", "network", "rm", this.#id]);
    await remove(this.directory);
    await remove(this.#controls);
  }
}
