/** How often files of a directory are opened, by anybody: the kernel tells (Linux's inotify). */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

const COUNT = `
import ctypes, os, struct, sys
OPEN, CLOSE = 0x20, 0x18  # with the closes: the kernel makes one of two equal events
library = ctypes.CDLL(None, use_errno=True)
fd = library.inotify_init1(os.O_CLOEXEC)
assert library.inotify_add_watch(fd, os.fsencode(sys.argv[1]), OPEN | CLOSE) > 0
print("ready", flush=True)
data = b""
sys.stdin.readline()
os.set_blocking(fd, False)
try:
    while True:
        data += os.read(fd, 65536)
except BlockingIOError:
    pass
while data:
    _, mask, _, length = struct.unpack("iIII", data[:16])
    if mask & OPEN:
        print(os.fsdecode(data[16:16 + length].rstrip(b"\\0")))
    data = data[16 + length:]
`;

export class Opens {
  readonly #process: ChildProcess;
  #text = "";

  private constructor(directory: string) {
    this.#process = spawn("python3", ["-c", COUNT, directory], { stdio: ["pipe", "pipe", "inherit"] });
    this.#process.stdout?.on("data", (chunk: Buffer) => {
      this.#text += chunk;
    });
  }

  /** Counts from now on. */
  static async of(directory: string): Promise<Opens> {
    const opens = new Opens(directory);
    while (!opens.#text.includes("ready")) await once(opens.#process.stdout as NodeJS.ReadableStream, "data");
    return opens;
  }

  /** Ends the count: the names of the files, once for each time. */
  async names(): Promise<readonly string[]> {
    const closed = once(this.#process, "close");
    this.#process.stdin?.end("\n");
    await closed;
    return this.#text.split("\n").filter((name) => name !== "" && name !== "ready");
  }
}
